"""Writes what a GGUF file must reproduce: `export_cases.py KIND SIZE --workdir DIR --out DIR`.

The cases hold the token ids of every post (in its prompt) and, for 20 ten-shot prompts, torch's float32 logits over the whole
vocabulary. `check-export.mjs` compares them with llama.cpp. A quantised file gets cases of its own, with two sets of logits: of the
weights as trained, which tell what the precision costs, and of the weights as stored, which tell whether the file is right.
"""
from __future__ import annotations

import torch

import dataset
import tokens
from export import file_name
from model import Llama
from prompts import POSTS, TASKS
from stages import Job, job_arguments, open_workspace, write_json
from train import device, load_model
from weights import rounded

PROMPTS = 20


def logits_after(model: Llama, ids: list[int]) -> list[float]:
    return [round(x, 6) for x in model(torch.tensor([ids], device=device()))[0, -1].tolist()]


@torch.no_grad()
def main() -> None:
    args = job_arguments(__doc__)
    torch.set_num_threads(args.threads)
    work, job = open_workspace(args.workdir, args.quick, args.recipe_seed), Job(args.kind, args.size, args.seed)
    model, tokenizer = load_model(work, job), tokens.load(work.tokenizer())
    rows = {task: {split: dataset.read(args.out / task / f"{split}.jsonl") for split in dataset.SPLITS[task]} for task in TASKS}
    prefix = POSTS.prefix(dataset.demonstrations(rows["posts"]["train"], POSTS.labels))
    queries = [POSTS.query(row["text"]) for row in rows["posts"]["test"][:: len(rows["posts"]["test"]) // PROMPTS]][:PROMPTS]
    prompts = [tokenizer.encode(prefix + query).ids for query in queries]
    texts = [POSTS.query(row["text"]) for splits in rows.values() for split in splits.values() for row in split]
    texts += [prefix] + [dataset.task_yaml(task) for task in TASKS.values()]
    base = Job("base", job.size, job.seed) if job.kind == "lora" else job
    weights = work.recipe.weights
    logits = [logits_after(model, ids) for ids in prompts]
    cases = {
        "name": job.name,
        "model": str(args.out.resolve() / file_name(base, weights)),
        "adapter": str(args.out.resolve() / file_name(job, weights)) if job.kind == "lora" else None,
        "texts": [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts],
        "prompts": [{"ids": ids, "logits": values} for ids, values in zip(prompts, logits)],
    }
    write_json(work.folder(job) / "cases.json", cases)
    for weights in work.quantised(job):
        coarse = load_model(work, job)
        coarse.load_state_dict({name: torch.tensor(rounded(name, value.cpu().numpy(), weights)) for name, value in model.state_dict().items()})
        write_json(work.folder(job) / f"cases-{weights}.json", {
            **cases, "name": f"{job.name}-{weights}", "model": str(args.out.resolve() / file_name(job, weights)),
            "prompts": [{"ids": ids, "logits": values, "stored": logits_after(coarse, ids)} for ids, values in zip(prompts, logits)],
        })


if __name__ == "__main__":
    main()
