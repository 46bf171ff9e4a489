"""The classifier of `probe` by scikit-learn: standardise, truncated SVD, one logistic regression a label."""
import warnings

import numpy as np
from scipy.special import expit
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

COMPONENTS = 64
PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]
FOLDS = 5


def components(train, test):
    scale = StandardScaler().fit(train)
    a, b = scale.transform(train), scale.transform(test)
    rank = np.linalg.matrix_rank(a)
    keep = int(min(COMPONENTS, rank))
    if keep == a.shape[1]:
        turn = np.linalg.svd(a, full_matrices=False)[2].T
        return a @ turn, b @ turn, keep
    svd = TruncatedSVD(keep, algorithm="arpack", tol=0, random_state=0).fit(a)
    return svd.transform(a), svd.transform(b), keep


def predict(x, share, at, c):
    """A share h of the annotators is a positive of weight h beside a negative of weight 1 - h."""
    if share.max() == 0:
        return np.full(len(at), 0.5 / (len(share) + 1))
    model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    targets = np.r_[np.ones(len(share)), np.zeros(len(share))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(np.r_[x, x], targets, sample_weight=np.r_[share, 1 - share])
    return expit(at @ model.coef_[0] + model.intercept_[0])


def held_out_nll(x, shares, c, rng):
    fold = rng.permutation(np.arange(len(x)) % FOLDS)
    total = 0.0
    for k in range(FOLDS):
        for share in shares.T:
            q = np.clip(predict(x[fold != k], share[fold != k], x[fold == k], c), 1e-8, 1 - 1e-8)
            h = share[fold == k]
            total -= (h * np.log(q) + (1 - h) * np.log1p(-q)).sum()
    return total / len(x)


def chosen(x, shares, seed):
    """The penalty that our own folds choose."""
    losses = [held_out_nll(x, shares, c, np.random.default_rng(seed)) for c in PENALTIES]
    return PENALTIES[int(np.argmin(losses))]
