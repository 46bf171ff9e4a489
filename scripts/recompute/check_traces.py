"""Traces and trees: what each label step says about itself, from its scores; and each answer, from its text."""
import numpy as np
from scipy.special import logsumexp, softmax
from scipy.stats import entropy

import answers
import estimators

#: Scores of labels are stored with all their digits, sums over a vocabulary are made in another order than ours.
VOCABULARY = 1e-6


def check(ledger, comparison):
    for run in comparison.runs.values():
        for split, traces in run.traces.items():
            for trace in traces.values():
                answer(ledger, run, trace)
                for step in trace["steps"]:
                    label_step(ledger, run, trace, step)
                    if run.logits is not None and "logitsRow" in step:
                        vocabulary(ledger, run, trace, step)
        for tree in run.captured["trees"].values():
            bounds(ledger, run, tree)


def close(ledger, group, run, trace, what, ours, theirs, allowed=1e-9):
    path = ("traces", run.name, trace["document"]["id"], what)
    ledger.note(group, path, float(theirs - ours), allowed, f"{theirs!r}, recomputed {ours!r}")


def equal(ledger, group, run, trace, what, ours, theirs):
    path = ("traces", run.name, trace["document"]["id"], what)
    ledger.note(group, path, 0.0 if ours == theirs else np.inf, 0.0, f"{theirs!r}, recomputed {ours!r}")


def label_step(ledger, run, trace, step):
    group = "traces: label distribution"
    p = estimators.distribution(step)
    close(ledger, group, run, trace, "probabilities", np.abs(p - step["probabilities"]).max(), 0.0)
    close(ledger, group, run, trace, "entropyBits", entropy(p, base=2), step["entropyBits"])
    order = np.argsort(-p, kind="stable")
    if p[order[0]] - p[order[1]] > 1e-12:
        equal(ledger, group, run, trace, "top", run.all_labels[order[0]], step["top"])
    if len(p) > 2 and min(p[order[1]] - p[order[2]], p[order[0]] - p[order[1]]) > 1e-12:
        equal(ledger, group, run, trace, "second", run.all_labels[order[1]], step["second"])
    if step["topToSecond"] is not None:
        close(ledger, group, run, trace, "topToSecond", p[order[0]] / p[order[1]] / step["topToSecond"], 1.0)
    mass = label_mass(run, step)
    close(ledger, "traces: label mass", run, trace, "labelMass", mass, step["labelMass"])
    if "branch" in step:
        b = step["branch"]
        close(ledger, "traces: stop", run, trace, "stop", b["close"] / (b["close"] + b["goOn"]), b["stop"])
    starts = first_tokens(run, step)
    equal(ledger, "traces: best token is a label", run, trace, "argmaxIsLabel",
          step["topTokens"][0]["token"] in starts, step["argmaxIsLabel"])


def first_tokens(run, step):
    tokens = run.manifest["labelTokens"]
    which = tokens.get("later", tokens["first"]) if step["r"] > 1 else tokens["first"]
    return {sequence[0] for label in which for sequence in label}


def label_mass(run, step):
    """Over distinct first tokens, or over whole labels."""
    if run.mode == "exact":
        return np.exp(estimators.scores(step)).sum()
    tokens = run.manifest["labelTokens"]
    which = tokens.get("later", tokens["first"]) if step["r"] > 1 else tokens["first"]
    distinct = {}
    for label, z in zip(which, step["scores"]):
        distinct[label[0][0]] = z
    return np.exp(np.array(list(distinct.values())) - step["logSumExp"]).sum()


def vocabulary(ledger, run, trace, step):
    group = "traces: full vocabulary, from logits.npy"
    z = np.asarray(run.logits[step["logitsRow"]], np.float64)
    close(ledger, group, run, trace, "logSumExp", logsumexp(z), step["logSumExp"], VOCABULARY)
    close(ledger, group, run, trace, "vocabEntropyBits", entropy(softmax(z), base=2), step["vocabEntropyBits"], VOCABULARY)
    best = np.argsort(-z, kind="stable")[: len(step["topTokens"])]
    stored = [t["logit"] for t in step["topTokens"]]
    close(ledger, group, run, trace, "topTokens", np.abs(z[best] - stored).max(), 0.0, VOCABULARY)
    if run.mode == "first-token":
        tokens = run.manifest["labelTokens"]
        which = tokens.get("later", tokens["first"]) if step["r"] > 1 else tokens["first"]
        mine = np.array([max(z[sequence[0]] for sequence in label) for label in which])
        close(ledger, group, run, trace, "scores", np.abs(mine - estimators.scores(step)).max(), 0.0, VOCABULARY)


def answer(ledger, run, trace):
    group = "traces: answers, from their text"
    stored = trace["answer"]
    mine = answers.read(stored["text"], run.manifest["identity"]["format"], run.labels, run.none)
    equal(ledger, group, run, trace, "labels", mine["labels"], stored["labels"])
    equal(ledger, group, run, trace, "wellFormed", mine["well_formed"], stored["wellFormed"])
    equal(ledger, group, run, trace, "repeat", mine["repeat"], "repeat" in stored["problems"])
    equal(ledger, group, run, trace, "other-text", mine["other"], "other-text" in stored["problems"])
    equal(ledger, group, run, trace, "not-closed", not mine["closed"], "not-closed" in stored["problems"])
    if "straddled" not in stored["problems"] and not any(s.get("forced") for s in trace["steps"]):
        equal(ledger, group, run, trace, "label steps", mine["elements"], [s["emitted"]["text"] for s in trace["steps"]])


def bounds(ledger, run, tree):
    """
    The bounds of a tree against the answers that it lists.

    From a label's two bounds and the mass found and open follow N, U_l and U_r of METHODS 3; what was found closed with the
    label cannot be less than the listed answers that hold it, nor more than those and everything not listed.
    """
    if "labels" not in tree:
        return
    found = tree["wellFormedMass"]["lower"]
    still = tree["wellFormedMass"]["upper"] - found
    listed = sum(a["mass"] for a in tree["answers"])
    path = ("trees", run.name, tree["id"])
    ledger.note("trees: bounds", path, max(0.0, listed - found), 1e-9, f"listed {listed}, found {found}")
    for label, b in zip(run.labels, tree["labels"]):
        inside = b["upper"] * (found + still) - still
        with_label = found + still - inside / b["lower"] if b["lower"] > 0 else 0.0
        named = sum(a["mass"] for a in tree["answers"] if label in a["labels"])
        off = max(named - inside, inside - named - (found - listed), -with_label, with_label - still, 0.0)
        ledger.note("trees: bounds", path, off, 1e-9, f"{label}: {b}, listed {named}, found {found}, open {still}")
