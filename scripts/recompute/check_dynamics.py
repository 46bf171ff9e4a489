"""`dynamics`: label steps by place, what becomes of the second label, order, diversity, calibration, confusion."""
import numpy as np
from scipy.stats import gmean, norm

import answer_facts
import fate
import resample
from intervals import check as interval

PLACES = 8
FIELDS = ("topProbability", "topToSecond", "entropyBits", "vocabEntropyBits", "labelMass")


class Facts:
    """Means over documents that have the fact, NaN for those that have not, with their intervals."""

    def __init__(self, ledger, comparison):
        self.ledger, self.comparison = ledger, comparison

    def mean(self, group, path, values):
        values = np.asarray(values, float)
        held = np.isfinite(values)
        self.ledger.measured(f"dynamics: {group}", path, values[held].mean() if held.any() else None, int(held.sum()))
        if held.any():
            interval(self.ledger, "dynamics", path, self.comparison.resamples.of(resample.mean(values, held)))


def check(ledger, comparison):
    facts = Facts(ledger, comparison)
    for run in comparison.runs.values():
        path = ("dynamics", run.name)
        traces = [run.traces["test"][i] for i in comparison.ids]
        ledger.equal("dynamics: counts", (*path, "documents"), len(comparison.ids))
        ledger.equal("dynamics: counts", (*path, "withoutTrace"), 0)
        steps(ledger, facts, (*path, "steps"), traces)
        beyond = sum(step["r"] > PLACES for trace in traces for step in trace["steps"])
        ledger.equal("dynamics: counts", (*path, "stepsBeyond"), beyond)
        fate.second(ledger, facts, (*path, "secondFate"), traces, run)
        answer_facts.sorted_probabilities(ledger, facts, (*path, "sortedProbabilities"), traces)
        if not run.forced:
            fate.ranking(ledger, facts, (*path, "ranking"), traces, run)
            answer_facts.check(ledger, facts, path, traces, run, comparison.targets.gold)
        answer_facts.reliability(ledger, facts, (*path, "reliability"), run.name)


def steps(ledger, facts, path, traces):
    for place in ledger.at(path):
        at = [next((s for s in trace["steps"] if s["r"] == int(place)), None) for trace in traces]
        for kind in ("all", "intermediate", "last"):
            group = [s if s is not None and kind in ("all", s["kind"]) else None for s in at]
            step_group(ledger, facts, (*path, place, kind), group)
        for what, found in (("cut", [s is not None and s["kind"] == "cut" for s in at]),
                            ("forced", [s is not None and s.get("forced", False) for s in at])):
            ledger.equal("dynamics: counts", (*path, place, what), sum(found))


def field(step, name):
    p = np.sort(step["probabilities"])[::-1]
    if name == "topProbability":
        return p[0]
    if name == "topToSecond":
        return p[0] / p[1] if p[1] > 0 else np.inf
    return step[name]


def step_group(ledger, facts, path, steps):
    present = [s for s in steps if s is not None]
    ledger.equal("dynamics: counts", (*path, "n"), len(present))
    for name in FIELDS:
        values = np.array([np.nan if s is None else field(s, name) for s in steps])
        held = values[np.isfinite(values)]
        place = (*path, name)
        ledger.equal("dynamics: counts", (*place, "n"), len(held))
        if name == "topToSecond":
            ledger.equal("dynamics: counts", (*path, "infiniteRatios"), int(np.isinf(values).sum()))
            geometric(ledger, facts, place, values, held)
        else:
            facts.mean("label steps", (*place, "mean"), values)
        if len(held):
            five = dict(zip(("min", "q1", "median", "q3", "max"), np.quantile(held, [0, 0.25, 0.5, 0.75, 1])))
            for key, value in five.items():
                ledger.close("dynamics: boxes", (*place, "box", key), value)
            outline(ledger, (*place, "outline"), name, held, len(present[0]["probabilities"]))
    facts.mean("label steps", (*path, "argmaxIsLabel"), [np.nan if s is None else s["argmaxIsLabel"] for s in steps])
    facts.mean("label steps", (*path, "stop"), [s["branch"]["stop"] if s and "branch" in s else np.nan for s in steps])


def outline(ledger, path, name, held, labels):
    """
    The violin's density, which METHODS leaves open: Gaussian kernels of Silverman's width, at least a hundredth of the range,
    reflected where the quantity is bounded. Heights are stored with four digits.
    """
    stored = ledger.at(path)
    values = np.log10(held) if name == "topToSecond" else held
    if stored["kind"] == "point":
        ledger.close("dynamics: outlines", (*path, "at"), values.mean())
        return
    quartiles = np.subtract(*np.quantile(values, [0.75, 0.25])) / 1.34
    deviation = values.std(ddof=1)
    narrow = min(quartiles, deviation) if quartiles > 0 else deviation
    width = max(0.9 * narrow * len(values) ** -0.2, np.ptp(values) / 100)
    ledger.close("dynamics: outlines", (*path, "bandwidth"), width)
    bounded = {"entropyBits": (0, np.log2(labels)), "topProbability": (0, 1), "labelMass": (0, 1)}
    low, high = bounded.get(name, (-np.inf, np.inf))
    low, high = max(low, values.min() - 3 * width), min(high, values.max() + 3 * width)
    ledger.close("dynamics: outlines", (*path, "from"), low, 1e-8)
    ledger.close("dynamics: outlines", (*path, "to"), high, 1e-8)
    x = np.linspace(stored["from"], stored["to"], len(stored["heights"]))
    mirrored = [values]
    if low > values.min() - 3 * width:
        mirrored.append(2 * stored["from"] - values)
    if high < values.max() + 3 * width:
        mirrored.append(2 * stored["to"] - values)
    density = sum(norm.pdf(x[:, None], one, width).mean(axis=1) for one in mirrored)
    off = np.abs(density - stored["heights"]).max() / density.max()
    ledger.note("dynamics: outlines", (*path, "heights"), off, 1e-2, f"heights are {off:.2g} of the largest one off")


def geometric(ledger, facts, place, values, held):
    ledger.measured("dynamics: label steps", (*place, "mean"), gmean(held) if len(held) else None, len(held))
    if len(held):
        logs = np.where(np.isfinite(values), np.log(np.where(np.isfinite(values), values, 1)), np.nan)
        draws = facts.comparison.resamples.of(resample.mean(logs, np.isfinite(logs)))
        interval(ledger, "dynamics", (*place, "mean"), draws.map(np.exp))
