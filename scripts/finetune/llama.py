"""A llama in plain torch whose weights are read from a GGUF file, quantised ones dequantised, with a low-rank adapter.

The conventions are llama.cpp's: rotary pairs (2i, 2i + 1), RMS norm, SwiGLU, grouped keys and values, tied embedding.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Shape:
    layers: int
    width: int
    heads: int
    kv_heads: int
    epsilon: float
    rope_base: float
    name: str


class Matrix(nn.Module):
    """A frozen matrix W that can carry an adapter: W x + alpha / rank · B (A x)."""

    def __init__(self, weight: Tensor):
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.scale = 0.0

    def adapt(self, rank: int, alpha: float, generator: torch.Generator) -> None:
        """Adds an adapter that changes nothing yet (B is 0)."""
        outputs, inputs = self.weight.shape
        self.lora_a = nn.Parameter(torch.randn(rank, inputs, generator=generator) / math.sqrt(inputs))
        self.lora_b = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight)
        return y if self.scale == 0 else y + self.scale * F.linear(F.linear(x, self.lora_a), self.lora_b)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotary embedding of (batch, heads, time, head width) by angles (time, head width / 2)."""
    cos, sin = angles.cos(), angles.sin()
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, shape: Shape, weights: dict[str, Tensor], index: int):
        super().__init__()
        self.shape = shape
        for name in MATRICES:
            setattr(self, name, Matrix(weights[f"blk.{index}.{name}.weight"]))
        for name in ("attn_norm", "ffn_norm"):
            self.register_buffer(name, weights[f"blk.{index}.{name}.weight"], persistent=False)

    def forward(self, x: Tensor, angles: Tensor) -> Tensor:
        shape, (batch, time, width) = self.shape, x.shape
        y = F.rms_norm(x, (width,), self.attn_norm, shape.epsilon)
        q = self.attn_q(y).view(batch, time, shape.heads, -1).transpose(1, 2)
        k, v = (f(y).view(batch, time, shape.kv_heads, -1).transpose(1, 2) for f in (self.attn_k, self.attn_v))
        q, k = rotate(q, angles), rotate(k, angles)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=shape.kv_heads != shape.heads)
        x = x + self.attn_output(y.transpose(1, 2).reshape(batch, time, width))
        y = F.rms_norm(x, (width,), self.ffn_norm, shape.epsilon)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Llama(nn.Module):
    def __init__(self, shape: Shape, weights: dict[str, Tensor]):
        super().__init__()
        self.shape = shape
        self.register_buffer("embedding", weights["token_embd.weight"], persistent=False)
        self.register_buffer("output", weights.get("output.weight", self.embedding), persistent=False)
        self.register_buffer("norm", weights["output_norm.weight"], persistent=False)
        self.layers = nn.ModuleList(Layer(shape, weights, index) for index in range(shape.layers))

    def adapt(self, rank: int, alpha: float, seed: int) -> None:
        """Gives every matrix an adapter; the seed decides A."""
        generator = torch.Generator().manual_seed(seed)
        for layer in self.layers:
            for name in MATRICES:
                getattr(layer, name).adapt(rank, alpha, generator)

    def forward(self, ids: Tensor, at: Tensor) -> Tensor:
        """Logits where `at`, a boolean like ids (batch, time), is true: (chosen, vocabulary). Sequences are padded on the right."""
        head_width = self.shape.width // self.shape.heads
        rates = self.shape.rope_base ** (-torch.arange(0, head_width, 2).float() / head_width)
        angles = torch.arange(ids.shape[1])[:, None].float() * rates
        x = F.embedding(ids, self.embedding)
        for layer in self.layers:
            x = layer(x, angles)
        x = F.rms_norm(x[at], (self.shape.width,), self.norm, self.shape.epsilon)
        return F.linear(x, self.output)


def read_llama(path: Path) -> Llama:
    """The model of a GGUF file in float32. Fails for another architecture, and for a file with tensors that have no place."""
    reader = gguf.GGUFReader(path)

    def value(key: str, default: object = None):
        field = reader.fields.get(key)
        if field is None and default is None:
            raise SystemExit(f"{path}: no {key}")
        return default if field is None else field.contents()

    if value("general.architecture") != "llama":
        raise SystemExit(f"{path}: architecture {value('general.architecture')}; llama is what this script knows")
    heads = value("llama.attention.head_count")
    shape = Shape(
        layers=value("llama.block_count"), width=value("llama.embedding_length"), heads=heads,
        kv_heads=value("llama.attention.head_count_kv", heads),
        epsilon=value("llama.attention.layer_norm_rms_epsilon"), rope_base=value("llama.rope.freq_base", 10000.0),
        name=value("general.name", path.stem),
    )
    weights = {}
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        dimensions = [int(size) for size in reversed(tensor.shape)]
        weights[tensor.name] = torch.from_numpy(np.array(values, dtype=np.float32).reshape(dimensions))
    known = {"token_embd.weight", "output.weight", "output_norm.weight"} | {
        f"blk.{index}.{name}.weight" for index in range(shape.layers) for name in (*MATRICES, "attn_norm", "ffn_norm")
    }
    if extra := set(weights) - known:
        raise SystemExit(f"{path}: no place for {sorted(extra)[:3]}: biases or another kind of llama")
    return Llama(shape, weights)


def write_adapter(model: Llama, path: Path, alpha: float, facts: dict[str, str]) -> None:
    """The adapter as GGUF: `facts` are general.* texts (name, description, license, base model)."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_name(facts["name"])
    writer.add_description(facts["description"])
    writer.add_license(facts["license"])
    writer.add_finetune("lora")
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, facts["parent"])
    writer.add_base_model_version(0, facts["parentSha256"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for index, layer in enumerate(model.layers):
        for name in MATRICES:
            matrix = getattr(layer, name)
            for part in ("lora_a", "lora_b"):
                values = getattr(matrix, part).detach().numpy().astype(np.float32)
                writer.add_tensor(f"blk.{index}.{name}.weight.{part}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
