"""`curves`: means against size, slopes a doubling, and how much of a slope comes from which documents have later steps."""
from collections import defaultdict

import numpy as np

import resample
from check_estimates import allowed
from intervals import check as interval

FIELDS = {
    "step1": "entropyBits",
    "later": "entropyBits",
    "vocabStep1": "vocabEntropyBits",
    "vocabLater": "vocabEntropyBits",
    "labelMass": "labelMass",
    "labelMassLater": "labelMass",
}
METRICS = {"nll": "nll", "l1": "l1", "exampleF1": "example-f1", "averagePrecision": "average-precision"}


def check(ledger, comparison):
    lines(ledger, comparison)
    for family, variants in ledger.results["curves"].items():
        for variant, curves in variants.items():
            line = [point["run"] for point in curves["step1"]["points"]]
            for name in curves:
                curve(ledger, comparison, ("curves", family, variant, name), name, line)


def lines(ledger, comparison):
    """Each run stands on the line of its family and variant, in the order of sizes."""
    groups = defaultdict(list)
    for run in comparison.runs.values():
        groups[run.manifest["model"].get("family"), run.manifest["model"].get("variant")].append(run)
    names = {(f, v) for f, variants in ledger.results["curves"].items() for v in variants}
    for (family, variant), members in groups.items():
        if (family, variant) in names:
            ours = [r.name for r in sorted(members, key=lambda r: r.manifest["model"]["totalParameters"])]
            points = ledger.results["curves"][family][variant]["step1"]["points"]
            path = ("curves", family, variant)
            ledger.note("curves: lines", path, 0.0 if [p["run"] for p in points] == ours else np.inf, 0, f"recomputed {ours}")


def places(comparison, run):
    return {(i, s["r"]): s for i in comparison.ids for s in comparison.runs[run].traces["test"][i]["steps"]}


def later(comparison, run, among, field):
    """Sum and count over later label steps, by document, of those that all of `among` have."""
    found = places(comparison, run)
    common = set(found)
    for other in among:
        common &= set(places(comparison, other))
    sums, counts = np.zeros(len(comparison.ids)), np.zeros(len(comparison.ids))
    row = {i: k for k, i in enumerate(comparison.ids)}
    for i, r in common:
        if r > 1:
            sums[row[i]] += found[i, r][field]
            counts[row[i]] += 1
    return sums, counts


def point(comparison, name, run, line):
    """Draws of one model's mean, and the documents behind it."""
    head, _, estimator = name.partition(".")
    if estimator and comparison.estimate(run, estimator) is None:
        return None, 0
    if estimator:
        return comparison.metric(run, estimator, METRICS[head]), len(comparison.ids)
    for kind, among in (("LaterMatchedLine", line), ("LaterMatched", list(comparison.runs)), ("LaterUnmatched", [])):
        if name.lower().endswith(kind.lower()):
            field = FIELDS["later" if name.startswith("later") else name.removesuffix(kind) + "Later"]
            sums, counts = later(comparison, run, among, field)
            if counts.sum() == 0:
                return None, 0
            return comparison.draws((run, name, tuple(among)), resample.ratio(sums, counts)), int((counts > 0).sum())
    values = [comparison.runs[run].traces["test"][i]["steps"][0][FIELDS[name]] for i in comparison.ids]
    return comparison.draws((run, name), resample.mean(values)), len(values)


def slope_factors(sizes):
    x = np.log2(np.array(sizes, float))
    return (x - x.mean()) / ((x - x.mean()) ** 2).sum()


def curve(ledger, comparison, path, name, line):
    estimator = name.partition(".")[2]
    close = allowed(estimator)
    points = ledger.at((*path, "points"))
    found = [point(comparison, name, p["run"], line) for p in points]
    for k, (p, (draws, n)) in enumerate(zip(points, found)):
        model = comparison.runs[p["run"]].manifest["model"]
        ledger.measured("curves: points", (*path, "points", k), None if draws is None else draws.value, n, close)
        ledger.equal("curves: sizes", (*path, "points", k, "total"), model["totalParameters"])
        ledger.equal("curves: sizes", (*path, "points", k, "nonEmbedding"), model["nonEmbeddingParameters"])
        if draws is not None:
            interval(ledger, "curves", (*path, "points", k), draws)
    held = [(p, d) for p, (d, _) in zip(points, found) if d is not None]
    sizes = [p["total"] for p, _ in held]
    if sizes:
        ledger.close("curves: sizes", (*path, "doublings"), np.log2(max(sizes) / min(sizes)))
    for key, of in (("slope", "total"), ("nonEmbeddingSlope", "nonEmbedding")):
        if len(held) < 3:
            ledger.close("curves: slopes", (*path, key, "value"), None)
            continue
        draws = resample.combine([d for _, d in held], slope_factors([p[of] for p, _ in held]))
        ledger.measured("curves: slopes", (*path, key), draws.value, allowed=close)
        interval(ledger, "slopes", (*path, key), draws)
    if len(held) == 2 and ledger.at((*path, "difference")) is not None:
        draws = held[1][1] - held[0][1]
        ledger.measured("curves: slopes", (*path, "difference"), draws.value, allowed=close)
        interval(ledger, "slopes", (*path, "difference"), draws)
    selection(ledger, comparison, path, name, line, held)


def selection(ledger, comparison, path, name, line, held):
    """METHODS gives two sizes no slope: there it is the difference of the two differences."""
    if ledger.at((*path, "selection", "value")) is None:
        return
    twin = name.replace("MatchedLine", "Unmatched").replace("Matched", "Unmatched")
    free = [point(comparison, twin, p["run"], line)[0] for p, _ in held]
    factors = [-1, 1] if len(held) == 2 else slope_factors([p["total"] for p, _ in held])
    draws = resample.combine(free, factors) - resample.combine([d for _, d in held], factors)
    ledger.measured("curves: selection", (*path, "selection"), draws.value)
    interval(ledger, "slopes", (*path, "selection"), draws)
