"""Measures one trained model against the exact truth of the test posts: `evaluate.py base|sft|lora|rl SIZE --workdir DIR --out DIR`.

Writes one value a post for every figure (figures.npz) and means with 95 % bootstrap intervals (figures.json).
"""
from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import corpus
import dataset
import tokens
from asking import binary_error, demonstrated_none, unary_estimates
from model import Llama
from prompts import FINE, FORMATS, POSTS, Task
from stages import Job, job_arguments, open_workspace, pid_file, write_json
from train import device, load_model
from tree import AnswerTree, answer_log_probs, answer_tokens, answer_tree, greedy_answer, prefix_cache, tree_log_probs

BATCH = 8
RESAMPLES = 2000
LONGEST_ANSWER = 48


def bootstrap(values: np.ndarray) -> list[float]:
    """Mean and 95 % percentile interval over posts; posts without a value (NaN) are left out."""
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return []
    picks = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(1), [2.5, 97.5])
    return [round(float(x), 5) for x in (values.mean(), low, high)]


def entropy_bits(p: np.ndarray) -> float:
    return float(-(p * np.log2(np.maximum(p, 1e-300))).sum())


def divergence_bits(truth: np.ndarray, model: np.ndarray) -> np.ndarray:
    """KL(truth ‖ model) a row; a model that gives 0 is read as 1e-12."""
    return (truth * (np.log2(np.maximum(truth, 1e-300)) - np.log2(np.maximum(model, 1e-12)))).sum(1)


@dataclass(frozen=True)
class Question:
    """One way of asking: a task, an answer format, a label order and the demonstrations."""

    task: Task
    form: str
    order: list[str]
    demonstrations: list[tuple[str, list[str]]]


def laws_of(task: Task, split: str = "test") -> np.ndarray:
    """(posts, sets) exact laws, recomputed in full precision from the generator."""
    count, unseen = dataset.SPLITS[task.id][split]
    posts = corpus.posts(split, count, f"{task.id} {dataset.recipe.CORPUS_SEED}", unseen)
    return np.array([corpus.set_law(dataset.evoked(task, post)) for post in posts])


def finish_greedily(model: Llama, ids: list[int], tokenizer: Tokenizer, form: str) -> str:
    """Plain greedy decoding from `ids`, for the rare answers that leave the tree; the text of what was added."""
    added: list[int] = []
    for _ in range(LONGEST_ANSWER):
        with torch.no_grad():
            added.append(int(model(torch.tensor([ids + added], device=device()))[0, -1].argmax()))
        text = tokenizer.decode(added)
        if (FORMATS[form].closing or "\n") in text:
            break
    return tokenizer.decode(added)


def parse(text: str, form: str, task: Task) -> list[str] | None:
    """The labels of a well-formed answer (after its opening), [] for the null label, None for anything else."""
    fmt = FORMATS[form]
    closing = fmt.closing or "\n"
    if closing not in text:
        return None
    body = text[: text.index(closing)]
    if not body.startswith(fmt.lead):
        return None
    labels = body[len(fmt.lead) :].split(fmt.separator + fmt.lead)
    if labels == [corpus.NONE]:
        return []
    return labels if set(labels) <= set(task.labels) and len(set(labels)) == len(labels) else None


def gold_labels(task: Task, law: np.ndarray) -> list[str]:
    """The labels that at least half of the crowd would tick."""
    return [label for label, p in zip(task.labels, law @ corpus.membership(len(task.labels))) if p >= 0.5]


