"""Golden values for src/metric: estimates and annotations with what scikit-learn and SciPy make of them."""
import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import jensenshannon
from scipy.special import xlogy
from scipy.stats import pearsonr
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
BINS = 15


def calibration(q, target, weights):
    # calibration_curve drops weights, so the bins are made here as it makes them: edges belong to the lower bin.
    edges = np.arange(1, BINS) / BINS
    bins = np.searchsorted(edges, q.ravel(), side="left")
    pair_weights = np.repeat(weights, q.shape[1])
    gaps = pair_weights * (q - target).ravel()
    return sum(abs(gaps[bins == b].sum()) for b in range(BINS)) / pair_weights.sum()


def over_labels(function, gold, q, weights):
    values = []
    for label in range(gold.shape[1]):
        drawn = gold[weights > 0, label]
        one_class = drawn.min() == drawn.max()
        values.append(None if one_class else float(function(gold[:, label], q[:, label], sample_weight=weights)))
    known = [value for value in values if value is not None]
    return {"value": float(np.mean(known)) if known else None, "parts": values}


def entropies(share):
    return -(xlogy(share, share) + xlogy(1 - share, 1 - share)) / np.log(2)


def entropy_correlation(q, human, weights):
    """Documents are repeated as often as they count; entropies within 1e-9 bits of each other do not vary."""
    values = []
    for label in range(q.shape[1]):
        x, y = (np.repeat(entropies(side[:, label]), weights) for side in (q, human))
        varies = np.ptp(x) > 1e-9 and np.ptp(y) > 1e-9
        values.append(float(pearsonr(x, y).statistic) if varies else None)
    known = [value for value in values if value is not None]
    return {"value": float(np.mean(known)) if known else None, "parts": values}


def area_under_risk_coverage(q, risk, weights):
    """Mean over k of the expected risk of the k most certain: a document among m equally certain ones has their mean risk."""
    certainty = np.round(np.abs(q - 0.5).max(axis=1), 12)
    certainty, risk = np.repeat(certainty, weights), np.repeat(risk, weights)
    expected_risk = np.array([risk[certainty == own].mean() for own in certainty])
    order = np.argsort(-certainty, kind="stable")
    return float((np.cumsum(expected_risk[order]) / np.arange(1, len(order) + 1)).mean())


def one_by_one(predicted, human):
    """60 annotators who give the shares (thirds, quarters and fifths come out whole), each against the prediction."""
    votes = np.arange(60)[:, None, None] < np.round(60 * human)
    return (votes != predicted.astype(bool)).mean(axis=2).mean(axis=0)


def example_f1(gold, predicted):
    return np.array([sk.f1_score([g], [p], average="samples", zero_division=1) for g, p in zip(gold, predicted)])


