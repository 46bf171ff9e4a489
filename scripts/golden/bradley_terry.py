"""Golden values for src/math/bradley-terry.ts and the estimators on it: strengths found by SciPy."""
import json
import sys
from itertools import combinations

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.special import expit

RIDGE = 0.01


def strengths(p):
    """p[i, j] for i < j: how probable it is that i wins. Only those entries count."""
    n = len(p)
    first, second = np.triu_indices(n, 1)
    p = p[first, second]

    def loss(s):
        d = s[first] - s[second]
        return (p * np.logaddexp(0, -d) + (1 - p) * np.logaddexp(0, d)).sum() + RIDGE * s @ s

    def gradient(s):
        off = expit(s[first] - s[second]) - p
        by_pair = np.zeros(n)
        np.add.at(by_pair, first, off)
        np.add.at(by_pair, second, -off)
        return by_pair + 2 * RIDGE * s

    def hessian(s):
        spread = expit(s[first] - s[second]) * expit(s[second] - s[first])
        matrix = 2 * RIDGE * np.eye(n)
        for i, j, v in zip(first, second, spread):
            matrix[[i, j], [i, j]] += v
            matrix[[i, j], [j, i]] -= v
        return matrix

    found = minimize(loss, np.zeros(n), jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-9})
    other = minimize(loss, np.zeros(n), jac=gradient, method="BFGS", options={"gtol": 1e-8})
    assert np.abs(found.x - other.x).max() < 1e-4, (found.x, other.x)
    best = found.x
    for _ in range(5):  # SciPy stops at its tolerance; Newton steps on its answer reach the last digits.
        best = best - np.linalg.solve(hessian(best), gradient(best))
    assert np.linalg.norm(gradient(best)) <= 1e-12 and np.abs(best - found.x).max() < 1e-6, (best, found)
    return {"strengths": best.tolist(), "loss": float(loss(best))}


def case(name, p):
    pairs = [{"first": i, "second": j, "p": float(p[i, j])} for i, j in combinations(range(len(p)), 2)]
    return {"name": name, "players": len(p), "comparisons": pairs, **strengths(p)}


def cases(rng):
    def model(s):
        return expit(np.subtract.outer(s, s))

    s = rng.normal(scale=2, size=8)
    noisy = expit(np.subtract.outer(s, s) + rng.normal(size=(8, 8)))
    order = np.triu(np.ones((6, 6)), 1)
    circle = np.array([[0.5, 1, 0], [0, 0.5, 1], [1, 0, 0.5]])
    return [
        case("two players, 3 to 1", np.array([[0.5, 0.75], [0.25, 0.5]])),
        case("probabilities that the model itself would give", model(s)),
        case("seven labels and the null label, noisy", noisy),
        case("outcomes of the same: 0 and 1", (noisy > 0.5).astype(float)),
        case("a strict order: the ridge alone keeps the strengths finite", order),
        case("a circle: nobody is stronger", circle),
        case("extreme: within 1e-9 of 0 and 1", expit(20 * np.sign(rng.normal(size=(5, 5))) + rng.normal(size=(5, 5)))),
        case("27 labels and the null label", rng.beta(0.3, 0.3, size=(28, 28))),
    ]


def documents(rng):
    """What a model answered about every pair of three labels and the null label, and the estimates from it."""
    made = []
    for mass in (0.99, 0.6, 0.02):
        pairs, shares = [], np.full((4, 4), 0.5)
        for i, j in combinations(range(4), 2):
            asked = []
            for _ in range(2):
                share = rng.beta(0.8, 0.8)
                asked.append({"first": float(mass * share), "second": float(mass * (1 - share))})
            shares[i, j] = np.mean([one["first"] / (one["first"] + one["second"]) for one in asked])
            pairs.append({"first": i, "second": j, "asked": asked})
        outcome = np.where(shares > 0.5, 1.0, np.where(shares < 0.5, 0.0, 0.5))
        values = {
            name: expit(s[:-1] - s[-1]).tolist()
            for name, p in (("binary", shares), ("binary-outcome", outcome))
            for s in [np.array(strengths(p)["strengths"])]
        }
        made.append({"mass": mass, "pairs": pairs, "values": values})
    return made


def main():
    rng = np.random.default_rng(1952)
    body = {
        "madeBy": "scripts/golden/bradley_terry.py",
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "bradleyTerry": cases(rng),
        "documents": documents(rng),
    }
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
