"""
Bradley-Terry strengths by SciPy: the penalised likelihood of METHODS 3, minimised from its formula.

Where everybody meets everybody, its slope depends on the wins alone: those with equal wins are equally strong, and documents
with equal wins have equal strengths. Rounding must not break such ties, since an estimate of exactly a half counts as
predicted, and documents are ranked; so the digits that a search leaves open are dropped.
"""
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

RIDGE = 0.01


def strengths(wins, size):
    left, right, share = (np.array(column) for column in zip(*wins))
    meets = np.zeros((len(wins), size))
    meets[np.arange(len(wins)), left] = 1
    meets[np.arange(len(wins)), right] = -1

    def loss(s):
        gap = meets @ s
        return -(share * log_expit(gap) + (1 - share) * log_expit(-gap)).sum() + RIDGE * s @ s

    def slope(s):
        return meets.T @ (expit(meets @ s) - share) + 2 * RIDGE * s

    def curvature(s):
        p = expit(meets @ s)
        return meets.T @ (meets * (p * (1 - p))[:, None]) + 2 * RIDGE * np.eye(size)

    found = minimize(loss, np.zeros(size), jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-7})
    best = found.x - np.linalg.solve(curvature(found.x), slope(found.x))
    assert np.linalg.norm(slope(best)) < 1e-9, found.message
    total = np.bincount(left, share, size) + np.bincount(right, 1 - share, size)
    _, group = np.unique(total.round(9), return_inverse=True)
    return (np.bincount(group, best)[group] / np.bincount(group)[group]).round(9)
