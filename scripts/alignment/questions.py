#!/usr/bin/env python3
"""Hold the answers to unary and binary questions to an independent computation: another tokeniser, another forward pass.

usage: questions.py --run RUN --model FILE.gguf --train train.jsonl [--documents 2] [--pairs N]
       [--out NAME]

RUN is a run with --estimators unary,binary --strict on a task that keeps the default question prompts. From its manifest
come the demonstrations (document, label, answer), from its traces the documents, and from unary.jsonl and binary.jsonl the
probabilities. Everything else is made anew here: the prompts' texts, their tokens (Hugging Face `tokenizers` on the file's
merges), the weights (dequantised by the `gguf` package) and the forward pass (numpy, float64, no cache), one whole string at
a time; an answer's probability is that of its tokens and then of any token that begins with a line break, or an end token.

The file should hold F32 weights (dequantise.py): with f16 weights the engine rounds activations to f16, too, which moves
probabilities by up to 1e-3.

Exits with 1 where a probability differs by more than 1e-4.
"""
import argparse
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

UNARY = {
    "instruction": "Assess whether the label given for each input is reasonable, under some reasonable interpretation. "
    "Reply with reasonable or unreasonable.\n\n",
    "demonstration": "Input: {text}\nLabel: {label}\nAssessment: {answer}\n\n",
    "query": "Input: {text}\nLabel: {label}\nAssessment:",
}
BINARY = {
    "instruction": "Choose which of the two labels fits each input better.\n\n",
    "demonstration": "Input: {text}\nOptions: {first}, {second}\nBetter: {answer}\n\n",
    "query": "Input: {text}\nOptions: {first}, {second}\nBetter:",
}
TOLERANCE = 1e-4


