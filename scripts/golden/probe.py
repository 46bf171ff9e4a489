"""Golden values for the classifier of `probe` and `encoder`: every step of it by scikit-learn."""
import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.special import expit
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]
COMPONENTS = 64
CLIP = 1e-8


def logistic(x, share, c):
    """A share h of annotators is a positive of weight h beside a negative of weight 1-h."""
    model = LogisticRegression(C=c, solver="lbfgs", tol=1e-14, max_iter=100000)
    targets = np.r_[np.ones_like(share), np.zeros_like(share)]
    model.fit(np.r_[x, x], targets, sample_weight=np.r_[share, 1 - share])
    found = np.r_[model.coef_[0], model.intercept_]
    best = polished(x, share, c, found)
    # scikit-learn stops where its line search can no longer tell two points apart.
    assert np.abs(best - found).max() < 1e-5 * max(1, np.abs(best).max()), np.abs(best - found).max()
    return best


def polished(x, share, c, at):
    """Newton steps on scikit-learn's answer, which reach the last digits."""
    one = np.c_[x, np.ones(len(x))]
    ridge = np.r_[np.ones(x.shape[1]), 0]
    for _ in range(6):
        p = expit(one @ at)
        gradient = c * one.T @ (p - share) + ridge * at
        hessian = c * (one * (p * (1 - p))[:, None]).T @ one + np.diag(ridge)
        at = at - np.linalg.solve(hessian, gradient)
    return at


def svd_case(name, x, k):
    found = TruncatedSVD(k, algorithm="arpack", tol=0, random_state=0).fit(x)
    order = np.argsort(-found.singular_values_)
    case = {
        "name": name,
        "rows": x.tolist(),
        "k": k,
        "singularValues": found.singular_values_[order].tolist(),
        "directions": found.components_[order].tolist(),
    }
    if np.abs(x.mean(axis=0)).max() < 1e-9:
        pca = PCA(k, svd_solver="full").fit(x)
        assert np.abs(pca.singular_values_ - found.singular_values_[order]).max() < 1e-8
        case["explainedVariance"] = pca.explained_variance_.tolist()
    return case


def svd_cases(rng):
    tall = np.round(rng.normal(size=(40, 12)) @ np.diag(np.linspace(3, 0.2, 12)), 3)
    spiky = rng.normal(size=(25, 15))
    spiky[:, 3] *= 1000  # as hidden states have it: one direction far larger than the others
    low = np.round(rng.normal(size=(20, 3)), 2) @ np.round(rng.normal(size=(3, 10)), 2)
    return [
        svd_case("tall", tall, 5),
        svd_case("standardised: the principal components", StandardScaler().fit_transform(tall), 5),
        svd_case("wide", np.round(rng.normal(size=(10, 60)), 3), 4),
        svd_case("one direction far larger", np.round(spiky, 3), 6),
        svd_case("rank 3", low, 3),
    ]


def logistic_cases(rng):
    x = np.round(rng.normal(size=(60, 6)), 3)
    z = x @ rng.normal(size=6) - 0.7
    classes = (rng.random(60) < expit(z)).astype(float)
    shares = rng.binomial(3, expit(z)) / 3
    cases = [
        ("classes", x, classes, 1.0),
        ("classes, strong penalty", x, classes, 1e-3),
        ("classes, weak penalty", x, classes, 100.0),
        ("shares of three annotators", x, shares, 1.0),
        ("separable", x, (z > 0).astype(float), 10.0),
        ("one of sixty", x, np.eye(60)[7], 1.0),
        ("large features", np.round(100 * x, 1), classes, 1.0),
    ]
    made = []
    for name, features, target, c in cases:
        best = logistic(features, target, c)
        row = {"name": name, "features": features.tolist(), "targets": target.tolist(), "c": c}
        made.append({**row, "weights": best[:-1].tolist(), "intercept": float(best[-1])})
    return made


def classifier_case(rng, name, documents, width, labels, annotators):
    """The whole of it, with the folds given: scaler, components, penalty by held-out NLL, one regression a label."""
    inner = rng.normal(size=(documents + 15, 6))
    x = inner @ rng.normal(size=(6, width)) + 0.7 * rng.normal(size=(documents + 15, width))
    x = np.round(x * np.exp(rng.normal(size=width)) + 3 * rng.normal(size=width), 3)
    x[:, 0] = 2.5  # a constant feature
    truth = expit(inner @ rng.normal(size=(6, labels)) - 1)
    human = rng.binomial(annotators, truth[:documents]) / annotators
    train, test = x[:documents], x[documents:]
    fold = rng.permutation(documents) % 5
    scaler = StandardScaler().fit(train)
    rank = min(COMPONENTS, np.linalg.matrix_rank(scaler.transform(train)))
    if rank < min(train.shape):
        svd = TruncatedSVD(rank, algorithm="arpack", tol=0, random_state=0).fit(scaler.transform(train))
        directions = svd.components_
    else:
        directions = np.linalg.svd(scaler.transform(train), full_matrices=False)[2][:rank]
    reduced = scaler.transform(train) @ directions.T
    held_out = np.zeros(len(PENALTIES))
    for part in range(5):
        for label in range(labels):
            for place, c in enumerate(PENALTIES):
                model = logistic(reduced[fold != part], human[fold != part, label], c)
                q = np.clip(expit(reduced[fold == part] @ model[:-1] + model[-1]), CLIP, 1 - CLIP)
                h = human[fold == part, label]
                held_out[place] -= (h * np.log(q) + (1 - h) * np.log1p(-q)).sum() / documents
    c = PENALTIES[int(held_out.argmin())]
    models = [logistic(reduced, human[:, label], c) for label in range(labels)]
    there = scaler.transform(test) @ directions.T
    return {
        "name": name,
        "train": train.tolist(),
        "human": human.T.tolist(),
        "fold": fold.tolist(),
        "test": test.tolist(),
        "components": int(rank),
        "heldOutNats": held_out.tolist(),
        "inversePenalty": c,
        "values": [[float(expit(row @ m[:-1] + m[-1])) for m in models] for row in there],
    }


def main():
    warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
    rng = np.random.default_rng(1958)
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    body = {
        "madeBy": "scripts/golden/probe.py",
        "versions": versions,
        "svd": svd_cases(rng),
        "logistic": logistic_cases(rng),
        "classifier": [
            classifier_case(rng, "four annotators", 80, 20, 3, 4),
            classifier_case(rng, "aggregated: 0 and 1", 60, 25, 2, 1),
            classifier_case(rng, "wider than there are documents", 40, 90, 2, 3),
            classifier_case(rng, "more directions than are kept", 100, 80, 2, 3),
        ],
    }
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
