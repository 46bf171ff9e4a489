"""Platt scaling and the temperature, learned on the calibration split (METHODS 3)."""
import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, logit

import estimators

CLIP = 1e-8
RIDGE = 1e-6


def clipped_logit(q):
    return logit(np.clip(q, CLIP, 1 - CLIP))


def platt(q, human):
    """
    (w, b) that minimise the cross-entropy to the human distribution plus a ridge on w; None where x is constant.

    METHODS has the ridge as 1e-6 and not of what: here, as in labelscope, the mean cross-entropy plus 1e-6 w^2.
    """
    x, h = clipped_logit(q).ravel(), human.ravel()
    if np.ptp(x) == 0:
        return None
    one = np.c_[x, np.ones_like(x)]
    ridge = np.array([2 * RIDGE * len(x), 0.0])

    def loss(at):
        gap = one @ at
        return -(h * log_expit(gap) + (1 - h) * log_expit(-gap)).sum() + (ridge * at * at).sum() / 2

    def slope(at):
        return one.T @ (expit(one @ at) - h) + ridge * at

    def curvature(at):
        p = expit(one @ at)
        return one.T @ (one * (p * (1 - p))[:, None]) + np.diag(ridge)

    at = minimize(loss, [1.0, 0.0], jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-6}).x
    for _ in range(3):
        at = at - np.linalg.solve(curvature(at), slope(at))
    return at


def apply(q, at):
    return expit(at[0] * clipped_logit(q) + at[1])


def nll(q, human):
    q = np.clip(q, CLIP, 1 - CLIP)
    return -(human * np.log(q) + (1 - human) * np.log1p(-q)).sum(axis=1).mean()


def temperature(run, split, ids, human):
    """T by a bracketing search on ln T after a coarse grid, which finds the valley that Brent's method then ends in."""
    def loss(log_t):
        return nll(estimators.first_step(run, split, ids, np.exp(log_t)), human)

    grid = np.linspace(-3, 5, 81)
    best = grid[np.argmin([loss(t) for t in grid])]
    return float(np.exp(minimize_scalar(loss, bracket=(best - 0.1, best, best + 0.1), method="brent", tol=1e-12).x))