class Llama:
    """The llama architecture in float64, from a GGUF file."""

    def __init__(self, path: str):
        reader = gguf.GGUFReader(path)
        fields = {name: field.contents() for name, field in reader.fields.items()}
        if fields["general.architecture"] != "llama":
            sys.exit("only the llama architecture is computed here")
        self.weights = {
            tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float64) for tensor in reader.tensors
        }
        self.layers = fields["llama.block_count"]
        self.heads = fields["llama.attention.head_count"]
        self.kv_heads = fields.get("llama.attention.head_count_kv", self.heads)
        self.width = fields["llama.embedding_length"]
        self.epsilon = fields["llama.attention.layer_norm_rms_epsilon"]
        self.base = fields.get("llama.rope.freq_base", 10000.0)
        tokens, merges = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.merges"]
        types = fields["tokenizer.ggml.token_type"]
        self.tokenizer = Tokenizer(
            models.BPE({token: index for index, token in enumerate(tokens)}, [tuple(merge.split(" ")) for merge in merges])
        )
        digits = [pre_tokenizers.Digits(individual_digits=True)] if fields["tokenizer.ggml.pre"] == "smollm" else []
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*digits, level])
        self.tokenizer.decoder = decoders.ByteLevel()
        self.bos = [fields["tokenizer.ggml.bos_token_id"]] if fields.get("tokenizer.ggml.add_bos_token") else []
        ends = {fields["tokenizer.ggml.eos_token_id"]}
        ends |= {i for i, token in enumerate(tokens) if types[i] == 3 and token in ("<|endoftext|>", "<|im_end|>")}
        newline = pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str("\n")[0][0]
        starts = {i for i, token in enumerate(tokens) if types[i] == 1 and token.startswith(newline)}
        self.terminators = sorted(starts | ends)

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.weights[name]

    def rotate(self, x: np.ndarray) -> np.ndarray:
        """Rotary positions over neighbouring pairs, as GGUF stores llama's heads; x: (positions, heads, size)."""
        size = x.shape[-1]
        angles = np.arange(len(x))[:, None] * self.base ** (-np.arange(0, size, 2) / size)[None, :]
        cos, sin = np.cos(angles)[:, None, :], np.sin(angles)[:, None, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        out = np.empty_like(x)
        out[..., 0::2], out[..., 1::2] = even * cos - odd * sin, even * sin + odd * cos
        return out

    def log_probabilities(self, tokens: list, first: int) -> np.ndarray:
        """ln P of the next token after each of tokens[first:]."""
        w, size = self.weights, self.width // self.heads
        x = w["token_embd.weight"][tokens]
        mask = np.triu(np.full((len(tokens), len(tokens)), -np.inf), 1)
        for layer in range(self.layers):
            block = f"blk.{layer}."
            h = self.norm(x, block + "attn_norm.weight")
            part = lambda name, heads: (h @ w[f"{block}attn_{name}.weight"].T).reshape(len(tokens), heads, size)
            q, k, v = self.rotate(part("q", self.heads)), self.rotate(part("k", self.kv_heads)), part("v", self.kv_heads)
            k, v = (np.repeat(each, self.heads // self.kv_heads, 1) for each in (k, v))
            scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(size) + mask
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            seen = np.einsum("hij,jhd->ihd", scores / scores.sum(-1, keepdims=True), v).reshape(len(tokens), -1)
            x = x + seen @ w[block + "attn_output.weight"].T
            h = self.norm(x, block + "ffn_norm.weight")
            gate = h @ w[block + "ffn_gate.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w[block + "ffn_up.weight"].T)) @ w[block + "ffn_down.weight"].T
        x = self.norm(x[first:], "output_norm.weight")
        logits = x @ w.get("output.weight", w["token_embd.weight"]).T
        logits -= logits.max(-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(-1, keepdims=True))

    def probability(self, prompt: str, answer: str) -> float:
        context = self.bos + self.tokenizer.encode(prompt).ids
        whole = self.bos + self.tokenizer.encode(prompt + answer).ids
        if whole[: len(context)] != context:
            whole = context + self.tokenizer.encode(answer).ids
        rows = self.log_probabilities(whole, len(context) - 1)
        along = sum(rows[i][token] for i, token in enumerate(whole[len(context) :]))
        return float(np.exp(along) * np.exp(rows[-1][self.terminators]).sum())


def lines(path: Path) -> list:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", required=True, help="the JSONL file that the demonstrations come from")
    parser.add_argument("--documents", type=int, default=2)
    parser.add_argument("--pairs", type=int, help="only the first so many pairs of labels (default: all)")
    parser.add_argument("--out", help="written as JSON")
    arguments = parser.parse_args()
    run = Path(arguments.run)
    manifest = json.loads((run / "manifest.json").read_text())
    texts = {row["id"]: row["text"] for row in lines(Path(arguments.train))}
    documents = {trace["key"]: trace["document"]["text"] for trace in lines(run / "traces.jsonl")}
    model = Llama(arguments.model)
    labels, none = manifest["labels"], manifest["noneLabel"]
    found = []

    def hold(kind: str, key: str, what: str, prompt: str, answer: str, theirs: float) -> None:
        mine = model.probability(prompt, answer)
        found.append({"kind": kind, "key": key, "question": what, "answer": answer, "mine": mine, "labelscope": theirs})

    prefix = UNARY["instruction"]
    for shown in manifest["captures"]["unary"]["demonstrations"]:
        answer = "reasonable" if shown["reasonable"] else "unreasonable"
        prefix += UNARY["demonstration"].format(text=texts[shown["id"]], label=shown["label"], answer=answer)
    for record in lines(run / "unary.jsonl")[: arguments.documents]:
        for label, both in zip([name for name in labels if name != none], record["labels"]):
            prompt = prefix + UNARY["query"].format(text=documents[record["key"]], label=label)
            for answer in ("reasonable", "unreasonable"):
                hold("unary", record["key"], label, prompt, " " + answer, both[answer])
    prefix = BINARY["instruction"]
    for shown in manifest["captures"]["binary"]["demonstrations"]:
        rest = {name: shown[name] for name in ("first", "second", "answer")}
        prefix += BINARY["demonstration"].format(text=texts[shown["id"]], **rest)
    for record in lines(run / "binary.jsonl")[: arguments.documents]:
        for pair in record["pairs"][: arguments.pairs]:
            names = [labels[pair["first"]], labels[pair["second"]]]
            for turn, asked in enumerate(pair["asked"]):
                first, second = names if turn == 0 else reversed(names)
                prompt = prefix + BINARY["query"].format(text=documents[record["key"]], first=first, second=second)
                for name, side in zip(names, ("first", "second")):
                    hold("binary", record["key"], f"{first}, {second}", prompt, " " + name, asked[side])
    worst = {kind: max(abs(row["mine"] - row["labelscope"]) for row in found if row["kind"] == kind) for kind in ("unary", "binary")}
    result = {
        "model": Path(arguments.model).name,
        "task": manifest["task"]["id"],
        "documents": arguments.documents,
        "probabilities": {kind: sum(row["kind"] == kind for row in found) for kind in worst},
        "largestDifference": worst,
        "tolerance": TOLERANCE,
        "engine": manifest["engine"],
        "strict": manifest["identity"]["strict"],
    }
    print(json.dumps(result, indent=1))
    if arguments.out:
        Path(arguments.out).write_text(json.dumps({**result, "rows": found}, indent=1) + "\n")
    return 0 if max(worst.values()) < TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
