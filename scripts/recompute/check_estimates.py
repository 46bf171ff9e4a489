"""`estimates`: every estimator's metrics, marks, learned numbers and distance from the truth."""
import numpy as np

import chance
import metrics
import pooled
import resample
from intervals import check as interval

LEARNED = ("+platt", "temperature", "probe", "binary")


def allowed(name):
    return 1e-6 if any(part in name for part in LEARNED) else 1e-9


def check(ledger, comparison):
    flips = chance.SignFlips(len(comparison.ids), 2)
    for run, rows in ledger.results["estimates"].items():
        for entry in (rows.get("probe") or {}).get("learned", []):
            if entry["name"] == "inverse-penalty":
                comparison.penalties[run] = entry["value"]
        for name in rows:
            row(ledger, comparison, run, name)
        marks(ledger, comparison, run, rows, flips)


def row(ledger, comparison, run, name):
    path = ("estimates", run, name)
    q = comparison.estimate(run, name)
    ledger.equal("estimates: documents", (*path, "estimated"), 0 if q is None else len(q))
    for index, entry in enumerate(ledger.at((*path, "learned"))):
        ours = comparison.learned.get((run, name), {}).get(entry.get("label") if name.endswith("+bc") else entry["name"])
        ledger.close("estimates: learned", (*path, "learned", index, "value"), ours, 1e-6)
    remarks(ledger, comparison, path, run, name)
    for split, records in (("calibrated", "calibration"), ("trained", "train")):
        if ledger.at((*path, split)) is not None and q is not None:
            run_of = comparison.runs[run]
            ours = len(run_of.traces[records]) if split == "calibrated" else len(comparison.states(run)[2])
            ledger.equal("estimates: documents", (*path, split, "documents"), ours)
    values, labels = ({}, {}) if q is None else metrics.points(q, comparison.targets)
    for metric in ledger.at((*path, "metrics")):
        place = (*path, "metrics", metric)
        ledger.measured("estimates: metrics", place, values.get(metric), allowed=allowed(name))
        lrap = metric in ("label-ranking-average-precision", "coverage-error")
        n = 0 if q is None else int(comparison.targets.gold.any(axis=1).sum()) if lrap else len(q)
        ledger.equal("estimates: metrics: n", (*place, "n"), n)
        for index, entry in enumerate(ledger.at((*place, "labels")) or []):
            one = (*place, "labels", index)
            ledger.equal("estimates: labels: positives", (*one, "positives"), int(comparison.targets.gold[:, index].sum()))
            ledger.close("estimates: labels", (*one, "value"), labels[metric].get(index), allowed(name))
        if q is not None:
            interval(ledger, "estimates", place, comparison.metric(run, name, metric))
    if q is not None:
        selective(ledger, comparison, run, name, q)
        against_truth(ledger, comparison, run, name, q)
        widths(ledger, comparison, run, name)


def remarks(ledger, comparison, path, run, name):
    """Estimates from an answer that is not well-formed."""
    if name in ("sft-hard", "sft-max"):
        run = comparison.finetuned(run)
    malformed = sum(not comparison.runs[run].traces["test"][i]["answer"]["wellFormed"] for i in comparison.ids)
    for index, remark in enumerate(ledger.at((*path, "remarks"))):
        if remark["reason"] == "the answer is not well-formed":
            ledger.equal("estimates: remarks", (*path, "remarks", index, "count"), malformed)
    for index, missing in enumerate(ledger.at((*path, "missing"))):
        ours = len(comparison.ids) if comparison.estimate(run, name) is None else 0
        ledger.equal("estimates: remarks", (*path, "missing", index, "count"), ours)