def ask(model: Llama, tokenizer: Tokenizer, question: Question, texts: list[str], laws: np.ndarray) -> dict[str, np.ndarray]:
    """Exact law over the sets in bit-mask order, its mass, step-wise entropies and the greedy answer of every post.

    `laterEntropy` follows the model's own greedy answer, `forcedEntropy` the gold one, the same for every model.
    """
    task, form = question.task, question.form
    labels, indices = question.order, [task.labels.index(label) for label in question.order]
    encode = lambda text: tokenizer.encode(text).ids
    tree = answer_tree(tokenizer, labels, FORMATS[form]).to(device())
    prefix = encode(task.prefix(question.demonstrations, form, labels))
    past = prefix_cache(model, prefix)
    masks = [sum(1 << indices[i] for i in chosen) for chosen in tree.sets]
    starts = label_starts(tokenizer, tree, labels, form)
    out: dict[str, list] = {name: [] for name in ("law", "mass", "first", "labelMass", "entropy", "laterEntropy", "forcedEntropy", "answers")}
    for at in range(0, len(texts), BATCH):
        queries = [encode(task.query(text, form)) for text in texts[at : at + BATCH]]
        found = tree_log_probs(model, past, queries, tree)
        log_laws = answer_log_probs(found, tree).double()
        for row, query in enumerate(queries):
            p = log_laws[row].exp().cpu().numpy()
            law = np.zeros(2 ** len(labels))
            law[masks] = p / p.sum()
            out["law"].append(law)
            out["mass"].append(p.sum())
            path, closed = greedy_answer(found[row], tree)
            text = tokenizer.decode(path)
            if not closed:
                text += finish_greedily(model, prefix + query + path, tokenizer, form)
            out["answers"].append(parse(text, form, task))
            steps = [step_distribution(found[row], node, starts) for node in label_nodes(tree, path, starts)]
            out["first"].append(steps[0][0])
            out["labelMass"].append(steps[0][1])
            out["entropy"].append(entropy_bits(steps[0][0]))
            out["laterEntropy"].append(np.mean([entropy_bits(p) for p, _ in steps[1:]]) if len(steps) > 1 else np.nan)
            gold = sorted(gold_labels(task, laws[at + row]), key=labels.index)
            forced = label_nodes(tree, answer_tokens(tokenizer, FORMATS[form], gold), starts)[1:] if len(gold) > 1 else []
            steps = [entropy_bits(step_distribution(found[row], node, starts)[0]) for node in forced]
            out["forcedEntropy"].append(np.mean(steps) if steps else np.nan)
    return {name: np.array(values, dtype=object if name == "answers" else float) for name, values in out.items()}


def label_starts(tokenizer: Tokenizer, tree: AnswerTree, labels: list[str], form: str) -> list[int]:
    """First in-context token of each label, then of the null label (for the fine task they collide: not used there)."""
    lead = FORMATS[form].lead
    one = lambda label: tokenizer.encode(lead + label).ids[0] if lead else tokenizer.encode('"' + label).ids[1]
    return [one(label) for label in [*labels, corpus.NONE]]


def label_nodes(tree: AnswerTree, path: list[int], starts: list[int]) -> list[int]:
    """Rows of the log-probabilities from which each label of the greedy path was chosen (0 is the end of the query)."""
    rows, node = [0], -1
    for position, token in enumerate(path):
        if position and token in starts and node >= 0:
            rows.append(node + 1)
        node = tree.spelling.get(tuple(path[: position + 1]), -1)
    return rows


def step_distribution(log_probs: torch.Tensor, row: int, starts: list[int]) -> tuple[np.ndarray, float]:
    """Softmax over the labels and none at one label step, and their total probability in the whole vocabulary."""
    p = log_probs[row, starts].double().exp().cpu().numpy()
    return p / p.sum(), float(p.sum())


def f1(predicted: list[str] | None, gold: list[str]) -> float:
    chosen = set(predicted or [])
    if predicted is not None and not chosen and not gold:
        return 1.0
    return 2 * len(chosen & set(gold)) / max(1, len(chosen) + len(gold))


def main_figures(found: dict[str, np.ndarray], laws: np.ndarray, task: Task) -> dict[str, np.ndarray]:
    """One value a post for everything that is read off one way of asking."""
    count = len(task.labels)
    member = corpus.membership(count)
    truth, marginal = laws @ member, found["law"] @ member
    gold = [gold_labels(task, law) for law in laws]
    answers = found["answers"].tolist()
    ordered = [np.nan if a is None or len(a) < 2 else float(a == sorted(a)) for a in answers]
    first = np.array([corpus.first_label_law(law, count) for law in laws])
    figures = {
        "klSet": divergence_bits(laws, found["law"]), "l1Marginal": np.abs(marginal - truth).sum(1),
        "bias": (marginal - truth).mean(1), "mass": found["mass"],
        "wellFormed": np.array([float(a is not None) for a in answers]), "alphabetical": np.array(ordered),
        "f1": np.array([f1(a, g) for a, g in zip(answers, gold)]),
    }
    if task is POSTS:
        figures |= {"klFirst": divergence_bits(first, found["first"]), "labelMass": found["labelMass"],
                    **{name: found[name] for name in ("entropy", "laterEntropy", "forcedEntropy")},
                    "none": found["first"][:, -1]}
    return figures


