"""Estimators that need no learning (METHODS 3): from one document's records to one number a label."""
import numpy as np
from scipy.special import expit, softmax

import bradley_terry

EPSILON = 1e-8


def scores(step):
    return np.array([-np.inf if z is None else z for z in step["scores"]])


def distribution(step, temperature=1.0):
    return softmax(scores(step) / temperature)


def first_step(run, split, ids, temperature=1.0):
    count = len(run.labels)
    return np.array([distribution(step, temperature)[:count] for step in run.first_steps(split, ids)])


def compare_to_none(run, split, ids):
    z = np.array([scores(step) for step in run.first_steps(split, ids)])
    return expit(z[:, :-1] - z[:, -1:])


def hard(run, split, ids):
    named = [run.traces[split][i]["answer"]["labels"] for i in ids]
    return np.array([[1 - EPSILON if label in one else EPSILON for label in run.labels] for one in named])


def max_over_generations(run, split, ids):
    """
    METHODS has the steps "up to the first repeat or other" and not whether that one counts: here, as in labelscope, it does
    not, save where it is the first step.
    """
    rows = []
    for i in ids:
        steps = run.traces[split][i]["steps"]
        stop = [k for k, step in enumerate(steps) if step["emitted"]["kind"] in ("repeat", "other")]
        counted = steps[: max(1, stop[0])] if stop else steps
        rows.append(np.max([distribution(step)[: len(run.labels)] for step in counted], axis=0))
    return np.array(rows)


def unary(run, split, ids):
    rows = []
    for i in ids:
        asked = run.captured["unary"][split, i]["labels"]
        rows.append([a["reasonable"] / (a["reasonable"] + a["unreasonable"]) for a in asked])
    return np.array(rows)


def shares(pair):
    return np.mean([a["first"] / (a["first"] + a["second"]) for a in pair["asked"]])


def outcome(share):
    return 0.5 if share == 0.5 else float(share > 0.5)


def binary(run, split, ids, of=lambda share: share):
    size = len(run.all_labels)
    rows = []
    for i in ids:
        wins = [(p["first"], p["second"], of(shares(p))) for p in run.captured["binary"][split, i]["pairs"]]
        strength = bradley_terry.strengths(wins, size)
        rows.append(expit(strength[:-1] - strength[-1]))
    return np.array(rows)


def binary_outcome(run, split, ids):
    return binary(run, split, ids, outcome)


def unary_paper(run, split, ids):
    rows = []
    for i in ids:
        asked = [a["firstToken"] for a in run.captured["unary"][split, i]["labels"]]
        rows.append([a["reasonable"] / (a["reasonable"] + a["unreasonable"]) for a in asked])
    return np.array(rows)


def binary_paper(run, split, ids, of=lambda a, b: a / (a + b)):
    """The letters of the first of the two orders."""
    rows = []
    for i in ids:
        pairs = run.captured["binary"][split, i]["pairs"]
        letters = [(p["first"], p["second"], p["asked"][0]["firstToken"]) for p in pairs]
        wins = [(first, second, of(token["first"], token["second"])) for first, second, token in letters]
        strength = bradley_terry.strengths(wins, len(run.all_labels))
        rows.append(expit(strength[:-1] - strength[-1]))
    return np.array(rows)


def binary_outcome_paper(run, split, ids):
    return binary_paper(run, split, ids, lambda a, b: float(a > b))


def marginal(run, split, ids):
    bounds = [run.captured["trees"][split, i]["labels"] for i in ids]
    return np.array([[(b["lower"] + b["upper"]) / 2 for b in one] for one in bounds])


def max_over_all_steps(run, split, ids):
    """The paper's: repeats and other text count, too."""
    of = lambda i: [distribution(step)[: len(run.labels)] for step in run.traces[split][i]["steps"]]
    return np.array([np.max(of(i), axis=0) for i in ids])


def batch_calibrated(run, ids):
    """Divided by each label's geometric mean over the test documents."""
    logs = np.log(np.array([distribution(step) for step in run.first_steps("test", ids)]))
    return softmax(logs - logs.mean(axis=0), axis=1)[:, : len(run.labels)]


PLAIN = {
    "max-over-generations@paper": max_over_all_steps,
    "first-step": first_step,
    "compare-to-none": compare_to_none,
    "hard": hard,
    "max-over-generations": max_over_generations,
    "unary": unary,
    "unary@paper": unary_paper,
    "binary@paper": binary_paper,
    "binary-outcome@paper": binary_outcome_paper,
    "binary": binary,
    "binary-outcome": binary_outcome,
    "marginal": marginal,
}
