"""Writes one trained model as GGUF: `export.py base|sft|lora|rl SIZE --workdir DIR --out DIR`.

A LoRA becomes an adapter file; a base model is written quantised as well where its rows are whole blocks.
"""
from __future__ import annotations

import hashlib
import json
from pathlib import Path

import gguf
import torch

import recipe as recipes
import tokens
from stages import Job, Workspace, job_arguments, open_workspace, write_atomically, write_json
from weights import FILE_TYPES, encode

DESCRIPTIONS = {
    "base": "trained from scratch on single annotators' answers to synthetic posts",
    "sft": "finetuned from base on majority answers",
    "lora": "adapter for base, trained on majority answers",
    "rl": "trained from base by policy gradient on example-F1",
}


def name_of(job: Job) -> str:
    return f"labelscope ladder {job.size} {job.kind}"


def file_name(job: Job, weights: str) -> str:
    return f"ladder-{job.size}-{job.kind}.{'f32' if job.kind == 'lora' else weights}.gguf"


def size_label(parameters: int) -> str:
    return f"{parameters / 1e6:.2f}M" if parameters >= 1e6 else f"{parameters / 1e3:.0f}K"


def parameters(work: Workspace, job: Job) -> int:
    """How many numbers the file holds: an adapter's own, or the whole model's with its embedding."""
    size = work.recipe.sizes[job.size]
    if job.kind != "lora":
        return size.non_embedding + size.embedding
    ends = 4 * 2 * size.width + 3 * (size.width + size.hidden)  # inputs and outputs of a layer's matrices
    return size.layers * work.recipe.finetuning.lora_rank * ends


def tensor_name(name: str) -> str:
    """`layers.0.attn_q.weight` → `blk.0.attn_q.weight`; an adapter's `attn_q.lora_a` → `attn_q.weight.lora_a`."""
    return name.replace("layers.", "blk.").replace(".lora_", ".weight.lora_")


def add_tokenizer(writer: gguf.GGUFWriter, path: Path) -> None:
    model = json.loads(path.read_text())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    types = [gguf.TokenType.CONTROL if token == tokens.END else gguf.TokenType.NORMAL for token in vocabulary]
    end = vocabulary.index(tokens.END)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary)
    writer.add_token_types(types)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]])
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end)
    writer.add_pad_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)


def add_shape(writer: gguf.GGUFWriter, size: recipes.Size) -> None:
    writer.add_context_length(recipes.CONTEXT)
    writer.add_embedding_length(size.width)
    writer.add_block_count(size.layers)
    writer.add_feed_forward_length(size.hidden)
    writer.add_head_count(size.heads)
    writer.add_head_count_kv(size.heads)
    writer.add_layer_norm_rms_eps(recipes.NORM_EPSILON)
    writer.add_rope_dimension_count(size.width // size.heads)
    writer.add_rope_freq_base(recipes.ROPE_BASE)
    writer.add_vocab_size(recipes.VOCABULARY)


def write(work: Workspace, job: Job, path: Path, weights: str) -> None:
    size, facts = work.recipe.sizes[job.size], work.facts(job)
    state = torch.load(work.folder(job) / "model.pt", weights_only=True)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name_of(job))
    writer.add_description(f"labelscope's embedded ladder, rung {job.size}: {DESCRIPTIONS[job.kind]}. No chat template.")
    writer.add_size_label(size_label(parameters(work, job)))
    writer.add_license("mit")
    writer.add_finetune(job.kind)
    writer.add_version(facts["recipeHash"])
    if job.kind != "base":
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, name_of(Job("base", job.size, job.seed)))
        writer.add_base_model_version(0, work.job_hash(Job("base", job.size, job.seed)))
    if job.kind == "lora":
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", work.recipe.finetuning.lora_alpha)
        for name, value in state.items():
            if "lora_" in name:
                writer.add_tensor(tensor_name(name), value.float().numpy())
    else:
        writer.add_type("model")
        add_shape(writer, size)
        writer.add_file_type(FILE_TYPES[weights])
        add_tokenizer(writer, work.tokenizer())
        for name, value in state.items():
            stored, kind = encode(name, value.numpy(), weights)
            writer.add_tensor(tensor_name(name), stored, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def export(work: Workspace, job: Job, out: Path, weights: str) -> dict:
    path = out / file_name(job, weights)
    write_atomically(path, lambda temporary: write(work, job, temporary, weights))
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}


def main() -> None:
    args = job_arguments(__doc__)
    work, job = open_workspace(args.workdir, args.quick, args.recipe_seed), Job(args.kind, args.size, args.seed)
    quantised = {weights: export(work, job, args.out, weights) for weights in work.quantised(job)}
    write_json(work.folder(job) / "export.json", {**export(work, job, args.out, work.recipe.weights), "quantised": quantised})


if __name__ == "__main__":
    main()