def selective(ledger, comparison, run, name, q):
    """The risk–coverage curve at tenths, and what the threshold of the calibration split keeps of the test documents."""
    path = ("estimates", run, name, "selective")
    g = comparison.targets.gold
    curve = metrics.risk_curve(q, g)
    for index, entry in enumerate(ledger.at((*path, "curve"))):
        k = int(np.ceil(entry["coverage"] * len(q) - 1e-9))
        ledger.measured("selective", (*path, "curve", index, "risk"), curve[k - 1], len(q), allowed(name))
    if ledger.at((*path, "atRisk", "reason")) is not None:
        return
    base = comparison.on_calibration(run, name)
    if base is None:
        return
    known, gold = base
    sure, risk = metrics.certainty(known), 1 - metrics.example_f1(known, gold)
    means = {t: risk[sure >= t].mean() for t in np.unique(sure)}
    fits = [t for t, mean in means.items() if mean <= 0.05 + 1e-12]
    place = (*path, "atRisk")
    ledger.close("selective", (*place, "threshold"), min(fits) if fits else None, allowed(name))
    kept = metrics.certainty(q) >= min(fits) if fits else np.zeros(len(q), bool)
    ledger.measured("selective", (*place, "kept"), kept.mean(), len(q), allowed(name))
    ours = (1 - metrics.example_f1(q, g))[kept].mean() if kept.any() else None
    ledger.measured("selective", (*place, "risk"), ours, int(kept.sum()), allowed(name))


def against_truth(ledger, comparison, run, name, q):
    path = ("estimates", run, name, "againstTruth")
    if ledger.at(path) is None:
        return
    gap = q - comparison.targets.truth
    for key, values in (("bias", gap.sum(axis=1)), ("error", np.abs(gap).sum(axis=1))):
        ledger.measured("estimates: against the truth", (*path, key), values.mean(), len(q), allowed(name))
        interval(ledger, "against the truth", (*path, key), comparison.resamples.of(resample.mean(values)))
    for index, label in enumerate(comparison.labels):
        ledger.measured("estimates: against the truth", (*path, "labels", label), gap[:, index].mean(), len(q), allowed(name))


def widths(ledger, comparison, run, name):
    path = ("estimates", run, name, "meanWidth")
    if ledger.at(path) is None:
        return
    bounds = [comparison.runs[run].captured["trees"]["test", i]["labels"] for i in comparison.ids]
    values = np.array([np.mean([b["upper"] - b["lower"] for b in one]) for one in bounds])
    ledger.measured("estimates: width of the bounds", path, values.mean(), len(values))
    interval(ledger, "width of the bounds", path, comparison.resamples.of(resample.mean(values)))


def marks(ledger, comparison, run, rows, flips):
    """
    The best of each column, and the corrected p of all others against it over the run's whole table.

    A tie for the best is a test, too: METHODS leaves open whether it counts in Holm's family, and in labelscope it does.
    """
    tested = []
    for metric in ledger.results["settings"]["metrics"]:
        names = [n for n in rows if n != "truth" and comparison.estimate(run, n) is not None]
        values = {n: comparison.metric(run, n, metric).value for n in names}
        values = {n: v for n, v in values.items() if np.isfinite(v)}
        if not values:
            continue
        best = (min if metric in pooled.SMALLER_IS_BETTER else max)(values.values())
        top = [n for n in values if abs(values[n] - best) <= 1e-12 * max(1, abs(best))]
        for name in values:
            path = ("estimates", run, name, "metrics", metric)
            ledger.equal("estimates: best of a column", (*path, "best"), True if name in top else None)
            if name != top[0]:
                tested.append((path, *bounds(comparison, run, name, top[0], metric, flips)))
    for path, low, high in zip([t[0] for t in tested], *corrected(tested)):
        if ledger.at((*path, "best")):
            continue
        theirs = ledger.at((*path, "pHolm"))
        within(ledger, "estimates: corrected p", (*path, "pHolm"), theirs, low, high)
        if theirs is not None:
            ledger.equal("estimates: not worse", (*path, "notWorse"), theirs >= 1 - ledger.results["settings"]["level"])


def corrected(tested):
    if not tested:
        return [], []
    return chance.holm(np.array([t[1] for t in tested])), chance.holm(np.array([t[2] for t in tested]))


def bounds(comparison, run, name, other, metric, flips):
    if metric in pooled.DOCUMENT:
        values = [comparison.values(run, n)[metric] for n in (name, other)]
        return flips.bounds(np.where(values[0][1], values[0][0] - values[1][0], 0))
    return chance.bootstrap_bounds(comparison.metric(run, name, metric) - comparison.metric(run, other, metric))


def within(ledger, group, path, theirs, low, high):
    """A p between its bounds is off by 0."""
    off = np.inf if theirs is None else max(low - theirs, theirs - high, 0.0)
    ledger.note(group, path, off, 1e-9, f"{theirs!r}, recomputed between {low!r} and {high!r}", "outside its bounds")