def evaluate(model: Llama, tokenizer: Tokenizer, out: Path, everything: bool) -> dict[str, np.ndarray]:
    figures: dict[str, np.ndarray] = {}
    laws = {task.id: laws_of(task) for task in (POSTS, FINE)}
    rows = {task.id: dataset.read(out / task.id / "test.jsonl") for task in (POSTS, FINE)}
    shown = {task.id: dataset.demonstrations(dataset.read(out / task.id / "train.jsonl"), task.labels) for task in (POSTS, FINE)}
    mixed = random.Random(3).sample(POSTS.labels, len(POSTS.labels))
    ways = {"": Question(POSTS, "json", POSTS.labels, shown["posts"])}
    if everything:
        ways |= {
            "fine": Question(FINE, "json", FINE.labels, shown["posts-fine"]), "list": Question(POSTS, "list", POSTS.labels, shown["posts"]),
            "zeroShot": Question(POSTS, "json", POSTS.labels, []), "reversed": Question(POSTS, "json", POSTS.labels[::-1], shown["posts"]),
            "random": Question(POSTS, "json", mixed, shown["posts"]),
        }
    for name, question in ways.items():
        limit = None if name in ("", "fine") else 100
        texts = [row["text"] for row in rows[question.task.id]][:limit]
        found = ask(model, tokenizer, question, texts, laws[question.task.id])
        if name in ("reversed", "random"):
            follows = [np.nan if a is None or len(a) < 2 else float(a == sorted(a, key=question.order.index)) for a in found["answers"].tolist()]
            figures[f"{name}.promptOrder"] = np.array(follows)
        for figure, values in main_figures(found, laws[question.task.id][:limit], question.task).items():
            figures[f"{name}.{figure}" if name else figure] = values
    if everything:
        texts = [row["text"] for row in rows["posts"]]
        truth = laws["posts"] @ corpus.membership(len(POSTS.labels))
        estimates = unary_estimates(model, tokenizer, dataset.read(out / "posts" / "train.jsonl"), texts[:150])
        figures["unary.l1"] = np.abs(estimates - truth[:150]).sum(1)
        figures["unary.bias"] = (estimates - truth[:150]).mean(1)
        figures["binary.error"] = binary_error(model, tokenizer, dataset.read(out / "posts" / "train.jsonl"), texts[:60], laws["posts"][:60])
        for count in (0, 1, 3):
            shots = demonstrated_none(dataset.read(out / "posts" / "train.jsonl"), count)
            found = ask(model, tokenizer, Question(POSTS, "json", POSTS.labels, shots), texts[:60], laws["posts"])
            figures[f"none{count}.none"] = found["first"][:, -1]
    return figures


def main() -> None:
    args = job_arguments(__doc__)
    torch.set_num_threads(args.threads)
    with torch.no_grad(), pid_file(args.pid_dir):
        measure(args)


def measure(args: argparse.Namespace) -> None:
    work, job = open_workspace(args.workdir, args.quick, args.recipe_seed), Job(args.kind, args.size, args.seed)
    model = load_model(work, job)
    figures = evaluate(model, tokens.load(work.tokenizer()), args.out, everything=job.seed == args.recipe_seed)
    folder = work.folder(job)
    with (folder / "figures.npz").open("wb") as file:
        np.savez_compressed(file, **figures)
    unseen = dataset.SPLITS["posts"]["test"][1]
    summary = {name: bootstrap(values) for name, values in figures.items()}
    summary |= {"klSet.seen": bootstrap(figures["klSet"][:-unseen]), "klSet.unseen": bootstrap(figures["klSet"][-unseen:])}
    write_json(folder / "figures.json", summary)


if __name__ == "__main__":
    main()
