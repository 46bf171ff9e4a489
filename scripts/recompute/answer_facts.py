"""Facts about whole answers (diversity, order, accuracy by order, form, confusion), and calibration curves."""
from collections import Counter
from math import factorial

import numpy as np

import metrics
import resample
from intervals import check as interval


def several(answer):
    return len(answer["labels"]) >= 2


def check(ledger, facts, path, traces, run, gold):
    given = [trace["answer"] for trace in traces]
    diversity(ledger, facts, (*path, "diversity"), given, run, gold)
    by_order(ledger, facts, (*path, "accuracyByOrder"), given, run, gold)
    order(ledger, facts, (*path, "order"), given, run)
    group = "several labels, form"
    facts.mean(group, (*path, "multiLabel", "answers"), [several(a) for a in given])
    facts.mean(group, (*path, "multiLabel", "gold"), gold.sum(axis=1) >= 2)
    shown = run.manifest["prompt"]["composition"]
    ledger.equal("dynamics: counts", (*path, "multiLabel", "demonstrations", "count"), shown["count"])
    ledger.equal("dynamics: counts", (*path, "multiLabel", "demonstrations", "multi"), shown["multi"])
    ledger.close(f"dynamics: {group}", (*path, "multiLabel", "demonstrations", "share"), shown["multi"] / shown["count"])
    facts.mean(group, (*path, "wellFormed", "share"), [a["wellFormed"] for a in given])
    for problem in sorted({p for a in given for p in a["problems"]}):
        facts.mean(group, (*path, "wellFormed", "problems", problem), [problem in a["problems"] for a in given])
    confusion(ledger, (*path, "confusion"), given, run, gold)


def diversity(ledger, facts, path, given, run, gold):
    kinds = {
        "answers": [", ".join(a["labels"]) if a["wellFormed"] else f"text {a['text']}" for a in given],
        "sets": [frozenset(a["labels"]) for a in given],
        "gold": [frozenset(np.nonzero(row)[0]) for row in gold],
    }
    for kind, values in kinds.items():
        counts = Counter(values)
        most = max(counts.values())
        ledger.equal("dynamics: counts", (*path, kind, "distinct"), len(counts))
        ledger.equal("dynamics: counts", (*path, kind, "mostCommon", "documents"), most)
        stored = (*path, kind, "mostCommonShare")
        ledger.measured("dynamics: diversity", stored, most / len(values), len(values))
        # Ties for the most common answer are broken by labelscope's order; the share is the same.
        named = next(v for v, c in counts.items() if c == most)
        if sum(c == most for c in counts.values()) == 1:
            interval(ledger, "dynamics", stored, facts.comparison.resamples.of(resample.mean([v == named for v in values])))


def by_order(ledger, facts, path, given, run, gold):
    longest = max((len(a["labels"]) for a in given if several(a)), default=0)
    for k in range(longest):
        values = [gold[i][run.labels.index(a["labels"][k])] if several(a) and len(a["labels"]) > k else np.nan
                  for i, a in enumerate(given)]
        facts.mean("accuracy by order", (*path, str(k + 1)), values)


def order(ledger, facts, path, given, run):
    shown = run.manifest["prompt"]["labelOrder"]
    named = [a["labels"] if several(a) else None for a in given]
    facts.mean("order", (*path, "alphabetical"), [np.nan if n is None else n == sorted(n) for n in named])
    facts.mean("order", (*path, "prompt"), [np.nan if n is None else n == sorted(n, key=shown.index) for n in named])
    facts.mean("order", (*path, "byChance"), [np.nan if n is None else 1 / factorial(len(n)) for n in named])


def confusion(ledger, path, given, run, gold):
    malformed = [not a["wellFormed"] and not a["labels"] for a in given]
    rows = [{*np.array(run.labels)[row]} or {run.none} for row in gold]
    columns = [{*a["labels"]} or {"(malformed)" if bad else run.none} for a, bad in zip(given, malformed)]
    names, heads = ledger.at((*path, "rows")), ledger.at((*path, "columns"))
    pairs = list(zip(rows, columns))
    ledger.equal("dynamics: confusion", (*path, "n"), len(pairs))
    ledger.equal("dynamics: confusion", (*path, "gold"), [sum(a in r for r in rows) for a in names])
    ledger.equal("dynamics: confusion", (*path, "emitted"), [sum(b in c for c in columns) for b in heads])
    both = [[sum(a in r and b in c for r, c in pairs) for b in heads] for a in names]
    apart = [[sum(a in r and a not in c and b in c and b not in r for r, c in pairs) for b in heads] for a in names]
    ledger.equal("dynamics: confusion", (*path, "together"), both)
    ledger.equal("dynamics: confusion", (*path, "instead"), apart)


def sorted_probabilities(ledger, facts, path, traces):
    ranked = np.array([np.sort(trace["steps"][0]["probabilities"])[::-1] for trace in traces])
    for k in range(ranked.shape[1]):
        ledger.equal("dynamics: counts", (*path, "ranks", k, "rank"), k + 1)
        facts.mean("sorted probabilities", (*path, "ranks", k, "probability"), ranked[:, k])
    ledger.equal("dynamics: counts", (*path, "n"), len(ranked))
    ledger.equal("dynamics: counts", (*path, "dropped"), 0)


def reliability(ledger, facts, path, run):
    for name in ledger.at(path):
        q = facts.comparison.estimate(run, name)
        q = np.full(facts.comparison.targets.human.shape, np.nan) if q is None else q
        place = np.where(np.isnan(q), -1, metrics.bins(q))
        for k in range(15):
            held = place == k
            counts = held.sum(axis=1)
            one = (*path, name, k)
            ledger.equal("dynamics: calibration", (*one, "pairs"), int(held.sum()))
            ledger.close("dynamics: calibration", (*one, "low"), k / 15)
            ledger.close("dynamics: calibration", (*one, "high"), (k + 1) / 15)
            for key, values in (("estimate", q), ("human", facts.comparison.targets.human)):
                sums = np.where(held, values, 0).sum(axis=1)
                mean = sums.sum() / counts.sum() if counts.sum() else None
                ledger.measured("dynamics: calibration", (*one, key), mean, int((counts > 0).sum()), 1e-6)
                if counts.sum():
                    draws = facts.comparison.resamples.of(resample.ratio(sums, counts))
                    interval(ledger, "calibration", (*one, key), draws)
