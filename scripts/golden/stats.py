"""Golden values for src/stats and src/math/normal.ts from SciPy and statsmodels."""
import json
import sys

import numpy as np
import scipy
import statsmodels
from scipy import stats
from scipy.special import ndtr, ndtri
from statsmodels.stats.multitest import multipletests


def intervals(rng):
    samples = {
        "normal": rng.normal(size=30),
        "exponential": rng.exponential(size=40),
        # Whole numbers over a power of two: SciPy compares replicates with the estimate bit by bit, so that elsewhere
        # rounding decides which of them tie with it.
        "hard NLL": 18.0 * rng.binomial(5, 0.1, size=64),
        "zero or one": rng.binomial(1, 0.1, size=32).astype(float),
    }
    rows = []
    for name, data in samples.items():
        for level in (0.9, 0.95):
            common = dict(confidence_level=level, n_resamples=299, rng=np.random.default_rng(5), vectorized=True)
            bca = stats.bootstrap((data,), np.mean, method="BCa", **common)
            # The percentile interval of the very same replicates.
            same = dict(common, n_resamples=0, bootstrap_result=bca)
            percentile = stats.bootstrap((data,), np.mean, method="percentile", **same)
            rows.append({
                "name": name,
                "level": level,
                "data": data.tolist(),
                "replicates": bca.bootstrap_distribution.tolist(),
                "bca": list(map(float, bca.confidence_interval)),
                "percentile": list(map(float, percentile.confidence_interval)),
            })
    return rows


def stratified(rng):
    left, right = rng.exponential(size=20), rng.normal(3, 1, size=12)

    def pooled(a, b, axis=-1):
        return (a.sum(axis=axis) + b.sum(axis=axis)) / 32

    result = stats.bootstrap((left, right), pooled, method="BCa", n_resamples=299, rng=np.random.default_rng(6))
    return {
        "left": left.tolist(),
        "right": right.tolist(),
        "replicates": result.bootstrap_distribution.tolist(),
        "bca": list(map(float, result.confidence_interval)),
    }


def sign_flips(rng):
    rows = []
    for size in (2, 5, 9, 12):
        for digits in (6, 0):
            pairs = rng.normal(size=(size, 2)).round(digits)
            if size == 9 and digits == 0:
                pairs[:, 1] = pairs[:, 0]
            differences = pairs[:, 0] - pairs[:, 1]
            test = stats.permutation_test(
                (pairs[:, 0], pairs[:, 1]),
                lambda a, b, axis: (a - b).mean(axis=axis),
                permutation_type="samples",
                n_resamples=np.inf,
                vectorized=True,
            )
            rows.append({"differences": differences.tolist(), "p": float(test.pvalue)})
    return rows


def holm(rng):
    rows = [[0.01, 0.04, 0.03], [0.05], [0.5, 0.9, 1.0], [0.01, 0.01, 0.01, 0.2]]
    rows.append(rng.beta(0.3, 1, size=20).tolist())
    return [{"p": row, "corrected": multipletests(row, method="holm")[1].tolist()} for row in rows]


def effects(rng):
    rows = []
    for size in (5, 7, 40):
        left = rng.integers(0, 6, size=size).astype(float)
        right = rng.integers(0, 5, size=size + 3).astype(float)
        differences = left - right[:size]
        rows.append({
            "left": left.tolist(),
            "right": right.tolist(),
            "dz": float(differences.mean() / differences.std(ddof=1)) if differences.std() > 0 else None,
            "cliffsDelta": float(2 * stats.mannwhitneyu(left, right).statistic / (size * (size + 3)) - 1),
        })
    return rows


def densities(rng):
    samples = {
        "normal": (rng.normal(size=60), "iqr"),
        "quartiles coincide": (np.concatenate([np.ones(45), rng.random(10)]), "sd"),
    }
    rows = []
    for name, (data, rule) in samples.items():
        deviation = data.std(ddof=1)
        spread = (np.quantile(data, 0.75) - np.quantile(data, 0.25)) / 1.34
        bandwidth = 0.9 * (min(deviation, spread) if rule == "iqr" else deviation) * len(data) ** -0.2
        kernel = stats.gaussian_kde(data, bw_method=bandwidth / deviation)
        x = np.linspace(data.min() - 3 * bandwidth, data.max() + 3 * bandwidth, 9)
        rows.append({
            "name": name,
            "data": data.tolist(),
            "bandwidth": float(bandwidth),
            "points": [{"x": float(a), "density": float(b)} for a, b in zip(x, kernel(x))],
        })
    return rows


def lines(rng):
    rows = []
    for size in (2, 3, 12):
        x = np.log2(rng.choice([135e6, 360e6, 500e6, 1.5e9, 3e9, 7e9], size=size)) + rng.normal(size=size) / 10
        y = 3 - 0.2 * x + rng.normal(size=size)
        fit = stats.linregress(x, y)
        rows.append({
            "points": [{"x": float(a), "y": float(b)} for a, b in zip(x, y)],
            "slope": float(fit.slope),
            "intercept": float(fit.intercept),
        })
    return rows


def quantiles(rng):
    data = rng.exponential(size=23)
    shares = [0, 0.025, 0.25, 0.5, 1 / 3, 0.9, 1]
    return {"data": data.tolist(), "rows": [{"share": s, "quantile": float(np.quantile(data, s))} for s in shares]}


def main():
    rng = np.random.default_rng(20252)
    x = [-37, -20, -8.5, -5, -3.0001, -3, -2.9999, -1.96, -1, -0.5, -1e-9, 0, 1e-9, 0.3, 1, 1.96, 2.9999, 3, 3.0001, 5, 8]
    p = [1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.00135, 0.02425, 0.025, 0.1, 0.3, 0.5, 0.7, 0.975, 0.999, 1 - 1e-9]
    body = {
        "madeBy": "scripts/golden/stats.py",
        "versions": {
            "numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
        },
        "normalCdf": [{"x": v, "p": float(ndtr(v))} for v in x],
        "normalQuantile": [{"p": v, "x": float(ndtri(v))} for v in p],
        "intervals": intervals(rng),
        "stratified": stratified(rng),
        "signFlips": sign_flips(rng),
        "holm": holm(rng),
        "effects": effects(rng),
        "densities": densities(rng),
        "lines": lines(rng),
        "quantiles": quantiles(rng),
    }
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
