#!/usr/bin/env python3
"""Hold labelscope to transformers: the same float32 weights, the same prompts, an independent computation.

usage: align.py --model FILE.f32.gguf --goemotions DIR --convabuse DIR [--out NAME] [--documents 24] [--exact-documents 4]

labelscope side: strict mode (one sequence, no reuse, F32 key-value cache, no flash attention), by capture.mjs.
Reference side: transformers in float32, one forward pass over each prompt with the answer that labelscope gave.

- token ids: transformers' own tokeniser on the whole prompt text
- greedy answers: at each position of the answer, transformers' best token is the one labelscope took
- first-token scores: raw logits of the labels' first tokens; entropies in float64
- exact scores: for each label one forward pass over prompt, answer so far and label; then ln P(tokens) + ln of the
  summed probability of every token of the vocabulary whose decoded bytes begin with the terminator
- stop probability: for the tokens the answer took after a label, summed over the vocabulary by the tokens' bytes

Exits with 1 where a tolerance is missed.
"""
import argparse
import datetime
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOLERANCE = {"score": 1e-3, "labelEntropyBits": 1e-3, "vocabEntropyBits": 1e-3}
LN2 = math.log(2)


def machine() -> dict:
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": names[0] if names else platform.processor(), "cores": os.cpu_count(), "ramGB": round(memory / 2**30)}


def capture(arguments, task: str, data: str, documents: int, scoring: str) -> dict:
    command = ["node", str(HERE / "capture.mjs"), "--task", task, "--model", arguments.model]
    if data:
        command += ["--data", data]
    command += ["--documents", str(documents), "--scoring", scoring]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def entropy_bits(log_p: torch.Tensor) -> float:
    terms = torch.where(torch.isinf(log_p), torch.zeros_like(log_p), log_p.exp() * log_p)
    return -float(terms.sum()) / LN2


class Reference:
    def __init__(self, path: str):
        folder, name = os.path.split(os.path.abspath(path))
        self.tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        self.model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
        self.size = self.model.config.vocab_size
        alphabet = {character: byte for byte, character in bytes_to_unicode().items()}
        special = set(self.tokenizer.all_special_ids) | set(self.tokenizer.added_tokens_decoder)
        self.pieces = [b""] * self.size
        for token, index in self.tokenizer.get_vocab().items():
            if index < self.size and index not in special:
                self.pieces[index] = bytes(alphabet[character] for character in token)

    def logits(self, tokens: list, first: int) -> torch.Tensor:
        """Raw logits in float64 after each of tokens[first:], and after the one before."""
        with torch.no_grad():
            out = self.model(torch.tensor([tokens]), logits_to_keep=len(tokens) - first + 1).logits[0]
        return out.double()

    def ids_where(self, test) -> torch.Tensor:
        return torch.tensor([index for index, piece in enumerate(self.pieces) if piece and test(piece)])


def check_prompt(reference: Reference, run: dict, prompt: dict) -> dict:
    tokens, answer = prompt["tokens"], prompt["answer"]
    ids = reference.tokenizer(prompt["text"], add_special_tokens=False).input_ids
    rows = reference.logits(tokens + answer["tokens"][:-1], len(tokens))
    best = [int(row.argmax()) for row in rows]
    found = {
        "task": run["task"],
        "id": prompt["id"],
        "scoring": run["scoring"],
        "promptTokens": len(tokens),
        "answer": answer["text"],
        "sameTokenIds": ids == tokens,
        "sameAnswer": best == answer["tokens"],
        "steps": [],
    }
    for step in prompt["steps"]:
        at = step["answerTokens"]
        row = rows[at]
        log_p = torch.log_softmax(row, -1)
        if run["scoring"] == "first-token":
            paths = run["firstLabelTokens"] if step["r"] == 1 else run["laterLabelTokens"]
            scores = torch.tensor([float(row[path[0]]) for path in paths], dtype=torch.float64)
            mass = float(log_p[sorted({path[0] for path in paths})].exp().sum())
        else:
            scores = exact_scores(reference, run, prompt, at)
            mass = float(scores.exp().sum())
        differences = [abs(float(mine) - theirs) for mine, theirs in zip(scores, step["scores"])]
        entry = {
            "r": step["r"],
            "score": max(differences),
            "labelEntropyBits": abs(entropy_bits(torch.log_softmax(scores, -1)) - step["entropyBits"]),
            "vocabEntropyBits": abs(entropy_bits(log_p) - step["vocabEntropyBits"]),
            "logSumExp": abs(float(torch.logsumexp(row, -1)) - step["logSumExp"]),
            "labelMass": abs(mass - step["labelMass"]),
        }
        stop = stop_probability(reference, run, rows, answer["tokens"], at)
        if stop is not None and "branch" in step:
            entry["stop"] = abs(stop - step["branch"]["stop"])
        found["steps"].append(entry)
    return found


