"""Compares sizes on more posts than the test split holds: `sizes.py base SIZE --workdir DIR --out DIR`.

Neighbouring rungs differ by hundredths of a bit, and the 300 posts of the test split cannot always tell them apart. The
generator can write more: combinations of clauses that belong to the test split by the same hash, a fifth of them with a clause
that training never shows, none of them a post of the split itself. Writes the distance from the exact label-set law a post
(sizes.npz) and its mean (sizes.json).
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import corpus
import dataset
import tokens
from evaluate import Question, ask, bootstrap, divergence_bits
from model import Llama
from prompts import POSTS
from stages import Job, job_arguments, open_workspace, write_json
from train import load_model

MORE_POSTS, QUICK_POSTS = 1500, 100


def further_posts(out: Path, count: int) -> list[corpus.Post]:
    """The same posts on every call, in the same order."""
    known = {row["text"] for row in dataset.read(out / "posts" / "test.jsonl")}
    return [post for post in corpus.posts("test", count, f"more {dataset.recipe.CORPUS_SEED}", count // 5) if post.text not in known]


@torch.no_grad()
def distances(model: Llama, tokenizer: Tokenizer, out: Path, count: int) -> np.ndarray:
    """KL in bits from the exact law of the label set to the model's, ten shots, json, alphabetical; one value a post."""
    posts = further_posts(out, count)
    laws = np.array([corpus.set_law(post.p) for post in posts])
    shots = dataset.demonstrations(dataset.read(out / "posts" / "train.jsonl"), POSTS.labels)
    found = ask(model, tokenizer, Question(POSTS, "json", POSTS.labels, shots), [post.text for post in posts], laws)
    return divergence_bits(laws, found["law"])


def main() -> None:
    args = job_arguments(__doc__)
    torch.set_num_threads(args.threads)
    work, job = open_workspace(args.workdir, args.quick, args.recipe_seed), Job(args.kind, args.size, args.seed)
    count = QUICK_POSTS if args.quick else MORE_POSTS
    values = distances(load_model(work, job), tokens.load(work.tokenizer()), args.out, count)
    with (work.folder(job) / "sizes.npz").open("wb") as file:
        np.savez_compressed(file, klSet=values)
    write_json(work.folder(job) / "sizes.json", {"posts": len(values), "klSet": bootstrap(values)})


if __name__ == "__main__":
    main()
