"""Rows of every tensor type that labelscope looks into, and what the gguf package says they stand for.

usage: pip install gguf==0.19.0 numpy && python scripts/golden/dequantise.py > test/golden/dequantise.golden.json
"""
import base64
import json

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as T
from gguf.quants import dequantize

rng = np.random.default_rng(7)
#: Where a block keeps its float16 scales: random bits there would be infinities.
HALVES = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q2_K: [80, 82], T.Q3_K: [108],
          T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.F16: [0]}
rows = []
for kind in (T.F32, T.F16, T.BF16, *HALVES):
    elements, size = GGML_QUANT_SIZES[kind]
    count = 2 if elements > 1 else 6
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for at in HALVES.get(kind, []):
        blocks[:, at:at + 2] = rng.normal(0, 0.05, count).astype(np.float16).view(np.uint8).reshape(count, 2)
    if kind in (T.F32, T.BF16):
        numbers = rng.normal(0, 1, count).astype(np.float32).view(np.uint8).reshape(count, 4)
        blocks = numbers if kind == T.F32 else np.ascontiguousarray(numbers[:, 2:])
    values = dequantize(blocks, kind).astype(np.float32).reshape(-1)
    rows.append({"type": int(kind), "name": kind.name, "bytes": base64.b64encode(blocks.tobytes()).decode(),
                 "values": base64.b64encode(values.tobytes()).decode()})
print(json.dumps(rows))
