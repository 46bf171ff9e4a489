"""`rl`: policy gradient on example-F1, without sampling noise.

For each post the expected reward Σ_S P(S) · F1(S, A) is a finite sum over the answers S of at most three labels (nearly all
of the mass), A being the majority of five annotators, and so is the penalty β · KL(P ‖ P_base) over the same answers, both
laws normalised on them. The gradient of this sum is what REINFORCE estimates.
"""
from __future__ import annotations

import random
import time

import torch
from torch import Tensor, nn

import corpus
import tokens
from mixture import Mixture
from model import Llama
from prompts import FORMATS, POSTS
from stages import Job, Workspace
from train import CHECKPOINT_SECONDS, device, finish, load_checkpoint, load_model, save_checkpoint, start_model
from tree import AnswerTree, answer_log_probs, answer_tree, prefix_cache, tree_log_probs


def example_f1(members: Tensor, gold: Tensor) -> Tensor:
    """F1 of every answer against one gold set; 1 where both are empty."""
    total = members.sum(1) + gold.sum()
    return torch.where(total > 0, 2 * (members @ gold) / total.clamp(min=1), torch.ones_like(total))


def prompt(mixture: Mixture, rng: random.Random, shots: int, posts: int) -> tuple[list[int], list[list[int]], list[list[int]]]:
    """Token ids of a prefix with `shots` demonstrations and of `posts` queries, and each query's majority labels."""
    order = list(range(len(POSTS.labels)))
    prefix = list(mixture.piece(POSTS.head()))
    for _ in range(shots):
        for _, part in mixture.example(rng, "posts", "json", order):
            prefix += part
    ending = mixture.piece("\n" + FORMATS["json"].opening)
    queries, gold = [], []
    for _ in range(posts):
        post = rng.randrange(len(mixture.ids))
        queries.append(mixture.piece("Input:") + mixture.ids[post] + ending)
        votes = [corpus.annotate(rng, mixture.p["posts"][post]) for _ in range(5)]
        gold.append([label for label in order if sum(label in vote for vote in votes) >= 3])
    return prefix, queries, gold


def answer_law(model: Llama, prefix: list[int], queries: list[list[int]], tree: AnswerTree) -> tuple[Tensor, Tensor]:
    """Log law over the tree's answers, normalised, and the log of their mass."""
    found = answer_log_probs(tree_log_probs(model, prefix_cache(model, prefix), queries, tree), tree)
    mass = found.logsumexp(1)
    return found - mass[:, None], mass


def reinforce(work: Workspace, job: Job) -> None:
    r, folder = work.recipe.reinforcement, work.folder(job)
    tokenizer = tokens.load(work.tokenizer())
    mixture = Mixture(tokenizer, work.pool(), work.recipe.training, "rl", "annotator")
    tree = answer_tree(tokenizer, POSTS.labels, FORMATS["json"], largest=3).to(device())
    members = tree.members(len(POSTS.labels)).to(device())
    model, base = start_model(work, job), load_model(work, Job("base", job.size, job.seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=r.rate, betas=(0.9, 0.95), weight_decay=0.0)
    step, facts = load_checkpoint(folder / "checkpoint.pt", model, [optimizer])
    facts = facts or {"tokens": 0, "seconds": 0.0, "expectedF1": None, "kl": None}
    saved = started = time.monotonic()
    before = facts["seconds"]
    while step < r.steps:
        for group in optimizer.param_groups:
            group["lr"] = r.rate * min(1.0, (step + 1) / 10) * (1.01 - step / r.steps)
        rng = random.Random(f"rl {job.seed} step {step}")
        prefix, queries, gold = prompt(mixture, rng, rng.choice(r.shots), r.posts)
        law, mass = answer_law(model, prefix, queries, tree)
        with torch.no_grad():
            reference, _ = answer_law(base, prefix, queries, tree)
        wanted = torch.zeros(len(gold), len(POSTS.labels), device=device())
        for row, labels in enumerate(gold):
            wanted[row, labels] = 1
        rewards = torch.stack([example_f1(members, target) for target in wanted])
        expected = ((law + mass[:, None]).exp() * rewards).sum(1).mean()
        kl = (law.exp() * (law - reference)).sum(1).mean()
        (r.kl_weight * kl - expected).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        for name, value in (("expectedF1", expected.item()), ("kl", kl.item())):
            facts[name] = value if facts[name] is None else 0.97 * facts[name] + 0.03 * value
        facts["tokens"] += len(prefix) + sum(map(len, queries)) + len(queries) * len(tree.tokens)
        step += 1
        facts["seconds"] = before + time.monotonic() - started
        if step % 25 == 0:
            print(f"{job.name} step {step}/{r.steps} expected F1 {facts['expectedF1']:.4f} KL {facts['kl']:.3f}", flush=True)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save_checkpoint(folder / "checkpoint.pt", step, model, [optimizer], facts)
            saved = time.monotonic()
    finish(work, job, model, {**facts, "steps": r.steps, "posts": r.steps * r.posts})
