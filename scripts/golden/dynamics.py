"""Golden values for KL divergences, llama.cpp's percentiles and slopes a doubling, from SciPy and NumPy."""
import json
import sys

import numpy as np
import scipy
from scipy import stats
from scipy.special import log_softmax, softmax


def divergences(rng):
    rows = []
    for size, scale in ((2, 1), (8, 3), (8, 30), (60, 5), (1200, 2)):
        p, q = rng.normal(0, scale, size), rng.normal(0, scale, size)
        rows.append({"p": p.tolist(), "q": q.tolist(), "nats": float(stats.entropy(softmax(p), softmax(q)))})
    p = rng.normal(size=5)
    p[2] = -np.inf
    q = rng.normal(size=5)
    row = {"p": [None if np.isinf(v) else v for v in p.tolist()], "q": q.tolist()}
    rows.append(dict(row, nats=float(stats.entropy(softmax(p), softmax(q)))))
    return rows


def bounds(rng):
    rows = []
    for size, kept in ((50, 10), (50, 1), (300, 20)):
        p, q = rng.normal(0, 3, size), rng.normal(0, 3, size)
        common = sorted(set(np.argsort(-p)[:kept]) | set(np.argsort(-q)[:kept]))
        merged = [np.append(d[common], 1 - d[common].sum()) for d in (softmax(p), softmax(q))]
        rows.append({
            "p": log_softmax(p)[common].tolist(),
            "q": log_softmax(q)[common].tolist(),
            "bound": float(stats.entropy(*merged)),
            "full": float(stats.entropy(softmax(p), softmax(q))),
        })
    return rows


def percentiles(rng):
    shares = {
        "max": 1, "p999": 0.999, "p99": 0.99, "p95": 0.95, "p90": 0.9, "p75": 0.75, "median": 0.5,
        "p25": 0.25, "p10": 0.1, "p05": 0.05, "p01": 0.01, "p001": 0.001, "min": 0,
    }
    base, variant = rng.random(37), rng.random(37)
    change = variant - base
    return {
        "base": base.tolist(),
        "variant": variant.tolist(),
        "mean": float(change.mean()),
        "rms": float(np.sqrt((change**2).mean())),
        "percentiles": {name: float(np.quantile(change, share)) for name, share in shares.items()},
    }


def slopes(rng):
    rows = []
    for sizes in ([1000, 2000, 4000], [23120, 59552, 225728, 430752], [135e6, 360e6, 360e6, 1.7e9]):
        values = rng.random((len(sizes), 12))
        rows.append({
            "sizes": sizes,
            "values": values.tolist(),
            "slope": float(stats.linregress(np.log2(sizes), values.mean(axis=1)).slope),
        })
    return rows


def main():
    rng = np.random.default_rng(20256)
    body = {
        "madeBy": "scripts/golden/dynamics.py",
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "divergences": divergences(rng),
        "bounds": bounds(rng),
        "percentiles": percentiles(rng),
        "slopes": slopes(rng),
    }
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(body, allow_nan=False) + "\n")


main()
