"""Training windows: an instruction and as many examples as fit, so that every shot count from none up is trained.

Each window has one task, one form of question, one answer format and one label order; each answer is one annotator's
(`annotator`) or the majority of five (`majority`). A step's windows depend on the seed and the step number alone, so a
run that is killed goes on with the windows that it would have seen.
"""
from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import corpus
from corpus import NONE
from prompts import BINARY, FORMATS, TASKS, UNARY
from recipe import Training

KINDS = {  # (task, form): share of the windows
    ("posts", "json"): 0.44, ("posts", "list"): 0.08, ("posts", "unary"): 0.18, ("posts", "binary"): 0.16,
    ("posts-fine", "json"): 0.08, ("posts-fine", "list"): 0.02, ("posts-fine", "unary"): 0.02, ("posts-fine", "binary"): 0.02,
}
ORDERS = [("alphabetical", 0.70), ("reversed", 0.12), ("random", 0.18)]  # the answers follow the prompt's order
TEXT, FORM, ANSWER = 1, 2, 3  # token roles: what is given, how an answer is framed, what it says


def build_pool(tokenizer: Tokenizer, split: str, count: int, seed: int, path: Path) -> None:
    """Posts of a split as token ids with what they evoke: no combination from another split, no held-out clause."""
    posts = corpus.posts(split, count, f"pool {seed}")
    ids = [np.array(e.ids, np.int16) for e in tokenizer.encode_batch([" " + post.text for post in posts])]
    lengths = np.array([len(i) for i in ids], np.int32)
    np.savez(path, ids=np.concatenate(ids), lengths=lengths,
             p=np.array([post.p for post in posts]), p_fine=np.array([post.p_fine for post in posts]))


class Mixture:
    def __init__(self, tokenizer: Tokenizer, pool: Path, training: Training, name: str, answers: str):
        stored = np.load(pool)
        self.ids = [part.tolist() for part in np.split(stored["ids"], np.cumsum(stored["lengths"])[:-1])]
        self.p = {"posts": stored["p"].tolist(), "posts-fine": stored["p_fine"].tolist()}
        self.encode = lambda text: tokenizer.encode(text).ids
        self.training, self.name, self.annotators = training, name, {"annotator": 1, "majority": 5}[answers]
        self.pieces: dict[str, list[int]] = {}

    def piece(self, text: str) -> list[int]:
        """Tokens of a prompt part. Parts meet where a pre-token ends, so they add up to the tokens of the whole."""
        if text not in self.pieces:
            self.pieces[text] = self.encode(text)
        return self.pieces[text]

    def votes(self, rng: random.Random, task: str, post: int) -> list[list[int]]:
        return [corpus.annotate(rng, self.p[task][post]) for _ in range(self.annotators)]

    def example(self, rng: random.Random, task: str, form: str, order: list[int]) -> list[tuple[int, list[int]]]:
        """One example with its answer, as (role, tokens)."""
        post = rng.randrange(len(self.ids))
        labels = TASKS[task].labels
        votes = self.votes(rng, task, post)
        majority = len(votes) // 2 + 1
        start, blank = self.piece("Input:") + self.ids[post], self.piece("\n\nI")[:-1]
        if form == "unary":
            label = rng.randrange(len(labels))  # uniform: the share of "reasonable" answers is then the label's own
            yes = sum(label in vote for vote in votes) >= majority
            ask = self.piece("\nLabel:") + self.piece(" " + labels[label]) + self.piece("\nAssessment:")
            return [(TEXT, start + ask), (ANSWER, self.piece(" reasonable" if yes else " unreasonable")), (FORM, blank)]
        if form == "binary":
            names = [*labels, NONE]
            first, second = rng.sample(range(len(names)), 2)
            fits = [[(k in vote) if k < len(labels) else not vote for k in (first, second)] for vote in votes]
            wins = sum(rng.random() < 0.5 if a == b else a for a, b in fits)
            better = names[first] if wins >= majority else names[second]
            ask = self.piece("\nOptions:") + self.piece(" " + names[first]) + self.piece(",")
            ask = ask + self.piece(" " + names[second]) + self.piece("\nBetter:")
            return [(TEXT, start + ask), (ANSWER, self.piece(" " + better)), (FORM, blank)]
        chosen = [labels[k] for k in order if sum(k in vote for vote in votes) >= majority]
        fmt = FORMATS[form]
        answer: list[int] = []
        for position, label in enumerate(chosen or [NONE]):
            answer = answer + (self.piece(fmt.separator) if position else []) + self.in_context(fmt.lead, label)
        opening = self.piece("\n" + fmt.opening)
        if fmt.closing:
            return [(TEXT, start), (FORM, opening), (ANSWER, answer + self.piece(fmt.closing)), (FORM, blank)]
        return [(TEXT, start), (FORM, opening), (ANSWER, answer + blank[:1]), (FORM, blank[1:])]  # the line break closes a list

    def in_context(self, lead: str, label: str) -> list[int]:
        return self.piece(lead + label) if lead else self.piece('"' + label)[1:]

    def window(self, rng: random.Random, length: int) -> tuple[list[int], list[int]]:
        """`length` + 1 token ids and the role of each."""
        task, form = rng.choices(list(KINDS), list(KINDS.values()))[0]
        labels = TASKS[task].labels
        order = list(range(len(labels)))
        if form in FORMATS:
            kind = rng.choices([o for o, _ in ORDERS], [share for _, share in ORDERS])[0]
            if kind == "reversed":
                order.reverse()
            elif kind == "random":
                rng.shuffle(order)
            head = TASKS[task].head([labels[k] for k in order])
        else:
            head = {"unary": UNARY, "binary": BINARY}[form]["instruction"]
        ids = list(self.piece(head))
        roles = [TEXT] * len(ids)
        while len(ids) <= length:
            for role, part in self.example(rng, task, form, order):
                ids += part
                roles += [role] * len(part)
        return ids[: length + 1], roles[: length + 1]

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Token ids (windows, length + 1) and loss weights of the same shape; 0 where a token is not scored."""
        rng = random.Random(f"{self.name} step {step}")
        lengths, shares = zip(*self.training.windows)
        length = rng.choices(lengths, shares)[0]
        rows = [self.window(rng, length) for _ in range(self.training.batch_tokens // length)]
        ids, roles = (np.array(part) for part in zip(*rows))
        weights = np.where(roles == ANSWER, 1.0, np.where(roles == FORM, self.training.form_weight, 0.0))
        return ids, weights.astype(np.float32)
