"""What becomes of the second label (METHODS 5), and whether step 1 already ranks what is emitted second."""
import numpy as np


def of_labels(step, run):
    """Labels from the most probable to the least, the null label set aside."""
    p = np.array(step["probabilities"][: len(run.labels)])
    return [run.labels[i] for i in np.argsort(-p, kind="stable")]


def new_label(step):
    return step["emitted"]["label"] if step["emitted"]["kind"] == "label" else None


def one(trace, r, run):
    """('left out', why) or what happened to the runner-up of one document."""
    by_place = {s["r"]: s for s in trace["steps"]}
    now, then = by_place[r], by_place.get(r + 1)
    if then is None:
        return "noNextStep"
    if new_label(now) is None:
        return "noLabelEmitted"
    second = of_labels(now, run)[1]
    emitted = [new_label(s) for s in trace["steps"] if s["r"] <= r]
    if second in emitted:
        return "alreadyEmitted"
    k = run.labels.index(second)
    top = run.all_labels[int(np.argmax(then["probabilities"]))]
    later = [new_label(s) for s in trace["steps"] if s["r"] > r]
    following = new_label(then)
    return {
        "isNextArgmax": top == second,
        "noneIsNextArgmax": top == run.none,
        "isEmittedNext": following == second,
        "neverEmittedOtherwise": np.nan if top == second else second not in later,
        "probabilityBefore": now["probabilities"][k],
        "probabilityAfter": then["probabilities"][k],
        "probabilityBeforeOfNext": np.nan if following is None else now["probabilities"][run.labels.index(following)],
    }


def second(ledger, facts, path, traces, run):
    for place in ledger.at(path):
        r = int(place)
        found = [one(t, r, run) if any(s["r"] == r for s in t["steps"]) else None for t in traces]
        ledger.equal("dynamics: counts", (*path, place, "n"), sum(isinstance(f, dict) for f in found))
        for why in ("noNextStep", "noLabelEmitted", "alreadyEmitted"):
            ledger.equal("dynamics: counts", (*path, place, "leftOut", why), sum(f == why for f in found))
        for key in ("isNextArgmax", "noneIsNextArgmax", "isEmittedNext", "neverEmittedOtherwise", "probabilityBefore",
                    "probabilityAfter", "probabilityBeforeOfNext"):
            # A model that was fed its answers emitted nothing.
            missing = run.forced and key in ("isEmittedNext", "neverEmittedOtherwise")
            values = [f[key] if isinstance(f, dict) and not missing else np.nan for f in found]
            facts.mean("second label", (*path, place, key), values)


def ranking(ledger, facts, path, traces, run):
    second_place, best_of_rest, ranks = [], [], [0] * len(run.labels)
    for trace in traces:
        emitted = trace["answer"]["labels"]
        if len(emitted) < 2:
            second_place.append(np.nan)
            best_of_rest.append(np.nan)
            continue
        order = of_labels(trace["steps"][0], run)
        ranks[order.index(emitted[1])] += 1
        second_place.append(order[1] == emitted[1])
        best_of_rest.append([label for label in order if label != emitted[0]][0] == emitted[1])
    ledger.equal("dynamics: counts", (*path, "ranks"), ranks)
    ledger.equal("dynamics: counts", (*path, "n"), sum(ranks))
    facts.mean("ranking of the second", (*path, "secondIsRankedSecond"), second_place)
    facts.mean("ranking of the second", (*path, "secondIsBestOfRest"), best_of_rest)
