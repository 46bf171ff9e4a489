"""Our own bootstrap over documents. A statistic is a function of document weights, one row of weights a resample."""
import numpy as np
from scipy.special import ndtr, ndtri

COUNT = 5000
#: What labelscope draws unless it is told otherwise.
THEIRS = 2000
BATCH = 1000


class Resamples:
    def __init__(self, documents, seed):
        rng = np.random.default_rng(seed)
        self.weights = rng.multinomial(documents, np.full(documents, 1 / documents), size=COUNT).astype(np.float64)
        self.without = np.ones((documents, documents)) - np.eye(documents)
        self.whole = np.ones((1, documents))

    def of(self, statistic):
        """(value on the sample, values on the resamples, values without each document)."""
        boot = np.concatenate([statistic(self.weights[k:k + BATCH]) for k in range(0, COUNT, BATCH)])
        return Draws(float(statistic(self.whole)[0]), boot, statistic(self.without))


class Draws:
    """The sample's value, the resamples' and the leave-one-out values; sums and differences go through all three."""

    def __init__(self, value, boot, without):
        self.value, self.boot, self.without = value, boot, without

    def __sub__(self, other):
        return Draws(self.value - other.value, self.boot - other.boot, self.without - other.without)

    def map(self, change):
        return Draws(float(change(np.array(self.value))), change(self.boot), change(self.without))


def combine(draws, factors):
    """Sum of draws times factors: a slope is one."""
    def total(part):
        return sum(f * part(d) for d, f in zip(draws, factors))
    return Draws(total(lambda d: d.value), total(lambda d: d.boot), total(lambda d: d.without))


def mean(values, mask=None):
    """Mean over documents, or over those of the mask: a ratio of two sums, both of which vary."""
    values = np.asarray(values, float)
    mask = np.ones(len(values)) if mask is None else np.asarray(mask, float)
    values = np.where(mask > 0, values, 0)

    def statistic(weights):
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weights @ values) / (weights @ mask)
    return statistic


def ratio(sums, counts):
    """Sum over label steps over number of label steps, by document."""
    sums, counts = np.asarray(sums, float), np.asarray(counts, float)

    def statistic(weights):
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weights @ sums) / (weights @ counts)
    return statistic


def density(z):
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def error_of_quantile(z, count):
    """Standard error, in normal scores, of the place of a share that is read off so many resamples."""
    share = ndtr(z)
    return np.sqrt(share * (1 - share) / count) / density(z)


def levels(draws, method, level):
    """Where in the bootstrap distribution the two ends are, in normal scores, and the standard error of each of those."""
    tails = ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    counts = (COUNT, THEIRS)
    if method == "percentile":
        return tails, np.sqrt(sum(error_of_quantile(tails, n) ** 2 for n in counts))
    boot = draws.boot[np.isfinite(draws.boot)]
    tie = 1e-12 * max(1, abs(draws.value))
    below = (boot < draws.value - tie).mean() / 2 + (boot <= draws.value + tie).mean() / 2
    bias = ndtri(np.clip(below, 0.5 / len(boot), 1 - 0.5 / len(boot)))
    gap = np.nanmean(draws.without) - draws.without
    gap = gap[np.isfinite(gap)]
    size = (gap**2).sum() ** 1.5
    skew = 0.0 if size < 1e-300 else (gap**3).sum() / (6 * size)
    reach = 1 - skew * (bias + tails)
    places = bias + (bias + tails) / reach
    moves = 1 + 1 / reach**2
    errors = [(moves * error_of_quantile(bias, n)) ** 2 + error_of_quantile(places, n) ** 2 for n in counts]
    return places, np.sqrt(sum(errors))


def misplaced(draws, method, ends, level):
    """
    How far published ends are from their places in our bootstrap distribution, in standard errors of both draws.

    0 where the place lies on the jump of a discrete distribution that the end stands on.
    """
    boot = np.sort(draws.boot[np.isfinite(draws.boot)])
    tie = 1e-9 * max(1e-3, np.ptp(boot), abs(draws.value))
    edge = 0.5 / len(boot)
    gaps = []
    for place, error, end in zip(*levels(draws, method, level), ends):
        low = np.searchsorted(boot, end - tie, side="left") / len(boot)
        high = np.searchsorted(boot, end + tie, side="right") / len(boot)
        low, high = ndtri(np.clip([low, high], edge, 1 - edge))
        place = np.clip(place, ndtri(edge), ndtri(1 - edge))
        gaps.append((low - place if place < low else high - place if place > high else 0.0) / error)
    return gaps


def normal_p(z):
    return 2 * ndtr(-abs(z))
