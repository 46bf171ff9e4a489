"""How a tensor is stored in each precision, and what a reader gets back."""
from __future__ import annotations

import gguf
import numpy as np

from recipe import Size

BLOCK = 32  # values of a row that share a scale in both quantisations
FILE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 7}
QUANTISED = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0}


def fits(size: Size) -> bool:
    """Whether every matrix of a rung has rows of whole blocks."""
    return size.width % BLOCK == 0 and size.hidden % BLOCK == 0


def kind_of(name: str, value: np.ndarray, weights: str) -> gguf.GGMLQuantizationType:
    """
    The type of one tensor. Norms stay f32. An embedding that is the output matrix as well stays at 8 bits in a 4-bit file: llama.cpp's
    own quantiser gives it Q6_K, and Q8_0 where the rows are no multiple of 256, as none of ours are.
    """
    if value.ndim == 1 or weights == "f32":
        return gguf.GGMLQuantizationType.F32
    if weights == "f16":
        return gguf.GGMLQuantizationType.F16
    return QUANTISED["q8_0" if name.startswith("token_embd") else weights]


def encode(name: str, value: np.ndarray, weights: str) -> tuple[np.ndarray, gguf.GGMLQuantizationType]:
    kind = kind_of(name, value, weights)
    return gguf.quants.quantize(value.astype(np.float32), kind), kind


def rounded(name: str, value: np.ndarray, weights: str) -> np.ndarray:
    """The float32 values that a reader of the file computes with."""
    return gguf.quants.dequantize(*encode(name, value, weights))