def exact_scores(reference: Reference, run: dict, prompt: dict, at: int) -> torch.Tensor:
    """ln P(label and terminator), each label alone: no trie, no cache, the label tokenised here."""
    before = prompt["tokens"] + prompt["answer"]["tokens"][:at]
    given = b"".join(reference.pieces[token] for token in prompt["answer"]["tokens"][:at]).decode()
    context = reference.tokenizer(prompt["text"] + given, add_special_tokens=False).input_ids
    first = run["format"]["closeEvent"][0].encode()
    terminators = reference.ids_where(lambda piece: piece.startswith(first))
    scores = []
    for label in run["labels"]:
        text = run["format"]["lead"] + label
        whole = reference.tokenizer(prompt["text"] + given + text, add_special_tokens=False).input_ids
        path = whole[len(context):] if whole[: len(context)] == context else None
        if path is None:
            path = reference.tokenizer(text, add_special_tokens=False).input_ids
        log_p = torch.log_softmax(reference.logits(before + path, len(before)), -1)
        along = sum(float(log_p[place][token]) for place, token in enumerate(path))
        scores.append(along + float(torch.logsumexp(log_p[-1][terminators], -1)))
    return torch.tensor(scores, dtype=torch.float64)


def stop_probability(reference: Reference, run: dict, rows: torch.Tensor, tokens: list, at: int):
    """close / (close + go on) where the element that starts at `at` ends; None where its end lies inside a token."""
    close, on = run["format"]["closeEvent"].encode(), run["format"]["separator"].encode()
    if run["format"]["name"] != "json":
        return None
    place = at
    while place < len(tokens) and not reference.pieces[tokens[place]].startswith(close[:1]):
        if close[:1] in reference.pieces[tokens[place]]:
            return None
        place += 1
    closing = going = 0.0
    reached, written = 1.0, b""
    while place < len(tokens):
        p = torch.softmax(rows[place], -1)
        fits = lambda piece, event: (written + piece).startswith(event) or event.startswith(written + piece)
        closes = reference.ids_where(lambda piece: fits(piece, close) and not fits(piece, on))
        goes = reference.ids_where(lambda piece: fits(piece, on) and not fits(piece, close))
        closing += reached * float(p[closes].sum()) if len(closes) else 0
        going += reached * float(p[goes].sum()) if len(goes) else 0
        written += reference.pieces[tokens[place]]
        if not (close.startswith(written) and on.startswith(written)):
            break
        reached *= float(p[tokens[place]])
        place += 1
    return closing / (closing + going) if closing + going > 0 else None


def summary(prompts: list) -> dict:
    steps = [step for prompt in prompts for step in prompt["steps"]]
    names = ["score", "labelEntropyBits", "vocabEntropyBits", "logSumExp", "labelMass", "stop"]
    differences = {}
    for name in names:
        values = [step[name] for step in steps if name in step]
        if values:
            differences[name] = {"max": max(values), "median": statistics.median(values)}
    return {
        "prompts": len(prompts),
        "labelSteps": len(steps),
        "sameTokenIds": sum(prompt["sameTokenIds"] for prompt in prompts),
        "sameAnswers": sum(prompt["sameAnswer"] for prompt in prompts),
        "differences": differences,
    }


def passes(part: dict) -> bool:
    whole = part["sameTokenIds"] == part["sameAnswers"] == part["prompts"]
    return whole and all(part["differences"][name]["max"] <= limit for name, limit in TOLERANCE.items())


