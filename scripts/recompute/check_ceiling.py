"""`ceiling`: half of the annotators against the other half, with splits of our own; so only up to the error of 20 splits."""
import numpy as np

import metrics
import pooled
import resample
from intervals import check as interval

SPLITS = 200
ERRORS = 5


def check(ledger, comparison):
    block = ledger.results["ceiling"]
    if "reason" in block:
        return
    splits = Splits(comparison, np.random.default_rng(3))
    ledger.equal("ceiling: documents", ("ceiling", "documents"), len(splits.rows))
    for name in block["shared"]:
        row(ledger, comparison, splits, ("ceiling", "shared", name), next(iter(comparison.runs)), name)
    for run, rows in block["runs"].items():
        for name in rows:
            row(ledger, comparison, splits, ("ceiling", "runs", run, name), run, name)


class Splits:
    """Both halves of every document's annotators, often; with an odd number a coin says which half is the larger one."""

    def __init__(self, comparison, rng):
        documents = comparison.documents
        self.rows = [i for i, d in enumerate(documents) if len(d.get("annotations", [])) >= 2]
        shape = (SPLITS, len(self.rows), len(comparison.labels))
        self.predicted, self.held, self.gold = np.empty(shape), np.empty(shape), np.empty(shape, bool)
        for column, i in enumerate(self.rows):
            marks = np.array([[label in one for label in comparison.labels] for one in documents[i]["annotations"]])
            for s in range(SPLITS):
                half = (len(marks) + rng.integers(2)) // 2
                order = rng.permutation(len(marks))
                first, second = marks[order[:half]], marks[order[half:]]
                self.predicted[s, column] = (first.sum(axis=0) + 0.5) / (half + 1)
                self.held[s, column] = second.mean(axis=0)
                self.gold[s, column] = 2 * second.sum(axis=0) >= len(second)


VALUES = {
    "nll": lambda q, s: metrics.nll(q, s.held),
    "l1": lambda q, s: metrics.l1(q, s.held),
    "example-f1": lambda q, s: metrics.example_f1(q, s.gold),
    "brier": lambda q, s: metrics.brier(q, s.held),
    "jsd": lambda q, s: distance(q, s.held).mean(axis=-1),
    "subset-accuracy": lambda q, s: ((q >= 0.5) == s.gold).all(axis=-1),
    "hamming-loss": lambda q, s: ((q >= 0.5) != s.gold).mean(axis=-1),
    "label-ranking-average-precision": lambda q, s: ranking(q, s.gold)[0],
    "coverage-error": lambda q, s: ranking(q, s.gold)[1],
    "po-jsd": lambda q, s: 1 - (distance(q, s.held) ** 2).mean(axis=-1),
    "annotator-error": lambda q, s: np.where(q >= 0.5, 1 - s.held, s.held).mean(axis=-1),
}


def distance(q, h):
    """Base-2 Jensen-Shannon distance of two Bernoulli laws, for many at once."""
    def bits(p):
        return -sum(np.where(x > 0, x * np.log2(np.where(x > 0, x, 1)), 0) for x in (p, 1 - p))
    return np.sqrt(np.maximum(bits((q + h) / 2) - (bits(q) + bits(h)) / 2, 0))


def ranking(q, gold):
    """Both label-ranking metrics; NaN where the held-out half has no gold label."""
    shape = np.broadcast_shapes(q.shape, gold.shape)
    flat = [np.broadcast_to(a, shape).reshape(-1, shape[-1]) for a in (q, gold)]
    precision, coverage, some = pooled.label_ranking(*flat)
    return [np.where(some, part, np.nan).reshape(shape[:-1]) for part in (precision, coverage)]


def row(ledger, comparison, splits, path, run, name):
    q = splits.predicted if name == "split-half" else comparison.estimate(run, name)[splits.rows][None]
    for metric in ledger.at((*path, "metrics")):
        place = (*path, "metrics", metric)
        values = VALUES[metric](q, splits).astype(float)
        means = np.nanmean(values, axis=1)
        spread = max(means.std(ddof=1), 1e-12)
        theirs = ledger.at((*place, "value"))
        off = (theirs - means.mean()) / (spread * np.sqrt(1 / ledger.at(("ceiling", "splits")) + 1 / SPLITS))
        text = f"{theirs!r}, recomputed {means.mean()!r}, standard deviation of one split {spread:.2g}"
        ledger.note("ceiling: values", (*place, "value"), off, ERRORS, text, "standard errors")
        if np.isnan(values).any():
            continue
        ledger.equal("ceiling: n", (*place, "n"), len(splits.rows))
        full = np.zeros(len(comparison.ids))
        # As many splits as published: more of them would make documents' values, and the interval, less noisy.
        full[splits.rows] = values[:ledger.at(("ceiling", "splits"))].mean(axis=0)
        held = np.isin(np.arange(len(full)), splits.rows)
        draws = comparison.resamples.of(resample.mean(full, held))
        interval(ledger, "ceiling (centred)", place, moved(draws, theirs - draws.value))


def moved(draws, by):
    """Their splits move the value and, with it, the interval; what is compared is its shape."""
    return draws.map(lambda part: part + by)
