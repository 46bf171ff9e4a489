"""P-values of paired tests by our own draws, with the bounds that Monte-Carlo error leaves for anybody's p."""
import numpy as np

import resample

FLIPS = 10000
THEIRS = 10000
RESAMPLES = 2000
ERRORS = 5


class SignFlips:
    def __init__(self, documents, seed):
        rng = np.random.default_rng(seed)
        self.signs = rng.choice(np.array([-1.0, 1.0]), size=(FLIPS, documents))

    def bounds(self, differences):
        """(lowest, highest) p. All exchanges are tried where at most 13 documents differ, and the bounds are then one."""
        moved = differences[np.abs(differences) > 1e-12]
        if len(moved) <= 13:
            signs = 1 - 2.0 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
            p = float((np.abs(signs @ moved) >= abs(moved.sum()) - 1e-12).mean()) if len(moved) else 1.0
            return p - 1e-9, p + 1e-9
        extreme = (np.abs(self.signs @ differences) >= abs(differences.sum()) - 1e-12).sum()
        p = (extreme + 1) / (FLIPS + 1)
        return around(p, FLIPS, THEIRS)


def around(p, ours, theirs):
    spread = ERRORS * np.sqrt(p * (1 - p) * (1 / ours + 1 / theirs)) + 3 / ours + 3 / theirs
    return max(0.0, p - spread), min(1.0, p + spread)


def bootstrap_bounds(draws):
    """Two-sided: twice the share of resampled differences on the other side of 0; beyond them a normal tail."""
    boot = draws.boot[np.isfinite(draws.boot)]
    count = len(boot)
    fewest = min((boot <= 0).sum(), (boot >= 0).sum())
    p = min(1.0, 2 * (fewest + 1) / (count + 1))
    low, high = around(p / 2, count, RESAMPLES)
    low, high = 2 * low, min(1.0, 2 * high)
    spread = boot.std()
    if spread == 0:
        return (1.0, 1.0) if draws.value == 0 else (0.0, high)
    if fewest / count < 8 / RESAMPLES:
        # Where no resample of theirs lies on the other side of 0 they take a normal tail; one that does ends that.
        low = min(low, resample.normal_p(1.12 * abs(draws.value) / spread))
        high = max(high, 16 / RESAMPLES)
    return low, high


def holm(p):
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[index]))
        corrected[index] = largest
    return corrected
