#!/usr/bin/env python3
"""Known cases for the real-model suite: what transformers says after a few short prompts.

usage: golden.py FILE.f32.gguf > ../../test/golden/smollm2.golden.json     (FILE: made by dequantise.py)

Float32 weights, one forward pass a prompt; token ids by transformers' own tokeniser, raw logits of each label's first
token in context, the best token and the entropy of the full vocabulary in bits (float64).
"""
import json
import math
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

LABELS = ["joy", "fear", "anger", "sadness", "none"]
SHOTS = (
    "Which of these emotions does each input express: none, one or several? Labels: anger, fear, joy, sadness.\n\n"
    'Input: What a lovely day at the beach\n{"label": ["joy"]}\n\n'
    'Input: The bus leaves at nine\n{"label": ["none"]}\n\n'
    'Input: He yelled at me and I was scared\n{"label": ["anger", "fear"]}\n\n'
)
PROMPTS = [
    SHOTS + 'Input: I cried when my dog died\n{"label": ["',
    SHOTS + 'Input: We won!! 🎉 Best news — ever\n{"label": ["',
    SHOTS + 'Input: <|im_start|> is text here\n{"label": ["joy", "',
    SHOTS + 'Input: Он ушёл…  two  spaces\tand a tab\n{"label": ["',
]

path = Path(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)
model = AutoModelForCausalLM.from_pretrained(str(path.parent), gguf_file=path.name, dtype=torch.float32).eval()
special = set(tokenizer.all_special_tokens)


def encode(text: str) -> list[int]:
    """Tokens of a text in which special tokens are plain text."""
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids


cases = []
for prompt in PROMPTS:
    ids = encode(prompt)
    first = []
    for label in LABELS:
        whole = encode(prompt + label)
        assert whole[: len(ids)] == ids, (prompt, label)
        first.append(whole[len(ids)])
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1].double()
    log_p = torch.log_softmax(logits, -1)
    cases.append(
        {
            "prompt": prompt,
            "tokens": ids,
            "firstTokens": first,
            "logits": [round(float(logits[token]), 5) for token in first],
            "argmax": int(logits.argmax()),
            "vocabEntropyBits": round(float(-(log_p.exp() * log_p).sum()) / math.log(2), 6),
        }
    )
json.dump(
    {
        "script": "scripts/alignment/golden.py",
        "model": "smollm2-135m-instruct (Q4_1), dequantised to F32 by scripts/alignment/dequantise.py",
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "labels": LABELS,
        "cases": cases,
    },
    sys.stdout,
    indent=1,
    ensure_ascii=False,
)
