"""Point values of all metrics (METHODS 4), by scikit-learn and SciPy wherever they have the metric."""
import warnings

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.special import xlogy
from scipy.stats import pearsonr
from sklearn import metrics as sk

EDGES = np.arange(1, 16) / 15


def clip(q):
    return np.clip(q, 1e-8, 1 - 1e-8)


def nll(q, h):
    return -(h * np.log(clip(q)) + (1 - h) * np.log1p(-clip(q))).sum(axis=-1)


def l1(q, h):
    return np.abs(q - h).sum(axis=-1)


def example_f1(q, g):
    p = q >= 0.5
    size = p.sum(axis=-1) + g.sum(axis=-1)
    return np.where(size == 0, 1.0, 2 * (p & g).sum(axis=-1) / np.maximum(size, 1))


def brier(q, h):
    return ((q - h) ** 2).mean(axis=-1)


def jsd(q, h):
    pairs = [jensenshannon([a, 1 - a], [b, 1 - b], base=2) for a, b in zip(q.ravel(), h.ravel())]
    return np.nan_to_num(np.array(pairs)).reshape(q.shape).mean(axis=-1)


def soft_micro_f1(q, h):
    return 2 * np.minimum(q, h).sum() / (q + h).sum() if (q + h).any() else 0.0


def po_jsd(q, h):
    pairs = [jensenshannon([a, 1 - a], [b, 1 - b], base=2) for a, b in zip(q.ravel(), h.ravel())]
    return 1 - (np.nan_to_num(np.array(pairs)) ** 2).reshape(q.shape).mean(axis=-1)


def entropy_bits(share):
    return -(xlogy(share, share) + xlogy(1 - share, 1 - share)) / np.log(2)


def entropy_correlations(q, h):
    """By label, where both entropies vary by more than 1e-9 bits."""
    x, y = entropy_bits(q), entropy_bits(h)
    held = [j for j in range(q.shape[1]) if np.ptp(x[:, j]) > 1e-9 and np.ptp(y[:, j]) > 1e-9]
    return {j: pearsonr(x[:, j], y[:, j]).statistic for j in held}


def certainty(q):
    return np.round(np.abs(q - 0.5).max(axis=1), 12)


def risk_curve(q, g):
    """Expected risk of the k most certain documents, k = 1 .. n."""
    sure, risk = certainty(q), 1 - example_f1(q, g)
    expected = np.array([risk[sure == own].mean() for own in sure])
    return np.cumsum(expected[np.argsort(-sure, kind="stable")]) / np.arange(1, len(q) + 1)


def annotator_error(q, h):
    return np.where(q >= 0.5, 1 - h, h).mean(axis=-1)


def bins(q):
    """0-based; a bin holds its upper edge, the first one also 0."""
    return np.minimum(np.searchsorted(EDGES, q, side="left"), 14)


def ece(q, target):
    b, total = bins(q).ravel(), 0.0
    for k in range(15):
        held = b == k
        if held.any():
            total += held.mean() * abs(q.ravel()[held].mean() - target.ravel()[held].mean())
    return total


def two_classes(g):
    return [j for j in range(g.shape[1]) if 0 < g[:, j].sum() < len(g)]


def points(q, targets):
    """Every metric, None where it is not defined, and `labels` of the two that are means over labels."""
    h, g = targets.human, targets.gold
    p = q >= 0.5
    some = g.any(axis=1)
    held = two_classes(g)
    ap = {j: sk.average_precision_score(g[:, j], q[:, j]) for j in held}
    auc = {j: sk.roc_auc_score(g[:, j], q[:, j]) for j in held}
    correlations = entropy_correlations(q, h)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        macro = [sk.f1_score(g[:, j], p[:, j], zero_division=0) for j in range(g.shape[1])]
        values = {
            "nll": nll(q, h).mean(),
            "l1": l1(q, h).mean(),
            "example-f1": sk.f1_score(g, p, average="samples", zero_division=1),
            "micro-f1": sk.f1_score(g, p, average="micro", zero_division=0),
            "macro-f1": sk.f1_score(g, p, average="macro", zero_division=0),
            "subset-accuracy": sk.accuracy_score(g, p),
            "hamming-loss": sk.hamming_loss(g, p),
            "brier": np.mean((q - h) ** 2),
            "jsd": jsd(q, h).mean(),
            "ece": ece(q, h),
            "ece-gold": ece(q, g.astype(float)),
            "average-precision": np.mean(list(ap.values())) if held else None,
            "roc-auc": np.mean(list(auc.values())) if held else None,
            "soft-micro-f1": soft_micro_f1(q, h),
            "po-jsd": po_jsd(q, h).mean(),
            "entropy-correlation": np.mean(list(correlations.values())) if correlations else None,
            "aurc": risk_curve(q, g).mean(),
            "annotator-error": annotator_error(q, h).mean(),
        }
        if some.any():
            values["label-ranking-average-precision"] = sk.label_ranking_average_precision_score(g[some], q[some])
            values["coverage-error"] = sk.coverage_error(g[some], q[some])
    labels = {"average-precision": ap, "roc-auc": auc, "macro-f1": dict(enumerate(macro)),
              "entropy-correlation": correlations}
    return values, labels