def expected(q, human, gold, weights):
    predicted = (q >= 0.5).astype(int)
    clipped = np.clip(q, 1e-8, 1 - 1e-8)
    nll = -(human * np.log(clipped) + (1 - human) * np.log(1 - clipped)).sum(axis=1)
    pairs = np.repeat(weights, q.shape[1])
    distances = np.array([
        jensenshannon([h, 1 - h], [p, 1 - p], base=2) for h, p in zip(human.ravel(), q.ravel())
    ])
    some = gold.sum(axis=1) > 0
    ranked = weights[some]
    f1 = dict(sample_weight=weights, zero_division=0)
    result = {
        "nll": float(np.average(nll, weights=weights)),
        "l1": float(np.average(np.abs(q - human).sum(axis=1), weights=weights)),
        "example-f1": float(sk.f1_score(gold, predicted, average="samples", sample_weight=weights, zero_division=1)),
        "micro-f1": float(sk.f1_score(gold, predicted, average="micro", **f1)),
        "macro-f1": {
            "value": float(sk.f1_score(gold, predicted, average="macro", **f1)),
            "parts": [float(v) for v in sk.f1_score(gold, predicted, average=None, **f1)],
        },
        "subset-accuracy": float(sk.accuracy_score(gold, predicted, sample_weight=weights)),
        "hamming-loss": float(sk.hamming_loss(gold, predicted, sample_weight=weights)),
        "brier": float(sk.mean_squared_error(human.ravel(), q.ravel(), sample_weight=pairs)),
        "jsd": float(np.average(distances, weights=pairs)),
        "ece": calibration(q, human, weights),
        "ece-gold": calibration(q, gold, weights),
        "average-precision": over_labels(sk.average_precision_score, gold, q, weights),
        "roc-auc": over_labels(sk.roc_auc_score, gold, q, weights),
        # Documents without a gold label are left out; scikit-learn's own values follow below.
        "label-ranking-average-precision": float(
            sk.label_ranking_average_precision_score(gold[some], q[some], sample_weight=ranked)
        ),
        "coverage-error": float(sk.coverage_error(gold[some], q[some], sample_weight=ranked)),
        "soft-micro-f1": float(2 * (weights @ np.minimum(q, human)).sum() / (weights @ (q + human)).sum()),
        "po-jsd": float(1 - np.average(distances**2, weights=pairs)),
        "entropy-correlation": entropy_correlation(q, human, weights),
        "aurc": area_under_risk_coverage(q, 1 - example_f1(gold, predicted), weights),
        "annotator-error": float(np.average(one_by_one(predicted, human), weights=weights)),
    }
    as_sklearn = {
        "label-ranking-average-precision": float(
            sk.label_ranking_average_precision_score(gold, q, sample_weight=weights)
        ),
        "coverage-error": float(sk.coverage_error(gold, q, sample_weight=weights)),
    }
    rows = {name: row if isinstance(row, dict) else {"value": row} for name, row in result.items()}
    return {"metrics": rows, "asScikitLearn": as_sklearn}


def case(name, rng, q, human, gold):
    human, gold = human.astype(float), gold.astype(int)
    weights = rng.integers(0, 4, size=len(q))
    weights[0] = max(weights[0], 1)
    return {
        "name": name,
        "q": q.tolist(),
        "human": human.tolist(),
        "gold": gold.astype(bool).tolist(),
        "weights": weights.tolist(),
        "expected": expected(q, human, gold, np.ones(len(q), dtype=int)),
        "expectedWeighted": expected(q, human, gold, weights),
    }


def annotate(rng, rates, annotators):
    votes = rng.random((annotators,) + rates.shape) < rates
    human = votes.mean(axis=0)
    return human, human >= 0.5


def main():
    rng = np.random.default_rng(20251)
    cases = []
    rates = rng.beta(0.4, 1.2, size=(40, 5))
    human, gold = annotate(rng, rates, 3)
    cases.append(case("smooth: 40 documents, 5 labels, 3 annotators", rng, rng.beta(1, 2, size=(40, 5)), human, gold))
    human, gold = annotate(rng, rates, 4)
    hard = np.where(rng.random((40, 5)) < 0.25, 1 - 1e-8, 1e-8)
    cases.append(case("hard: every estimate at 1e-8 or 1-1e-8, ties in the gold set", rng, hard, human, gold))
    tied = rng.integers(0, 11, size=(60, 4)) / 10
    human, gold = annotate(rng, rng.random((60, 4)) ** 2, 2)
    cases.append(case("ties: tenths, many at 0.5", rng, tied, human, gold))
    edges = rng.integers(0, 16, size=(50, 3)) / 15
    human, gold = annotate(rng, rng.random((50, 3)), 5)
    cases.append(case("edges: every estimate on a bin edge, 0 and 1 included", rng, edges, human, gold))
    gold = rng.random((30, 4)) < 0.2
    gold[:, 1] = False
    gold[:, 3] = True
    cases.append(case("aggregated: one label never gold, one always", rng, rng.random((30, 4)), gold, gold))
    cases.append(case("constant 0.1", rng, np.full((40, 5), 0.1), *annotate(rng, rates, 3)))
    near, gold = annotate(rng, rates, 3)
    cases.append(case("near: estimates 1e-4 from the annotations", rng, np.abs(near - 1e-4), near, gold))
    wide, gold = annotate(rng, rng.random((12, 27)) ** 4, 5)
    cases.append(case("wide: 12 documents, 27 labels", rng, rng.random((12, 27)) ** 3, wide, gold))
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    with open(sys.argv[1], "w") as file:
        body = {"madeBy": "scripts/golden/metrics.py", "versions": versions, "cases": cases}
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
