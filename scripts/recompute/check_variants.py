"""`variants`: what changed from base to variant at a label step, paired by document."""
import numpy as np
from scipy.special import log_softmax, rel_entr, softmax

import estimators
import kl_report
import resample
from intervals import check as interval


def check(ledger, comparison):
    for index, pair in enumerate(ledger.results["variants"]):
        base, variant = comparison.runs[pair["base"]], comparison.runs[pair["variant"]]
        places = [("step1",)] + [("later", place) for place in pair.get("later", {})]
        for place in places:
            step_delta(ledger, comparison, ("variants", index, *place), base, variant, place[-1])


def steps(comparison, run, place):
    """By document its label steps at the place: one, or all later ones."""
    found = []
    for i in comparison.ids:
        by_place = {s["r"]: s for s in run.traces["test"][i]["steps"]}
        if place == "step1":
            found.append({1: by_place[1]} if 1 in by_place else {})
        elif place == "all":
            found.append({r: s for r, s in by_place.items() if r > 1})
        else:
            found.append({r: s for r, s in by_place.items() if r == int(place)})
    return found


def label_kl(base, variant, *_):
    return rel_entr(estimators.distribution(variant), estimators.distribution(base)).sum()


def vocabulary_kl(base, variant, base_run, variant_run):
    if base_run.logits is not None and variant_run.logits is not None:
        z = [np.asarray(run.logits[s["logitsRow"]], np.float64) for run, s in ((variant_run, variant), (base_run, base))]
        return (softmax(z[0]) * (log_softmax(z[0]) - log_softmax(z[1]))).sum()
    p, q = ({t["token"]: np.exp(t["logit"] - s["logSumExp"]) for t in s["topTokens"]} for s in (variant, base))
    common = sorted(set(p) & set(q))
    ours = np.array([[one[t] for t in common] for one in (p, q)])
    rest = np.maximum(1 - ours.sum(axis=1), 0)
    return rel_entr(ours[0], ours[1]).sum() + rel_entr(rest[0], rest[1])


def emitted(step):
    return step["emitted"].get("label", step["emitted"]["text"])


def top_label(base, variant, *_):
    return base["top"] == variant["top"]


def top_token(base, variant, *_):
    return base["topTokens"][0]["token"] == variant["topTokens"][0]["token"]


def flip(base, variant, *_):
    return emitted(base) != emitted(variant)


MEANS = {"labelKlNats": label_kl, "vocabKlNats": vocabulary_kl, "sameTopLabel": top_label, "sameTopToken": top_token}
DELTAS = {
    "entropyBits": lambda s: s["entropyBits"],
    "vocabEntropyBits": lambda s: s["vocabEntropyBits"],
    "topProbability": lambda s: max(s["probabilities"]),
    "labelMass": lambda s: s["labelMass"],
}


def step_delta(ledger, comparison, path, base, variant, place):
    left, right = steps(comparison, base, place), steps(comparison, variant, place)
    pairs = [[(a[r], b[r]) for r in a if r in b] for a, b in zip(left, right)]
    counts = np.array([len(p) for p in pairs], float)
    ledger.equal("variants: counts", (*path, "n"), int((counts > 0).sum()))

    ledger.equal("variants: counts", (*path, "leftOut"), int((counts == 0).sum()))

    def mean(key, of):
        sums = np.array([sum(float(of(a, b)) for a, b in one) for one in pairs])
        value = sums.sum() / counts.sum() if counts.sum() else None
        ledger.measured("variants", (*path, *key), value, int((counts > 0).sum()))
        if counts.sum():
            interval(ledger, "variants", (*path, *key), comparison.resamples.of(resample.ratio(sums, counts)))

    for key, of in DELTAS.items():
        mean((key, "base"), lambda a, b: of(a))
        mean((key, "variant"), lambda a, b: of(b))
        mean((key, "difference"), lambda a, b: of(b) - of(a))
    for key, of in MEANS.items():
        mean((key,), lambda a, b: of(a, b, base, variant))
    if ledger.at((*path, "klReport")) is not None:
        kl_report.check(ledger, comparison, (*path, "klReport"), pairs, base, variant)
    if ledger.at((*path, "flipRate")) is not None:
        mean(("flipRate",), flip)
        ours = [{"id": i, "base": emitted(a), "variant": emitted(b)}
                for i, one in zip(comparison.ids, pairs) for a, b in one if flip(a, b)]
    else:
        ours = [{"id": i, "base": a["top"], "variant": b["top"]}
                for i, one in zip(comparison.ids, pairs) for a, b in one if not top_label(a, b)]
    ledger.equal("variants: flips", (*path, "flips"), ours)
