"""Where each stage keeps its result: a folder named after the stage and a hash of everything that decides its content.

A finished stage has its `facts.json`; running again skips it. Changing a value in the recipe, a clause or `VERSION`
changes the hashes of that stage and of all that follow from it, and of nothing else.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Iterator

import corpus
import mixture
import recipe as recipes
import weights
from recipe import Recipe

VERSION = 1  # raise it when the code changes what a stage computes from the same recipe


def stage_hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps([VERSION, *parts], sort_keys=True).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Job:
    """One training: base from nothing; sft, lora and rl from the base of the same size and seed."""

    kind: str
    size: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.size}-{self.kind}" + (f"-seed{self.seed}" if self.seed else "")


@dataclass(frozen=True)
class Workspace:
    root: Path
    recipe: Recipe
    quick: bool

    def data_hash(self) -> str:
        clauses = (Path(corpus.__file__).parent / "clauses.txt").read_text()
        return stage_hash(clauses, recipes.CORPUS_SEED, corpus.LENIENCY, corpus.SLIP, corpus.CLAUSE_COUNT)

    def tokenizer(self) -> Path:
        return self.root / f"tokenizer-{self.data_hash()}.json"

    def pool(self) -> Path:
        return self.root / f"pool-{stage_hash(self.data_hash(), self.recipe.training.pool)}.npz"

    def validation(self) -> Path:
        return self.root / f"validation-{self.data_hash()}.npz"

    def job_hash(self, job: Job) -> str:
        r = self.recipe
        base = stage_hash(
            self.data_hash(), asdict(r.training), asdict(r.sizes[job.size]), job.seed,
            [[*kind, share] for kind, share in mixture.KINDS.items()], mixture.ORDERS)
        if job.kind == "base":
            return base
        if job.kind == "rl":
            return stage_hash(base, "rl", asdict(r.reinforcement))
        if job.kind == "sft":
            return stage_hash(base, "sft", r.finetuning.steps, r.finetuning.rate_factor)
        return stage_hash(base, "lora", asdict(r.finetuning))

    def folder(self, job: Job) -> Path:
        return self.root / f"{job.name}-{self.job_hash(job)}"

    def finished(self, job: Job) -> bool:
        return (self.folder(job) / "facts.json").exists()

    def facts(self, job: Job) -> dict:
        return json.loads((self.folder(job) / "facts.json").read_text())

    def shipped(self) -> list[Job]:
        """The models that are exported, small to large; each after the one that it starts from."""
        jobs = []
        for size in self.recipe.sizes:
            jobs += [Job("base", size, self.recipe.seed), Job("sft", size, self.recipe.seed)]
            if size == self.recipe.finetuning.lora_size:
                jobs.append(Job("lora", size, self.recipe.seed))
            if size == self.recipe.reinforcement.size:
                jobs.append(Job("rl", size, self.recipe.seed))
        return jobs

    def quantised(self, job: Job) -> tuple[str, ...]:
        """In which further precisions a shipped model is written: the bases, where blocks fit."""
        return self.recipe.quantised if job.kind == "base" and weights.fits(self.recipe.sizes[job.size]) else ()

    def repeated(self) -> list[Job]:
        """The same small models from other seeds: measured, not exported."""
        return [Job(kind, size, self.recipe.seed + seed) for seed in self.recipe.extra_seeds
                for size in self.recipe.extra_seed_sizes for kind in ("base", "sft")]


def open_workspace(root: Path, quick: bool, seed: int) -> Workspace:
    root.mkdir(parents=True, exist_ok=True)
    return Workspace(root, recipes.quick(seed) if quick else recipes.full(seed), quick)


def write_atomically(path: Path, write) -> None:
    """`write(temporary path)`, then a rename, so that a kill leaves the old file or the new one and never a torn one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    write(temporary)
    temporary.rename(path)


def write_json(path: Path, value: Any) -> None:
    write_atomically(path, lambda temporary: temporary.write_text(json.dumps(value, indent=1) + "\n"))


@contextmanager
def pid_file(folder: Path | None) -> Iterator[None]:
    """While a training runs, a file named after its process id, so that something else can pause it."""
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(os.getpid())
    path.write_text(f"{os.getpid()}\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the file goes too
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def job_arguments(description: str | None) -> argparse.Namespace:
    """The command line of the scripts that work on one model."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("kind", choices=["base", "sft", "lora", "rl"])
    parser.add_argument("size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workdir", type=Path, default=Path(".ladder"))
    parser.add_argument("--out", type=Path, default=Path("models"), help="where exported models and tasks are")
    parser.add_argument("--recipe-seed", type=int, default=0, help="the seed of the shipped family")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pid-dir", type=Path)
    return parser.parse_args()
