"""`probes`: probes trained on gold and on the model's own answers, scored on both (METHODS 5, Figure 7 of the paper)."""
import numpy as np
from sklearn.metrics import average_precision_score, f1_score

import classifier
import pooled
import targets
from intervals import check as interval


def check(ledger, comparison):
    for run, probes in ledger.results.get("probes", {}).items():
        if "scores" in probes:
            one(ledger, comparison, comparison.runs[run])


def named(trace, labels):
    return [label in trace["answer"]["labels"] for label in labels]


def one(ledger, comparison, run):
    path = ("probes", run.name)
    x, at, documents = comparison.states(run.name)
    x, at, keep = classifier.components(x, at)
    learned = {
        "gold": targets.Targets(documents, run.labels, comparison.rule).gold.astype(float),
        "predictions": np.array([named(run.traces["train"][d["id"]], run.labels) for d in documents], float),
    }
    answers = [run.traces["test"][i] for i in comparison.ids]
    scored = {"gold": comparison.targets.gold, "predictions": np.array([named(t, run.labels) for t in answers])}
    estimates = {}
    for kind, shares in learned.items():
        c = ledger.at((*path, "trained", kind, "inversePenalty"))
        ours = classifier.chosen(x, shares, 0)
        ledger.equal("probes: penalty that our folds choose", (*path, "trained", kind, "inversePenalty"), ours)
        ledger.equal("probes: counts", (*path, "trained", kind, "documents"), len(documents))
        ledger.equal("probes: counts", (*path, "trained", kind, "components"), keep)
        estimates[kind] = np.column_stack([classifier.predict(x, share, at, c) for share in shares.T])
    first = [run.labels.index(t["answer"]["labels"][0]) if t["answer"]["labels"] else None for t in answers]
    for index, score in enumerate(ledger.at((*path, "scores"))):
        q, target = estimates[score["trainedOn"]], scored[score["scoredOn"]]
        held = np.ones(q.shape, bool)
        if score["labels"] == "after-first":
            for row, k in enumerate(first):
                held[row] = k is not None
                if k is not None:
                    held[row, k] = False
        place = (*path, "scores", index)
        ledger.equal("probes: counts", (*place, "pairs"), int(held.sum()))
        ledger.equal("probes: counts", (*place, "positives"), int(target[held].sum()))
        n = int(held.any(axis=1).sum())
        ledger.measured("probes", (*place, "microF1"), f1_score(target[held], q[held] >= 0.5), n, 1e-6)
        ledger.measured("probes", (*place, "averagePrecision"), average_precision_score(target[held], q[held]), n, 1e-6)
        draws = comparison.resamples.of(micro(q, target, held))
        interval(ledger, "probes", (*place, "microF1"), draws)
        interval(ledger, "probes", (*place, "averagePrecision"), comparison.resamples.of(ranking(q, target, held)))


def micro(q, target, held):
    p, g = (q >= 0.5) & held, target & held
    return pooled.micro_f1(p, g)


def ranking(q, target, held):
    rows = np.nonzero(held)[0]
    precision, _ = pooled.ranked(q[held], target[held].astype(float))
    return lambda w: precision(w[:, rows])
