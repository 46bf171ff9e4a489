"""Metrics as functions of document weights, for the bootstrap: those of metrics.py once more, all resamples at once."""
import numpy as np

import metrics


def micro_f1(p, g):
    both, size = (p & g).sum(axis=1), p.sum(axis=1) + g.sum(axis=1)
    return lambda w: 2 * (w @ both) / np.maximum(w @ size, 1e-300)


def macro_f1(p, g):
    both, size = (p & g).astype(float), p.astype(float) + g
    return lambda w: (2 * (w @ both) / np.maximum(w @ size, 1e-300)).mean(axis=1)


def ece(q, target):
    n, labels = q.shape
    gap = np.zeros((n, 15))
    for j in range(labels):
        np.add.at(gap, (np.arange(n), metrics.bins(q[:, j])), q[:, j] - target[:, j])
    return lambda w: np.abs(w @ gap).sum(axis=1) / (w.sum(axis=1) * labels)


def soft_micro_f1(q, h):
    shared, size = np.minimum(q, h).sum(axis=1), (q + h).sum(axis=1)
    return lambda w: 2 * (w @ shared) / np.maximum(w @ size, 1e-300)


def entropy_correlation(q, h):
    """Pearson's r of weighted documents; NaN where either entropy does not vary among the drawn ones."""
    def one(x, y):
        def statistic(w):
            drawn = w > 0
            spread = [np.where(drawn, v, -np.inf).max(axis=1) - np.where(drawn, v, np.inf).min(axis=1) for v in (x, y)]
            mx, my = (w @ x / w.sum(axis=1))[:, None], (w @ y / w.sum(axis=1))[:, None]
            with np.errstate(invalid="ignore", divide="ignore"):
                r = (w * (x - mx) * (y - my)).sum(axis=1) / np.sqrt(
                    (w * (x - mx) ** 2).sum(axis=1) * (w * (y - my) ** 2).sum(axis=1))
            return np.where((spread[0] > 1e-9) & (spread[1] > 1e-9), r, np.nan)
        return statistic
    x, y = metrics.entropy_bits(q), metrics.entropy_bits(h)
    return mean_over_labels([one(x[:, j], y[:, j]) for j in range(q.shape[1])])


def aurc(q, g):
    """Every row of weights: the documents written out as often as they count, the most certain first."""
    sure, risk = metrics.certainty(q), 1 - metrics.example_f1(q, g)
    order = np.argsort(-sure, kind="stable")
    ties = np.unique(-sure[order], return_inverse=True)[1]

    def of(w):
        w = np.round(w[order]).astype(int)
        groups = np.bincount(ties, w)
        means = np.bincount(ties, w * risk[order]) / np.maximum(groups, 1)
        written = np.repeat(means, groups.astype(int))
        return (np.cumsum(written) / np.arange(1, len(written) + 1)).mean() if len(written) else np.nan
    return lambda w: np.array([of(row) for row in w])


def ranked(q, positive):
    """Average precision and ROC AUC of one label for every row of weights; NaN where one class is missing."""
    order = np.argsort(-q, kind="stable")
    ends = np.r_[np.nonzero(np.diff(q[order]))[0], len(q) - 1]

    def counts(w):
        w = w[:, order]
        hits = np.cumsum(w * positive[order], axis=1)[:, ends]
        seen = np.cumsum(w, axis=1)[:, ends]
        return hits, seen, np.diff(hits, axis=1, prepend=0)

    def precision(w):
        hits, seen, fresh = counts(w)
        total = hits[:, -1]
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (fresh * np.where(seen > 0, hits / seen, 0)).sum(axis=1) / total
        return np.where((total > 0) & (total < seen[:, -1]), value, np.nan)

    def area(w):
        hits, seen, fresh = counts(w)
        misses = seen - hits
        lost = np.diff(misses, axis=1, prepend=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (fresh * (misses[:, -1:] - misses + lost / 2)).sum(axis=1) / (hits[:, -1] * misses[:, -1])
        return np.where((hits[:, -1] > 0) & (misses[:, -1] > 0), value, np.nan)

    return precision, area


def mean_over_labels(parts):
    def statistic(w):
        values = np.stack([part(w) for part in parts])
        with np.errstate(invalid="ignore"):
            held = np.isfinite(values)
            return np.where(held, values, 0).sum(axis=0) / np.where(held.any(axis=0), held.sum(axis=0), np.nan)
    return statistic


def label_ranking(q, g):
    """LRAP and coverage error of each document that has a gold label; ties take the last of their places."""
    places = (q[:, None, :] >= q[:, :, None]).sum(axis=2)
    among = (g[:, None, :] & (q[:, None, :] >= q[:, :, None])).sum(axis=2)
    some = g.any(axis=1)
    precision = (np.where(g, among / places, 0)).sum(axis=1) / np.maximum(g.sum(axis=1), 1)
    return precision, np.where(g, places, 0).max(axis=1).astype(float), some


def document_values(q, targets):
    """Metrics that are means over documents: their values, and the documents that have one."""
    h, g, p = targets.human, targets.gold, q >= 0.5
    every = np.ones(len(q), bool)
    lrap, coverage, some = label_ranking(q, g)
    return {
        "nll": (metrics.nll(q, h), every),
        "l1": (metrics.l1(q, h), every),
        "example-f1": (metrics.example_f1(q, g), every),
        "subset-accuracy": ((p == g).all(axis=1).astype(float), every),
        "hamming-loss": ((p != g).mean(axis=1), every),
        "brier": (metrics.brier(q, h), every),
        "jsd": (metrics.jsd(q, h), every),
        "label-ranking-average-precision": (lrap, some),
        "coverage-error": (coverage, some),
        "po-jsd": (metrics.po_jsd(q, h), every),
        "annotator-error": (metrics.annotator_error(q, h), every),
    }


def statistic(name, q, targets):
    """Of the metrics that are computed from all documents at once."""
    g, p = targets.gold, q >= 0.5
    if name == "micro-f1":
        return micro_f1(p, g)
    if name == "macro-f1":
        return macro_f1(p, g)
    if name == "ece":
        return ece(q, targets.human)
    if name == "ece-gold":
        return ece(q, g.astype(float))
    if name == "soft-micro-f1":
        return soft_micro_f1(q, targets.human)
    if name == "entropy-correlation":
        return entropy_correlation(q, targets.human)
    if name == "aurc":
        return aurc(q, g)
    which = 0 if name == "average-precision" else 1
    held = metrics.two_classes(g)
    return mean_over_labels([ranked(q[:, j], g[:, j].astype(float))[which] for j in held])


DOCUMENT = {"nll", "l1", "example-f1", "subset-accuracy", "hamming-loss", "brier", "jsd",
            "label-ranking-average-precision", "coverage-error", "po-jsd", "annotator-error"}
SMALLER_IS_BETTER = {"nll", "l1", "hamming-loss", "brier", "jsd", "ece", "ece-gold", "coverage-error", "aurc",
                     "annotator-error"}
