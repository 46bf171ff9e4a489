"""All answers to a question at once: the probability that a model gives each label set, exactly, in one pass a post.

The answers that write their labels in the prompt's order form a tree of tokens. Its nodes are evaluated behind the query
in one batch, with a mask that lets each node look at the query and at its own ancestors only.
"""
from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from corpus import NONE
from model import Cache, Llama
from prompts import Format


@dataclass(frozen=True)
class AnswerTree:
    """Nodes in an order in which parents come first; parent −1 is the end of the query."""

    tokens: Tensor  # (nodes)
    parents: Tensor  # (nodes)
    depths: Tensor  # (nodes), 0 for the first token of an answer
    ancestors: Tensor  # (nodes, nodes), true where the column is the row itself or above it
    ends: Tensor  # (answers), the last node of each answer
    sets: list[tuple[int, ...]]  # (answers), label indices in the prompt's order; () is the null label
    close: int  # the token that closes a list
    spelling: dict[tuple[int, ...], int]  # path of tokens → node

    def to(self, device: torch.device) -> AnswerTree:
        moved = {name: getattr(self, name).to(device) for name in ("tokens", "parents", "depths", "ancestors", "ends")}
        return AnswerTree(**{**self.__dict__, **moved})

    def members(self, labels: int) -> Tensor:
        """(answers, labels): 1 where the label is in the answer's set."""
        rows = torch.zeros(len(self.sets), labels)
        for row, chosen in enumerate(self.sets):
            rows[row, list(chosen)] = 1
        return rows


def answer_tokens(tokenizer: Tokenizer, form: Format, labels: list[str]) -> list[int]:
    """The tokens of an answer after its opening, up to and without what closes it."""
    encode = lambda text: tokenizer.encode(text).ids
    opened = encode("\n" + form.opening)
    whole = encode("\n" + form.answer(labels) + "\n\nI")
    assert whole[: len(opened)] == opened, "a token straddles the opening"
    return whole[len(opened) : len(whole) - len(encode((form.closing or "") + "\n\nI"))]


def answer_tree(tokenizer: Tokenizer, labels: list[str], form: Format, largest: int | None = None) -> AnswerTree:
    """The tree over every set of at most `largest` of the labels, each written in the order of `labels`."""
    counts = range(1, (largest or len(labels)) + 1)
    sets: list[tuple[int, ...]] = [()] + [s for n in counts for s in itertools.combinations(range(len(labels)), n)]
    spelling: dict[tuple[int, ...], int] = {}
    tokens, parents, depths, ends = [], [], [], []
    for chosen in sets:
        path = tuple(answer_tokens(tokenizer, form, [labels[i] for i in chosen] or [NONE]))
        for length in range(1, len(path) + 1):
            if path[:length] not in spelling:
                spelling[path[:length]] = len(tokens)
                tokens.append(path[length - 1])
                parents.append(spelling.get(path[: length - 1], -1))
                depths.append(length - 1)
        ends.append(spelling[path])
    ancestors = torch.zeros(len(tokens), len(tokens), dtype=torch.bool)
    for node, parent in enumerate(parents):
        if parent >= 0:
            ancestors[node] = ancestors[parent]
        ancestors[node, node] = True
    close = tokenizer.encode(form.closing or "\n").ids[0]
    as_tensor = torch.tensor
    return AnswerTree(as_tensor(tokens), as_tensor(parents), as_tensor(depths), ancestors, as_tensor(ends), sets, close, spelling)


def prefix_cache(model: Llama, ids: list[int]) -> Cache:
    device = model.token_embd.weight.device
    return model.hidden(torch.tensor([ids], device=device))[1]


def tree_log_probs(model: Llama, past: Cache, queries: list[list[int]], tree: AnswerTree) -> Tensor:
    """(queries, 1 + nodes, vocabulary) log-probabilities of the next token: after the query, then after each node.

    The queries share the prefix in `past`; shorter ones are padded, and nothing looks at the padding.
    """
    device = model.token_embd.weight.device
    before, nodes, longest = past[0][0].shape[2], len(tree.tokens), max(map(len, queries))
    ids = torch.zeros(len(queries), longest + nodes, dtype=torch.long, device=device)
    positions = torch.zeros_like(ids)
    mask = torch.zeros(len(queries), 1, longest + nodes, before + longest + nodes, dtype=torch.bool, device=device)
    mask[..., :before] = True
    causal = torch.ones(longest, longest, dtype=torch.bool, device=device).tril()
    for row, query in enumerate(queries):
        n = len(query)
        ids[row, :n] = torch.tensor(query, device=device)
        ids[row, longest:] = tree.tokens
        positions[row, :longest] = before + torch.arange(longest, device=device)
        positions[row, longest:] = before + n + tree.depths
        mask[row, 0, :longest, before : before + longest] = causal
        mask[row, 0, longest:, before : before + n] = True
        mask[row, 0, longest:, before + longest :] = tree.ancestors
    hidden, _ = model.hidden(ids, positions, mask, past)
    last = torch.tensor([len(query) - 1 for query in queries], device=device)
    read = torch.cat((hidden[torch.arange(len(queries), device=device), last][:, None], hidden[:, longest:]), 1)
    return torch.log_softmax(model.logits(read), -1)


def answer_log_probs(log_probs: Tensor, tree: AnswerTree) -> Tensor:
    """(queries, answers) log-probability of each whole answer, its closing token included."""
    own = log_probs[:, tree.parents + 1, tree.tokens]
    paths = own @ tree.ancestors.to(own.dtype).T
    return paths[:, tree.ends] + log_probs[:, tree.ends + 1, tree.close]


def greedy_answer(log_probs: Tensor, tree: AnswerTree) -> tuple[list[int], bool]:
    """Greedy tokens of one query as long as they stay in the tree, and whether the answer closed inside it."""
    children: dict[int, dict[int, int]] = {}
    for node, (parent, token) in enumerate(zip(tree.parents.tolist(), tree.tokens.tolist())):
        children.setdefault(parent, {})[token] = node
    best = log_probs.argmax(-1).tolist()
    ends, node, path = set(tree.ends.tolist()), -1, []
    while True:
        token = best[node + 1]
        path.append(token)
        if token == tree.close and node in ends:
            return path, True
        if token not in children.get(node, {}):
            return path, False
        node = children[node][token]


def no_answers() -> AnswerTree:
    """A tree without nodes: `tree_log_probs` then reads the next token after each query and nothing else."""
    empty = torch.zeros(0, dtype=torch.long)
    return AnswerTree(empty, empty, empty, torch.zeros(0, 0, dtype=torch.bool), empty, [], -1, {})
