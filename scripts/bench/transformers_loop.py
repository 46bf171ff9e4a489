#!/usr/bin/env python3
"""The loop that papers use: transformers in float32, the whole prompt again for every document.

usage: transformers_loop.py MODEL.gguf JOB.json THREADS

JOB.json: {"prompts": [text …], "budget": tokens}. Greedy answers up to `"]`, an end token or the budget; at every step
the entropy of the full vocabulary. Prints a line of JSON; loading is not part of `seconds`.
"""
import json
import math
import os
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

transformers.utils.logging.set_verbosity_error()
path, job_path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
folder, name = os.path.split(os.path.abspath(path))
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
job = json.load(open(job_path))

entropy = steps = tokens = 0
answers = []
start = time.perf_counter()
for prompt in job["prompts"]:
    ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
    tokens += ids.shape[1]
    with torch.no_grad():
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=job["budget"],
            do_sample=False,
            return_dict_in_generate=True,
            output_logits=True,
            stop_strings=['"]'],
            tokenizer=tokenizer,
            pad_token_id=tokenizer.eos_token_id or 0,
        )
    for row in out.logits:
        log_p = torch.log_softmax(row[0].double(), -1)
        entropy -= float((log_p.exp() * log_p).sum()) / math.log(2)
        steps += 1
    answers.append(tokenizer.decode(out.sequences[0, ids.shape[1]:]))
seconds = time.perf_counter() - start
print(json.dumps({
    "documents": len(job["prompts"]),
    "seconds": seconds,
    "promptTokens": tokens,
    "steps": steps,
    "meanEntropyBits": entropy / max(1, steps),
    "answers": answers,
    "versions": f"transformers {transformers.__version__}, torch {torch.__version__}",
}))