def table(result: dict) -> str:
    lines = [
        "# Alignment with transformers",
        "",
        f"`{result['command']}`",
        "",
        f"{result['date']}, {result['machine']['cpu']}, {result['machine']['cores']} cores, "
        f"{result['machine']['ramGB']} GB; transformers {result['versions']['transformers']}, torch "
        f"{result['versions']['torch']}, float32; labelscope in strict mode ({result['facts']['reader']} reader, "
        f"{result['facts']['engine']}, llama.cpp {result['facts']['llamaCpp']}) on `{result['model']}`. "
        "Largest difference, median in brackets, over all label steps.",
        "",
        "| task, scoring | prompts | label steps | same token ids | same greedy answer | label score | label entropy, bits "
        "| vocabulary entropy, bits | logsumexp | label mass | stop probability |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, part in result["summary"].items():
        cells = [name, part["prompts"], part["labelSteps"]]
        cells += [f"{part[key]}/{part['prompts']}" for key in ("sameTokenIds", "sameAnswers")]
        for key in ("score", "labelEntropyBits", "vocabEntropyBits", "logSumExp", "labelMass", "stop"):
            found = part["differences"].get(key)
            cells.append(f"{found['max']:.1e} ({found['median']:.1e})" if found else "")
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", f"Tolerances: {TOLERANCE}: {'kept' if result['passes'] else 'MISSED'}.", ""]
    lines += ["| task | document | prompt tokens | answer | label score | label entropy | vocabulary entropy |", "|---|---|---|---|---|---|---|"]
    for prompt in result["prompts"]:
        worst = [max((step[key] for step in prompt["steps"]), default=0) for key in TOLERANCE]
        answer = prompt["answer"].replace("|", "\\|").replace("\n", "\\n")
        cells = [prompt["task"], prompt["id"], prompt["promptTokens"], f"`{answer}`", *(f"{value:.1e}" for value in worst)]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="an F32 GGUF, see dequantise.py")
    parser.add_argument("--goemotions", metavar="DIR", help="GoEmotions, simplified release")
    parser.add_argument("--convabuse", metavar="DIR", help="ConvAbuse")
    parser.add_argument("--documents", type=int, default=24)
    parser.add_argument("--exact-documents", type=int, default=4)
    parser.add_argument("--out", default=str(ROOT / "docs" / "measurements" / "alignment"), help="written as .json and .md")
    arguments = parser.parse_args()
    reference = None
    parts, prompts, facts = {}, [], {}
    jobs = [
        ("goemotions", arguments.goemotions, arguments.documents, "first-token"),
        ("goemotions", arguments.goemotions, arguments.exact_documents, "exact"),
        ("convabuse", arguments.convabuse, arguments.exact_documents, "auto"),
    ]
    for task, data, documents, scoring in jobs:
        if not data or documents == 0:
            continue
        run = capture(arguments, task, data, documents, scoring)
        reference = reference or Reference(arguments.model)
        if task == "convabuse" and run["scoring"] != "exact":
            print("the labels of convabuse do not collide in this model", file=sys.stderr)
        found = []
        for number, prompt in enumerate(run["prompts"]):
            found.append(check_prompt(reference, run, prompt))
            print(f"{task} {run['scoring']} {number + 1}/{len(run['prompts'])}", file=sys.stderr)
        facts = run["facts"]
        parts[f"{task}, {run['scoring']}"] = {**summary(found), "collidingLabels": run["collisions"]}
        prompts += found
    shown = [os.path.basename(value) if value.endswith(".gguf") else value for value in sys.argv[1:]]
    result = {
        "command": "python3 scripts/alignment/align.py " + " ".join(anonymous(shown)),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__},
        "model": os.path.basename(arguments.model),
        "facts": facts,
        "tolerance": TOLERANCE,
        "passes": bool(parts) and all(passes(part) for part in parts.values()),
        "summary": parts,
        "prompts": prompts,
    }
    Path(arguments.out + ".json").write_text(json.dumps(result, indent=1) + "\n")
    Path(arguments.out + ".md").write_text(table(result))
    print(table(result).split("\n\nTolerances")[0])
    print("all within tolerance" if result["passes"] else "a tolerance was missed")
    return 0 if result["passes"] else 1


def anonymous(words: list) -> list:
    """The command as anyone would type it: directories of this machine become DIR."""
    return ["DIR" if os.path.isabs(word) else word for word in words]


if __name__ == "__main__":
    sys.exit(main())
