"""Golden values for src/estimate: Platt curves and temperatures, found by SciPy and checked against scikit-learn."""
import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit, softmax
from sklearn.linear_model import LogisticRegression

CLIP = 1e-8
RIDGE = 1e-6


def platt(q, human):
    x = logit(np.clip(q, CLIP, 1 - CLIP)).ravel()
    h = human.ravel()

    def loss(p):
        z = p[0] * x + p[1]
        return (h * np.logaddexp(0, -z) + (1 - h) * np.logaddexp(0, z)).mean() + RIDGE * p[0] ** 2

    def gradient(p):
        off = expit(p[0] * x + p[1]) - h
        return np.array([(off * x).mean() + 2 * RIDGE * p[0], off.mean()])

    def hessian(p):
        s = expit(p[0] * x + p[1])
        v = s * (1 - s)
        return np.array([[(v * x * x).mean() + 2 * RIDGE, (v * x).mean()], [(v * x).mean(), v.mean()]])

    found = minimize(loss, [0, 0], jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-10})
    best = found.x
    for _ in range(5):  # SciPy stops at its tolerance; Newton steps on its answer reach the last digits.
        best = best - np.linalg.solve(hessian(best), gradient(best))
    assert np.abs(best - found.x).max() < 1e-4, (best, found.x)
    check(x, h, best, loss)
    return {"slope": float(best[0]), "intercept": float(best[1]), "loss": float(loss(best))}


def check(x, h, best, loss):
    """Each pair as a positive of weight h and a negative of weight 1-h: scikit-learn's logistic regression."""
    model = LogisticRegression(C=1 / (2 * RIDGE * len(x)), tol=1e-12, max_iter=10000, solver="newton-cholesky")
    model.fit(np.r_[x, x][:, None], np.r_[np.ones_like(h), np.zeros_like(h)], sample_weight=np.r_[h, 1 - h])
    there = np.array([model.coef_[0, 0], model.intercept_[0]])
    assert loss(best) <= loss(there) + 1e-12, (best, there)
    assert np.abs(best - there).max() < 1e-4, (best, there)


def platt_cases(rng):
    def case(name, q, human):
        return {"name": name, "q": q.tolist(), "human": human.tolist(), **platt(q, human)}

    rates = rng.beta(0.5, 1.2, size=(30, 4))
    human = rng.binomial(4, rates) / 4
    blurred = expit(1.7 * logit(rates) - 0.8 + rng.normal(size=rates.shape))
    hard = np.where((rates + 0.3 * rng.random(rates.shape)) > 0.6, 1 - CLIP, CLIP)
    q = rng.random((20, 3))
    spread = np.where(rng.random((25, 3)) < 0.3, 0.0, rng.beta(0.05, 0.05, size=(25, 3)))
    return [
        case("smooth: shares of four annotators", blurred, human),
        case("hard: only 1e-8 and 1-1e-8", hard, human),
        case("separable: the ridge alone keeps the slope finite", q, (q > 0.5).astype(float)),
        case("reversed: a negative slope", q, np.clip(1 - q + 0.1 * rng.normal(size=q.shape), 0, 1)),
        case("spiky: many zeros and ones, clipped", spread, rng.binomial(3, 0.2 + 0.6 * spread) / 3),
        case("narrow: logits within 0.01", 0.3 + 0.001 * q, rng.binomial(3, 0.3, size=q.shape) / 3),
        case("rare: one annotator of 60 documents", rng.random((60, 1)) ** 3, np.eye(60)[:, :1] / 3),
    ]


def temperature(scores, human):
    """The last column of the scores is the null label; the grid is finer than any valley of these cases is wide."""

    def curve(t):
        p = softmax(scores / t, axis=1)
        q = np.clip(p[:, :-1], CLIP, 1 - CLIP)
        nll = -(human * np.log(q) + (1 - human) * np.log1p(-q)).sum(axis=1).mean()
        mean = (p * scores).sum(axis=1, keepdims=True)
        moves = np.where(p[:, :-1] == q, p[:, :-1] * (mean - scores[:, :-1]) / t**2, 0)
        return nll, ((q - human) / (q * (1 - q)) * moves).sum(axis=1).mean()

    grid = np.exp(np.linspace(np.log(0.05), np.log(20), 20001))
    best = int(np.argmin([curve(t)[0] for t in grid]))
    if best in (0, len(grid) - 1):
        t = grid[best]
    else:
        t = brentq(lambda at: curve(at)[1], grid[best - 1], grid[best + 1], xtol=1e-14)
    return {"temperature": float(t), "nll": float(curve(t)[0]), "onBound": best in (0, len(grid) - 1)}


def temperature_cases(rng):
    def case(name, scores, sets):
        labels = scores.shape[1] - 1
        human = np.array([[np.mean([label in given for given in one]) for label in range(labels)] for one in sets])
        return {"name": name, "scores": scores.tolist(), "annotations": sets, **temperature(scores, human)}

    def annotators(p, count):
        none = p.shape[1] - 1
        drawn = [[int(rng.choice(none + 1, p=row)) for _ in range(count)] for row in p]
        return [[[] if one == none else [one] for one in row] for row in drawn]

    z = rng.normal(scale=2, size=(40, 5))
    return [
        case("sharp: scores three times too far apart", 3 * z, annotators(softmax(z, axis=1), 5)),
        case("flat: scores at a third of their size", z / 3, annotators(softmax(z, axis=1), 5)),
        case("noise: nothing to learn from the scores", 9 * z, annotators(np.full((40, 5), 0.2), 3)),
        case("sure: the best label is always given", z, [[[] if k == 4 else [int(k)]] for k in z.argmax(axis=1)]),
    ]


def main():
    rng = np.random.default_rng(20253)
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    body = {
        "madeBy": "scripts/golden/platt.py",
        "versions": versions,
        "platt": platt_cases(rng),
        "temperature": temperature_cases(rng),
    }
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
