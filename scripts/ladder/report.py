"""The model card and `ladder.json`: every figure is read from the stages' own records, none is typed in."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import mixture
from evaluate import RESAMPLES
from export import file_name, parameters, size_label
from stages import Job, Workspace, open_workspace, write_json
from tables import (MAIN, ORDER, SIDE, UNSEEN, checks_table, exact_marginals, family_table, figure_table, floors, pairs_table,
                    prior_distance, record)
from verdicts import duration, precision, seeds, verdicts

HERE = Path(__file__).parent


def measured(work: Workspace) -> list[Job]:
    """The shipped models that are trained, exported and evaluated."""
    return [job for job in work.shipped() if record(work, job, "export.json") and record(work, job, "figures.json")]


def files(work: Workspace, job: Job) -> list[dict]:
    """What was exported of a model: its own file, and its quantised ones."""
    exported = record(work, job, "export.json")
    return [exported, *exported.get("quantised", {}).values()]


def percents(shares) -> str:
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)


def fills(work: Workspace, shipped: list[Job]) -> dict[str, str]:
    """What stands for each `{{name}}` of the template."""
    r, bases = work.recipe, [job for job in shipped if job.kind == "base"]
    base_of = lambda job: Job("base", job.size, job.seed)
    counts = [work.facts(job)["nonEmbedding"] for job in bases]
    steps = sorted({work.facts(job)["steps"] for job in bases})
    largest = max((record(work, job, "check.json").get("largestLogitDifference", 0) for job in shipped), default=0)
    return {
        "family": family_table(work, shipped), "figures": figure_table(work, shipped, MAIN), "side": figure_table(work, shipped, SIDE),
        "order": figure_table(work, bases, ORDER), "unseen": figure_table(work, bases, UNSEEN),
        "sizes": pairs_table(work, list(zip(bases, bases[1:]))),
        "variants": pairs_table(work, [(base_of(job), job) for job in shipped if job.kind != "base"]),
        "floors": floors(), "verdicts": verdicts(work, shipped), "checks": checks_table(work, shipped), "seeds": seeds(work),
        "largest_difference": f"{largest:.3g}", "precision": precision(work, shipped), "resamples": str(RESAMPLES),
        "kinds": percents((" ".join(kind), share) for kind, share in mixture.KINDS.items()), "orders": percents(mixture.ORDERS),
        "further": f"{record(work, bases[0], 'sizes.json').get('posts', 0):,}" if bases else "0",
        "prior": f"{prior_distance(exact_marginals())[0]:.2f}",
        "pool": f"{r.training.pool:,}", "batch": f"{r.training.batch_tokens:,}", "seed": str(r.seed),
        "steps": " or ".join(f"{count:,}" for count in steps), "sft_steps": str(r.finetuning.steps), "rl_steps": str(r.reinforcement.steps),
        "rl_kl": str(r.reinforcement.kl_weight), "rl_size": r.reinforcement.size, "lora_size": r.finetuning.lora_size,
        "weights": r.weights, "duration": duration(work, shipped), "sizes_count": str(len(bases)),
        "ratio": f"{max(counts) / min(counts):.0f}",
        "megabytes": f"{sum(file['bytes'] for job in shipped for file in files(work, job)) / 1e6:.1f}",
    }


def write_cards(work: Workspace, out: Path) -> None:
    shipped = measured(work)
    card = (HERE / "model-card.md").read_text()
    for name, text in fills(work, shipped).items():
        card = card.replace("{{" + name + "}}", text)
    (out / "MODEL_CARD.md").write_text(card)
    write_json(out / "ladder.json", {
        "seed": work.recipe.seed, "recipe": work.recipe.facts(), "tokenizer": json.loads(work.tokenizer().with_suffix(".facts.json").read_text()),
        "models": [model_facts(work, job) for job in shipped],
        "quantised": [quantised_facts(work, job, weights) for job in shipped for weights in work.quantised(job)]})


def model_facts(work: Workspace, job: Job) -> dict:
    facts, size = work.facts(job), work.recipe.sizes[job.size]
    keep = ("steps", "tokens", "answerTokens", "seconds", "trainLoss", "validationLoss", "expectedF1", "kl", "recipeHash")
    exported = record(work, job, "export.json")
    return {
        "id": f"ladder-{job.size}-{job.kind}", "file": file_name(job, work.recipe.weights), "size": job.size, "variant": job.kind,
        "parent": None if job.kind == "base" else f"ladder-{job.size}-base", "seed": job.seed,
        "sha256": exported.get("sha256"), "bytes": exported.get("bytes"), "sizeLabel": size_label(parameters(work, job)),
        "nonEmbedding": size.non_embedding, "embedding": size.embedding,
        **{name: round(facts[name], 5) if isinstance(facts[name], float) else facts[name] for name in keep if name in facts},
        "figures": {key: record(work, job, "figures.json").get(key) for key in MAIN.values()}, "check": record(work, job, "check.json"),
    }


def quantised_facts(work: Workspace, job: Job, weights: str) -> dict:
    of = f"ladder-{job.size}-{job.kind}"
    return {"id": f"{of}-{weights}", "of": of, "weights": weights, **record(work, job, "export.json").get("quantised", {}).get(weights, {}),
            "check": record(work, job, f"check-{weights}.json")}


def main() -> None:
    """Writes the cards from what is finished so far; `make.py` does the same at its end."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workdir", type=Path, default=Path(".ladder"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    write_cards(open_workspace(args.workdir, args.quick, args.seed), args.out)


if __name__ == "__main__":
    main()
