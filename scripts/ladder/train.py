"""Trains one model of the family: `train.py base|sft|lora|rl SIZE [--seed N] [--workdir DIR] [--quick]`.

Resumes from its last checkpoint by itself, and does nothing where the model is already there.
"""
from __future__ import annotations

import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import tokens
from mixture import Mixture
from model import Llama
from optimizer import Muon
from stages import Job, Workspace, job_arguments, open_workspace, pid_file, write_atomically, write_json

CHECKPOINT_SECONDS = 60
VALIDATION_WINDOWS = 24


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_model(work: Workspace, job: Job) -> Llama:
    """A finished model, its adapter included, ready to be read from."""
    model = Llama(work.recipe.sizes[job.size])
    if job.kind == "lora":
        model.adapt(work.recipe.finetuning.lora_rank, work.recipe.finetuning.lora_alpha)
    model.load_state_dict(torch.load(work.folder(job) / "model.pt", weights_only=True))
    return model.to(device()).eval()


def start_model(work: Workspace, job: Job) -> Llama:
    if job.kind == "base":
        return Llama(work.recipe.sizes[job.size], job.seed).to(device())
    model = load_model(work, Job("base", job.size, job.seed)).train()
    if job.kind == "lora":
        model.adapt(work.recipe.finetuning.lora_rank, work.recipe.finetuning.lora_alpha, job.seed)
    return model.to(device())


def optimizers(work: Workspace, job: Job, model: Llama) -> list[torch.optim.Optimizer]:
    r, size = work.recipe, work.recipe.sizes[job.size]
    if job.kind == "lora":
        adapters = [p for p in model.parameters() if p.requires_grad]
        return [torch.optim.AdamW(adapters, lr=r.finetuning.lora_rate, weight_decay=0.0)]
    factor = 1.0 if job.kind == "base" else r.finetuning.rate_factor
    matrices = [matrix.weight for matrix in model.matrices()]
    rest = [model.token_embd.weight] + [p for p in model.parameters() if p.ndim == 1]
    return [
        Muon(matrices, size.matrix_rate * factor, r.training.momentum, r.training.weight_decay),
        torch.optim.AdamW(rest, lr=size.embedding_rate * factor, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def rate_at(progress: float, step: int, warmup: int, flat_until: float) -> float:
    """Factor on the learning rates: warm-up, flat, then a line down to a hundredth."""
    fall = 1.0 if progress < flat_until else (1 - progress) / (1 - flat_until) + 0.01
    return min(1.0, (step + 1) / warmup) * fall


def scored(model: Llama, ids: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy in nats of each scored token and its weight; what only they need runs on them alone."""
    target_weights = weights[:, 1:]
    at = target_weights > 0
    hidden = model.hidden(ids[:, :-1], at=at)[0]
    losses = F.cross_entropy(model.logits(hidden), ids[:, 1:][at], reduction="none")
    return losses, target_weights[at]


@torch.no_grad()
def validation_loss(model: Llama, mixture: Mixture) -> float:
    """Nats an answer token on windows of posts that training never sees; weight 1 marks an answer token."""
    total, count = 0.0, 0
    for step in range(VALIDATION_WINDOWS):
        ids, weights = (torch.from_numpy(x).to(device()) for x in mixture.batch(step))
        losses, _ = scored(model, ids.long(), (weights == 1).float())
        total, count = total + float(losses.sum()), count + len(losses)
    return total / count


def save_checkpoint(path: Path, step: int, model: nn.Module, optims: list[torch.optim.Optimizer], facts: dict) -> None:
    state = {"step": step, "model": model.state_dict(), "optimizers": [o.state_dict() for o in optims], "facts": facts}
    write_atomically(path, lambda temporary: torch.save(state, temporary))


def load_checkpoint(path: Path, model: nn.Module, optims: list[torch.optim.Optimizer]) -> tuple[int, dict]:
    if not path.exists():
        return 0, {}
    state = torch.load(path, weights_only=True, map_location=device())
    model.load_state_dict(state["model"])
    for optimizer, stored in zip(optims, state["optimizers"]):
        optimizer.load_state_dict(stored)
    return state["step"], state["facts"]


def finish(work: Workspace, job: Job, model: Llama, facts: dict) -> None:
    """Stores the model as it will be exported: matrices rounded to f16, norms and adapters in float32."""
    state = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    for name, value in state.items():
        if value.ndim == 2 and "lora" not in name:
            state[name] = value.half().float()
    folder = work.folder(job)
    write_atomically(folder / "model.pt", lambda temporary: torch.save(state, temporary))
    size = work.recipe.sizes[job.size]
    write_json(folder / "facts.json", {
        "kind": job.kind, "size": job.size, "seed": job.seed, "recipeHash": work.job_hash(job),
        "nonEmbedding": size.non_embedding, "embedding": size.embedding, **facts})
    (folder / "checkpoint.pt").unlink(missing_ok=True)


def train(work: Workspace, job: Job) -> None:
    r, folder = work.recipe, work.folder(job)
    base = job.kind == "base"
    steps = r.sizes[job.size].steps if base else r.finetuning.steps
    tokenizer = tokens.load(work.tokenizer())
    answers = "annotator" if base else "majority"
    mixture = Mixture(tokenizer, work.pool(), r.training, f"{job.kind} {job.seed}", answers)
    model = start_model(work, job)
    optims = optimizers(work, job, model)
    rates = [[group["lr"] for group in o.param_groups] for o in optims]
    step, facts = load_checkpoint(folder / "checkpoint.pt", model, optims)
    trained = [p for p in model.parameters() if p.requires_grad]
    facts = facts or {"tokens": 0, "answerTokens": 0, "seconds": 0.0, "trainLoss": None}
    saved = started = time.monotonic()
    before = facts["seconds"]
    while step < steps:
        factor = rate_at(step / steps, step, r.training.warmup if base else 10, r.training.flat_until if base else 0.0)
        for optimizer, groups in zip(optims, rates):
            for group, rate in zip(optimizer.param_groups, groups):
                group["lr"] = rate * factor
        ids, weights = (torch.from_numpy(x).to(device()) for x in mixture.batch(step))
        losses, weight = scored(model, ids.long(), weights)
        ((losses * weight).sum() / weight.sum()).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        for optimizer in optims:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        answer = losses.detach()[weight == 1]
        facts["trainLoss"] = float(answer.mean()) if step == 0 else 0.98 * facts["trainLoss"] + 0.02 * float(answer.mean())
        facts["tokens"] += ids.numel()
        facts["answerTokens"] += len(answer)
        step += 1
        facts["seconds"] = before + time.monotonic() - started
        if step % 50 == 0:
            speed = facts["tokens"] / facts["seconds"]
            print(f"{job.name} step {step}/{steps} answer loss {facts['trainLoss']:.4f} {speed:.0f} tokens/s", flush=True)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save_checkpoint(folder / "checkpoint.pt", step, model, optims, facts)
            saved = time.monotonic()
    held = Mixture(tokenizer, work.validation(), r.training, "validation", answers)
    finish(work, job, model, {**facts, "steps": steps, "validationLoss": validation_loss(model, held)})


def main() -> None:
    args = job_arguments(__doc__)
    torch.set_num_threads(args.threads)
    work, job = open_workspace(args.workdir, args.quick, args.recipe_seed), Job(args.kind, args.size, args.seed)
    if work.finished(job):
        return
    with pid_file(args.pid_dir):
        if job.kind == "rl":
            from reinforce import reinforce

            reinforce(work, job)
        else:
            train(work, job)


if __name__ == "__main__":
    main()
