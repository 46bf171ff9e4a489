"""`pairs`: differences of runs, their tests, effect sizes and Holm's correction."""
from collections import defaultdict

import numpy as np

import chance
import pooled
from check_estimates import allowed, within
from intervals import check as interval


def check(ledger, comparison):
    flips = chance.SignFlips(len(comparison.ids), 4)
    tables = defaultdict(list)
    for index, pair in enumerate(ledger.results["pairs"]):
        path = ("pairs", index)
        runs = pair["left"], pair["right"]
        name, metric = pair["estimator"], pair["metric"]
        if any(comparison.estimate(run, name) is None for run in runs):
            ledger.equal("pairs: none", (*path, "difference", "value"), None)
            continue
        left, right = (comparison.metric(run, name, metric) for run in runs)
        draws = left - right
        n = len(comparison.ids)
        if metric in pooled.DOCUMENT:
            values = [comparison.values(run, name)[metric] for run in runs]
            held = values[0][1]
            n = int(held.sum())
            gap = np.where(held, values[0][0] - values[1][0], 0)
            bounds = flips.bounds(gap)
            spread = gap[held].std(ddof=1)
            # Where no document differs nothing is divided: the effect is 0.
            effect = gap[held].mean() / spread if spread > 0 else 0.0 if not gap.any() else None
            ledger.close("pairs: effect", (*path, "effect"), effect, 10 * allowed(name))
        else:
            bounds = chance.bootstrap_bounds(draws)
        ledger.measured("pairs: differences", (*path, "difference"), draws.value, n, allowed(name))
        interval(ledger, "pairs", (*path, "difference"), draws)
        within(ledger, "pairs: p", (*path, "p"), pair.get("p"), *bounds)
        if "p" in pair:
            tables[name].append(index)
    for name, indices in tables.items():
        ours = chance.holm(np.array([ledger.results["pairs"][i]["p"] for i in indices]))
        for i, p in zip(indices, ours):
            ledger.close("pairs: Holm of the published p", ("pairs", i, "pHolm"), p)
