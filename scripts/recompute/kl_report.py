"""The layout of llama.cpp's KL-divergence report for a quantisation, from full logits: KL(base to variant), in nats."""
import numpy as np
from scipy.special import log_softmax, softmax

import resample
from intervals import check as interval

HIGH = {"max": 1, "p999": 0.999, "p99": 0.99, "p95": 0.95, "p90": 0.9}
KLD = {**HIGH, "median": 0.5, "p10": 0.1, "p05": 0.05, "p01": 0.01, "min": 0}
DELTA = {**KLD, "p75": 0.75, "p25": 0.25, "p001": 0.001}


def check(ledger, comparison, path, pairs, base, variant):
    if ledger.at((*path, "bound")) != "exact":
        return
    kl, delta, same = [], [], []
    for i, one in zip(comparison.ids, pairs):
        rows = [measure(comparison, i, a, b, base, variant) for a, b in one]
        for column, values in zip((kl, delta, same), zip(*rows) if rows else ((), (), ())):
            column.append(values)
    flat = [np.array([v for one in column for v in one]) for column in (kl, delta, same)]
    for key, shares, values in (("kld", KLD, flat[0]), ("deltaP", DELTA, flat[1])):
        for name, share in shares.items():
            ledger.close("variants: report on a quantisation", (*path, key, name), np.quantile(values, share))
        mean(ledger, comparison, (*path, key, "mean"), kl if key == "kld" else delta)
    squares = [[v * v for v in one] for one in delta]
    mean(ledger, comparison, (*path, "deltaP", "rms"), squares, np.sqrt)
    mean(ledger, comparison, (*path, "sameTop"), same)


def measure(comparison, document, a, b, base, variant):
    """KL, by how much the probability of the base answer's token changes, and whether the best token is the same."""
    z, y = (np.asarray(run.logits[s["logitsRow"]], np.float64) for run, s in ((base, a), (variant, b)))
    token = base.traces["test"][document]["answer"]["tokens"][a["answerTokens"]]
    p = softmax(z)
    return (p * (log_softmax(z) - log_softmax(y))).sum(), softmax(y)[token] - p[token], float(z.argmax() == y.argmax())


def mean(ledger, comparison, path, columns, change=lambda part: part):
    sums, counts = np.array([sum(one) for one in columns]), np.array([len(one) for one in columns], float)
    ledger.measured("variants: report on a quantisation", path, change(sums.sum() / counts.sum()))
    interval(ledger, "variants", path, comparison.resamples.of(resample.ratio(sums, counts)).map(change))
