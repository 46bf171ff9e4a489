"""LoRA of a GGUF llama on the answers of a task's train documents, on the CPU.

    python scripts/finetune/train.py examples.json --out adapter.gguf --workdir DIR [--epochs 2] [--steps N] [--minutes M]

Loss on the answer's tokens alone. Deterministic: seeds are fixed, the order of documents is a seeded shuffle of each epoch.
A checkpoint is written every 20 steps and at the end; the same command goes on from it. With --minutes it stops in time, keeps
the checkpoint and writes the adapter as it stands then, which the file's description says.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shutil
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from llama import read_llama, write_adapter


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workdir", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=float, default=16.0)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--steps", type=int, help="stop after so many steps in all")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--install", metavar="ID", help="put the adapter among the pulled models under this name")
    return parser.parse_args()


def order_of(count: int, epoch: int, seed: int) -> list[int]:
    return torch.randperm(count, generator=torch.Generator().manual_seed(1000 * seed + epoch)).tolist()


def batch_of(examples: list[dict], step: int, args: argparse.Namespace) -> list[dict]:
    """The documents of a step: a part of its epoch's order, the last part of an epoch may be short."""
    per_epoch = math.ceil(len(examples) / args.batch)
    order = order_of(len(examples), step // per_epoch, args.seed)
    start = step % per_epoch * args.batch
    return [examples[index] for index in order[start : start + args.batch]]


def tensors_of(batch: list[dict]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids padded on the right, where to read (before each answer token), and the answer tokens in that order."""
    length = max(len(entry["prompt"]) + len(entry["answer"]) for entry in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    at = torch.zeros(len(batch), length, dtype=torch.bool)
    targets = []
    for row, entry in enumerate(batch):
        whole = entry["prompt"] + entry["answer"]
        ids[row, : len(whole)] = torch.tensor(whole)
        at[row, len(entry["prompt"]) - 1 : len(whole) - 1] = True
        targets += entry["answer"]
    return ids, at, torch.tensor(targets)


def rate_at(step: int, steps: int) -> float:
    """Warm-up over a twentieth, then linear to a tenth at the end."""
    warm = max(1, steps // 20)
    return (step + 1) / warm if step < warm else 1 - 0.9 * (step - warm) / max(1, steps - warm)


def labelscope_home() -> Path:
    """The folder that `labelscope models list` names; elsewhere than on Linux set LABELSCOPE_HOME."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    default = Path(cache) if cache.startswith("/") else Path.home() / ".cache"
    return Path(os.environ["LABELSCOPE_HOME"]) if os.environ.get("LABELSCOPE_HOME") else default / "labelscope"


def install(adapter: Path, name: str, record: dict) -> None:
    """Copies the adapter to where pulled models lie, with a record that names its parent, so that it can be named like one."""
    folder = labelscope_home() / "models"
    folder.mkdir(parents=True, exist_ok=True)
    pulled = {key: record[key] for key in ("sha256", "sizeBytes", "variant", "parent", "parameters")}
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    whole = {"version": 1, "id": name, "source": f"scripts/finetune on {record['training']['task']}", "checkedAgainst": "source",
             "pulledAt": made, "quantisation": "F32", **pulled}
    partial = folder / f"{name}.partial"
    shutil.copyfile(adapter, partial)
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=2) + "\n")
    partial.replace(folder / f"{name}.gguf")
    print(f"installed: labelscope run {record['training']['task']} --model {record['parent']} --model {record['parent']}+{name}")


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    content = args.examples.read_bytes()
    given = json.loads(content)
    examples = given["examples"]
    steps = math.ceil(args.epochs * len(examples) / args.batch)
    plan = {key: getattr(args, key) for key in ("rank", "alpha", "rate", "batch", "epochs", "seed")}
    identity = hashlib.sha256(json.dumps([plan, hashlib.sha256(content).hexdigest()]).encode()).hexdigest()[:12]
    args.workdir.mkdir(parents=True, exist_ok=True)
    checkpoint = args.workdir / f"checkpoint-{identity}.pt"

    model = read_llama(Path(given["model"]["path"]))
    model.adapt(args.rank, args.alpha, args.seed)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=args.rate, weight_decay=0.0, betas=(0.9, 0.99))
    done, losses = 0, []
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done, losses = kept["done"], kept["losses"]
        print(f"goes on from step {done}")

    def save() -> None:
        partial = checkpoint.with_suffix(".partial")
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "done": done, "losses": losses}
        torch.save(state, partial)
        partial.replace(checkpoint)

    last = min(steps, args.steps or steps)
    start = time.monotonic()
    while done < last and (args.minutes is None or time.monotonic() - start < 60 * args.minutes):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate_at(done, steps)
        ids, at, targets = tensors_of(batch_of(examples, done, args))
        loss = F.cross_entropy(model(ids, at), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        done += 1
        if done % 20 == 0:
            save()
        if done % 5 == 0 or done == last:
            print(f"step {done}/{steps}: answer loss {sum(losses[-5:]) / len(losses[-5:]):.3f}, {time.monotonic() - start:.0f} s", flush=True)
    save()

    whole = "" if done == steps else f", stopped after step {done} of {steps}"
    facts = {
        "name": f"{given['model']['id']} {given['task']} lora",
        "description": f"Rank {args.rank}, trained on {len(examples)} documents of {given['task']}, {given['shots']} demonstrations"
        f" (prompt {given['promptHash'][:12]}), {args.epochs:g} epochs{whole}. By labelscope's scripts/finetune.",
        "license": "apache-2.0",
        "parent": given["model"]["id"],
        "parentSha256": given["model"]["sha256"],
    }
    partial = args.out.with_suffix(".partial")
    write_adapter(model, partial, args.alpha, facts)
    partial.replace(args.out)
    record = {
        "id": args.out.stem,
        "variant": "lora",
        "parent": given["model"]["id"],
        "sha256": hashlib.sha256(args.out.read_bytes()).hexdigest(),
        "sizeBytes": args.out.stat().st_size,
        "parameters": sum(parameter.numel() for parameter in parameters),
        "training": {**plan, "steps": done, "documents": len(examples), "task": given["task"], "shots": given["shots"], "taskHash": given["taskHash"],
                     "trainHash": given["trainHash"], "promptHash": given["promptHash"], "torch": torch.__version__, "losses": losses},
    }
    Path(f"{args.out}.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{args.out}: {record['sizeBytes'] / 1e6:.1f} MB, {record['parameters']} parameters")
    if args.install:
        install(args.out, args.install, record)


if __name__ == "__main__":
    main()
