"""Writes the two embedded tasks: task file, JSONL splits with truth, data card. `dataset.py OUT_DIR` writes both below it."""
from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import numpy as np

import corpus
import recipe
from corpus import NONE, Post
from prompts import BINARY, DEMONSTRATION, FINE, POSTS, QUERY, UNARY, Task

SPLITS = {  # task: {split: (posts, of which with a clause that training never shows)}
    "posts": {"train": (recipe.TRAIN_POSTS, 0), "calibration": (recipe.CALIBRATION_POSTS, 0),
              "test": (recipe.TEST_POSTS, recipe.TEST_UNSEEN)},
    "posts-fine": {"train": (recipe.FINE_TRAIN_POSTS, 0), "calibration": (recipe.FINE_CALIBRATION_POSTS, 0),
                   "test": (recipe.FINE_TEST_POSTS, recipe.FINE_TEST_UNSEEN)},
}
SMALLEST_SET = 1e-6


def probability(value: float) -> float:
    """Six significant digits."""
    return float(f"{value:.6g}")


def evoked(task: Task, post: Post) -> np.ndarray:
    return post.p if task is POSTS else post.p_fine


def truth(task: Task, law: np.ndarray) -> dict:
    """The exact laws of one crowd annotator's answer, as maps."""
    count = len(task.labels)
    marginal = law @ corpus.membership(count)
    first = corpus.first_label_law(law, count)
    names = [",".join(label for i, label in enumerate(task.labels) if s >> i & 1) for s in range(len(law))]
    return {
        "marginal": {label: probability(v) for label, v in zip(task.labels, marginal)},
        "first": {label: probability(v) for label, v in zip([*task.labels, NONE], first)},
        "sets": {name: probability(v) for name, v in sorted(zip(names, law), key=lambda x: -x[1]) if v >= SMALLEST_SET},
    }


def rows(task: Task, split: str, seed: int = recipe.CORPUS_SEED) -> list[dict]:
    count, unseen = SPLITS[task.id][split]
    rng = random.Random(f"annotators {task.id} {split} {seed}")
    out = []
    for number, post in enumerate(corpus.posts(split, count, f"{task.id} {seed}", unseen), start=1):
        p = evoked(task, post)
        panel = corpus.panel(rng)
        row = {
            "id": f"{split}-{number:04d}",
            "text": post.text,
            "annotations": [[task.labels[i] for i in corpus.annotate(rng, p, leniency)] for _, leniency in panel],
            "annotators": [name for name, _ in panel],
        }
        if split != "train":
            row["truth"] = truth(task, corpus.set_law(p))
        out.append(row)
    return out


def majority(row: dict, labels: list[str]) -> list[str]:
    """The labels that more than half of the row's annotators ticked."""
    return [label for label in labels if 2 * sum(label in a for a in row["annotations"]) > len(row["annotations"])]


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def demonstrations(train: list[dict], labels: list[str], seed: int = 7) -> list[tuple[str, list[str]]]:
    """Ten training posts with majority answers: five multi-label, four single, one without a label, shuffled."""
    rng = random.Random(seed)
    pool = rng.sample(train, len(train))
    sized = [(row["text"], majority(row, labels)) for row in pool]
    chosen = [x for x in sized if len(x[1]) > 1][:5] + [x for x in sized if len(x[1]) == 1][:4]
    chosen += [x for x in sized if not x[1]][:1]
    rng.shuffle(chosen)
    return chosen


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def task_yaml(task: Task) -> str:
    lines = [
        "version: 1", f"id: {task.id}", f"title: {task.title}", f"labels: [{', '.join(task.labels)}]", f"none: {NONE}",
        "prompt:", f"  instruction: {quoted(task.instruction)}", f"  demonstration: {quoted(DEMONSTRATION)}",
        f"  query: {quoted(QUERY)}",
    ]
    for name, form in (("unary", UNARY), ("binary", BINARY)):
        lines += [f"  {name}:"] + [f"    {key}: {quoted(value)}" for key, value in form.items()]
    lines += [
        "format: json", "labelOrder: alphabetical",
        "demonstrations: {from: train, count: 10, multiShare: 0.5, noneShare: 0.1, seed: 0}",
        "data: {train: train.jsonl, calibration: calibration.jsonl, test: test.jsonl}", "gold: majority",
    ]
    return "\n".join(lines) + "\n"


def figures(task: Task) -> dict:
    """What the data card states, from the exact laws of the test split."""
    count, unseen = SPLITS[task.id]["test"]
    posts = corpus.posts("test", count, f"{task.id} {recipe.CORPUS_SEED}", unseen)
    laws = np.array([corpus.set_law(evoked(task, post)) for post in posts])
    member = corpus.membership(len(task.labels))
    first = np.array([corpus.first_label_law(law, len(task.labels)) for law in laws])
    entropy = lambda p: float(-(p * np.log2(np.maximum(p, 1e-300))).sum(1).mean())
    sizes = [float(laws[:, member.sum(1) == k].sum(1).mean()) for k in range(4)]
    return {"marginals": dict(zip(task.labels, (laws @ member).mean(0).round(3).tolist())),
            "sizes": [*(round(x, 3) for x in sizes), round(1 - sum(sizes), 3)],
            "firstEntropy": round(entropy(first), 3), "setEntropy": round(entropy(laws), 3)}


def write(out: Path) -> None:
    from cards import data_card

    for task in (POSTS, FINE):
        folder = out / task.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "task.yaml").write_text(task_yaml(task))
        for split in SPLITS[task.id]:
            lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows(task, split)]
            (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
        (folder / "DATA_CARD.md").write_text(data_card(task, SPLITS[task.id], figures(task)))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
