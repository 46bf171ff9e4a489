"""The questions that are asked one label, or one pair of labels, at a time; and prompts with more or fewer null demonstrations."""
from __future__ import annotations

import itertools
import random

import numpy as np
import torch
from tokenizers import Tokenizer

import corpus
from corpus import NONE
from dataset import majority
from model import Llama
from prompts import BINARY, POSTS, UNARY
from train import device
from tree import no_answers, prefix_cache, tree_log_probs

SHOTS = 10


def two_way(model: Llama, past, queries: list[list[int]], first: list[int], second: list[int]) -> np.ndarray:
    """P(first) / (P(first) + P(second)) for the next token after each query."""
    log_probs = tree_log_probs(model, past, queries, no_answers().to(device()))[:, 0].double()
    rows = torch.arange(len(queries))
    return torch.sigmoid(log_probs[rows, first] - log_probs[rows, second]).cpu().numpy()


def unary_estimates(model: Llama, tokenizer: Tokenizer, train: list[dict], texts: list[str]) -> np.ndarray:
    """(posts, labels): probability that the label is called reasonable, after ten answered examples with random labels."""
    rng, encode = random.Random(7), lambda text: tokenizer.encode(text).ids
    prefix = UNARY["instruction"]
    for row in rng.sample(train, SHOTS):
        label = rng.choice(POSTS.labels)
        answer = "reasonable" if label in majority(row, POSTS.labels) else "unreasonable"
        prefix += UNARY["demonstration"].format(text=row["text"], label=label, answer=answer)
    past = prefix_cache(model, encode(prefix))
    yes, no = encode(" reasonable"), encode(" unreasonable")
    count = len(POSTS.labels)
    return np.array([
        two_way(model, past, [encode(UNARY["query"].format(text=text, label=label)) for label in POSTS.labels], yes * count, no * count)
        for text in texts
    ])


def pair_truth(law: np.ndarray, first: int, second: int) -> float:
    """P(an annotator prefers the first of two labels): it fits and the other does not, or half where they tie."""
    member = corpus.membership(len(POSTS.labels)).astype(bool)
    fits = np.column_stack((member, ~member.any(1)))
    alone = law @ (fits[:, first] & ~fits[:, second])
    neither_or_both = law @ (fits[:, first] == fits[:, second])
    return float(alone + neither_or_both / 2)


def binary_error(model: Llama, tokenizer: Tokenizer, train: list[dict], texts: list[str], laws: np.ndarray) -> np.ndarray:
    """Mean absolute error a post of P(first is better), both orders averaged, over all pairs of labels and none."""
    rng, encode = random.Random(8), lambda text: tokenizer.encode(text).ids
    names = [*POSTS.labels, NONE]
    prefix = BINARY["instruction"]
    for row in rng.sample(train, SHOTS):
        first, second = rng.sample(names, 2)
        chosen = majority(row, POSTS.labels) or [NONE]
        fits = [name for name in (first, second) if name in chosen]
        answer = fits[0] if len(fits) == 1 else rng.choice([first, second])
        prefix += BINARY["demonstration"].format(text=row["text"], first=first, second=second, answer=answer)
    past = prefix_cache(model, encode(prefix))
    pairs = list(itertools.combinations(range(len(names)), 2))
    errors = []
    for text, law in zip(texts, laws):
        estimates = np.zeros((2, len(pairs)))
        for turn, asked in enumerate((pairs, [(b, a) for a, b in pairs])):
            queries = [encode(BINARY["query"].format(text=text, first=names[a], second=names[b])) for a, b in asked]
            first, second = ([encode(" " + names[pair[side]])[0] for pair in asked] for side in (0, 1))
            p = two_way(model, past, queries, first, second)
            estimates[turn] = 1 - p if turn else p
        truth = np.array([pair_truth(law, a, b) for a, b in pairs])
        errors.append(np.abs(estimates.mean(0) - truth).mean())
    return np.array(errors)


def demonstrated_none(train: list[dict], count: int) -> list[tuple[str, list[str]]]:
    """Ten demonstrations of which `count` have no label, the others half single and half multi-label."""
    rng = random.Random(9)
    sized = [(row["text"], majority(row, POSTS.labels)) for row in rng.sample(train, len(train))]
    multi = (SHOTS - count) // 2
    wanted = [x for x in sized if not x[1]][:count] + [x for x in sized if len(x[1]) > 1][:multi]
    wanted += [x for x in sized if len(x[1]) == 1][: SHOTS - count - multi]
    rng.shuffle(wanted)
    return wanted
