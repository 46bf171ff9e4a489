"""Reads the stages' records and lays them out as the model card's tables; a cell that has no record is a dash."""
from __future__ import annotations

import json

import numpy as np

import corpus
import dataset
from evaluate import bootstrap, entropy_bits, laws_of
from prompts import POSTS
from stages import Job, Workspace

MAIN = {"KL set": "klSet", "KL first": "klFirst", "L1 marginal": "l1Marginal", "F1": "f1", "H step 1": "entropy",
        "H later": "laterEntropy", "H later, forced": "forcedEntropy", "label mass": "labelMass", "well-formed": "wellFormed"}
SIDE = {"posts-fine KL set": "fine.klSet", "posts-fine F1": "fine.f1", "list KL set": "list.klSet", "list well-formed": "list.wellFormed",
        "0-shot KL set": "zeroShot.klSet", "unary L1": "unary.l1", "binary error": "binary.error"}
ORDER = {"reversed: well-formed": "reversed.wellFormed", "prompt order": "reversed.promptOrder", "KL set": "reversed.klSet",
         "random: well-formed": "random.wellFormed", "prompt order ": "random.promptOrder", "KL set ": "random.klSet",
         "P(none), 0 null shots": "none0.none", "1": "none1.none", "3": "none3.none"}
UNSEEN = {"KL set, combinations new": "klSet.seen", "KL set, a clause new": "klSet.unseen"}
PAIRS = {"KL set": "klSet", "L1 marginal": "l1Marginal", "F1": "f1", "H step 1": "entropy", "H later, forced": "forcedEntropy"}


THREE_DIGITS = ("wellFormed", "labelMass")  # shares near 1


def shown(values: list[float], digits: int = 2) -> str:
    """`0.36 [0.33, 0.39]`; a dash where no post has a value."""
    return f"{values[0]:.{digits}f} [{values[1]:.{digits}f}, {values[2]:.{digits}f}]" if values else "–"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def record(work: Workspace, job: Job, name: str) -> dict:
    """A stage's JSON record; empty where the stage has not run."""
    path = work.folder(job) / name
    return json.loads(path.read_text()) if path.exists() else {}


def figures(work: Workspace, job: Job) -> dict[str, list[float]]:
    return record(work, job, "figures.json")


def per_post(work: Workspace, job: Job, file: str = "figures.npz") -> dict[str, np.ndarray]:
    path = work.folder(job) / file
    return dict(np.load(path)) if path.exists() else {}


def difference(work: Workspace, first: Job, second: Job, figure: str, file: str = "figures.npz") -> list[float]:
    """Mean of second − first over the same posts, with its interval; empty where one of them was not measured."""
    a, b = per_post(work, first, file), per_post(work, second, file)
    return bootstrap(b[figure] - a[figure]) if a and b else []


def signed(values: list[float]) -> str:
    """`-0.058 [-0.089, -0.031]`, in bold where the interval leaves out 0; a dash where there is none."""
    if not values:
        return "–"
    mean, low, high = values
    text = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"**{text}**" if low * high > 0 else text


def family_table(work: Workspace, jobs: list[Job]) -> str:
    rows = []
    for job in jobs:
        facts, exported, size = work.facts(job), record(work, job, "export.json"), work.recipe.sizes[job.size]
        loss = f"{facts['validationLoss']:.3f}" if "validationLoss" in facts else f"expected F1 {facts['expectedF1']:.3f}, KL {facts['kl']:.2f}"
        rows.append([
            f"{job.size} {job.kind}", f"{size.width}×{size.layers}×{size.heads}×{size.hidden}", f"{size.non_embedding:,}",
            f"{size.embedding:,}", f"{facts['steps']:,}", f"{facts['tokens'] / 1e6:.2f} M", loss,
            f"{facts['seconds'] / 60:.1f}", f"{exported.get('bytes', 0) / 1000:.0f} kB"])
    return table(["model", "width×layers×heads×ff", "non-embedding", "embedding", "steps", "tokens", "validation loss*", "minutes", "file"], rows)


def figure_table(work: Workspace, jobs: list[Job], columns: dict[str, str]) -> str:
    return table(["model", *columns], [
        [job.name.replace("-", " "), *(shown(figures(work, job).get(key, []), 3 if key.endswith(THREE_DIGITS) else 2) for key in columns.values())]
        for job in jobs])


def pairs_table(work: Workspace, pairs: list[tuple[Job, Job]]) -> str:
    return table(["step", *PAIRS], [
        [f"{a.name} → {b.name}".replace("-", " "), *(signed(difference(work, a, b, key)) for key in PAIRS.values())] for a, b in pairs])


def checks_table(work: Workspace, jobs: list[Job]) -> str:
    """What `check-export.mjs` found, in the precision that is shipped."""
    rows = []
    for job in jobs:
        check = record(work, job, "check.json")
        if check:
            rows.append([f"{job.size} {job.kind}", f"{check['largestLogitDifference']:.4f}", f"{check['sameBestToken']}/{check['prompts']}",
                         f"{check['texts'] - check['wrongTexts']}/{check['texts']}"])
    return table(["model", "largest logit difference", "same best token", "texts tokenised alike"], rows) if rows else "(not run)"


def exact_marginals() -> np.ndarray:
    """(posts, labels): exact probability of each label on the test split of `posts`."""
    return laws_of(POSTS) @ corpus.membership(len(POSTS.labels))


def prior_distance(truth: np.ndarray) -> list[float]:
    """L1 to the exact marginals of a rule that gives every label its mean."""
    return bootstrap(np.abs(truth - truth.mean(0)).sum(1))


def floors() -> str:
    """What the estimators can reach: exact entropy of the first label, and simple rules' L1 to the exact marginals."""
    truth = exact_marginals()
    first = np.array([corpus.first_label_law(law, len(POSTS.labels)) for law in laws_of(POSTS)])
    rows = dataset.rows(POSTS, "test")
    human = np.array([[np.mean([label in a for a in row["annotations"]]) for label in POSTS.labels] for row in rows])
    distance = lambda q: shown(bootstrap(np.abs(q - truth).sum(1)))
    return (f"Exact entropy of the first label {shown(bootstrap(np.array([entropy_bits(p) for p in first])))} bits. L1 to the exact marginals: "
            f"five annotators {distance(human)}, the exact first-label law {distance(first[:, :-1])}, the exact gold set "
            f"{distance((truth >= 0.5) * 1.0)}, the label prior {shown(prior_distance(truth))}.")
