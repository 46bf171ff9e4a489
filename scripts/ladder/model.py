"""A llama in plain torch, with the conventions of llama.cpp: rotary pairs (2i, 2i + 1), RMS norm, SwiGLU, tied embedding."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipe import NORM_EPSILON, ROPE_BASE, VOCABULARY, Size

Cache = list[tuple[Tensor, Tensor]]


class Matrix(nn.Linear):
    """A linear map without bias that can carry a low-rank adapter: W x + scale · B (A x)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, bias=False)
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.scale = 0.0

    def adapt(self, rank: int, alpha: float, generator: torch.Generator) -> None:
        """Adds an adapter that changes nothing yet (B is 0)."""
        spread = 1 / math.sqrt(self.in_features)
        self.lora_a = nn.Parameter(torch.randn(rank, self.in_features, generator=generator) * spread)
        self.lora_b = nn.Parameter(torch.zeros(self.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight)
        if self.lora_a is None or self.lora_b is None:
            return y
        return y + self.scale * F.linear(F.linear(x, self.lora_a), self.lora_b)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotary embedding of (batch, heads, time, head width) by angles (time or batch × time, head width / 2)."""
    cos, sin = angles.cos(), angles.sin()
    if angles.dim() == 3:
        cos, sin = cos[:, None], sin[:, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, size: Size):
        super().__init__()
        self.heads = size.heads
        self.attn_norm = nn.RMSNorm(size.width, NORM_EPSILON)
        self.ffn_norm = nn.RMSNorm(size.width, NORM_EPSILON)
        self.attn_q = Matrix(size.width, size.width)
        self.attn_k = Matrix(size.width, size.width)
        self.attn_v = Matrix(size.width, size.width)
        self.attn_output = Matrix(size.width, size.width)
        self.ffn_gate = Matrix(size.width, size.hidden)
        self.ffn_up = Matrix(size.width, size.hidden)
        self.ffn_down = Matrix(size.hidden, size.width)

    def attend(self, x: Tensor, angles: Tensor, mask: Tensor | None, past: tuple[Tensor, Tensor] | None):
        batch, time, width = x.shape
        y = self.attn_norm(x)
        q, k, v = (
            f(y).view(batch, time, self.heads, -1).transpose(1, 2) for f in (self.attn_q, self.attn_k, self.attn_v)
        )
        q, k = rotate(q, angles), rotate(k, angles)
        if past is not None:
            k = torch.cat((past[0].expand(batch, -1, -1, -1), k), 2)
            v = torch.cat((past[1].expand(batch, -1, -1, -1), v), 2)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        return x + self.attn_output(y.transpose(1, 2).reshape(batch, time, width)), (k, v)

    def feed(self, x: Tensor) -> Tensor:
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Llama(nn.Module):
    """Weights carry the tensor names of a GGUF file, with `layers.N` for `blk.N`."""

    def __init__(self, size: Size, seed: int = 0):
        super().__init__()
        self.size = size
        self.token_embd = nn.Embedding(VOCABULARY, size.width)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.output_norm = nn.RMSNorm(size.width, NORM_EPSILON)
        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.token_embd.weight, std=0.05, generator=generator)
        for module in self.modules():
            if isinstance(module, Matrix):
                nn.init.normal_(module.weight, std=1 / math.sqrt(module.in_features), generator=generator)
        for layer in self.layers:
            for matrix in (layer.attn_output, layer.ffn_down):
                matrix.weight.data.mul_(1 / math.sqrt(2 * size.layers))

    def matrices(self) -> list[Matrix]:
        return [module for module in self.modules() if isinstance(module, Matrix)]

    def adapt(self, rank: int, alpha: float, seed: int = 0) -> None:
        """Freezes the model and gives every matrix an adapter."""
        self.requires_grad_(False)
        generator = torch.Generator().manual_seed(seed)
        for matrix in self.matrices():
            matrix.adapt(rank, alpha, generator)

    def hidden(
        self, ids: Tensor, positions: Tensor | None = None, mask: Tensor | None = None, past: Cache | None = None,
        at: Tensor | None = None,
    ) -> tuple[Tensor, Cache]:
        """States after the final norm, (batch, time, width), and the keys and values of every layer.

        With `at`, a boolean (batch, time), only the states there, (chosen, width): the last layer is spared the rest.

        Positions (time) or (batch, time) count from 0 when absent. A boolean mask, true where a query may look,
        replaces the causal one; it covers the past first.
        """
        if positions is None:
            positions = torch.arange(ids.shape[1], device=ids.device)
        head_width = self.size.width // self.size.heads
        rates = ROPE_BASE ** (-torch.arange(0, head_width, 2, device=ids.device).float() / head_width)
        angles = positions[..., None].float() * rates
        x, cache = self.token_embd(ids), []
        for index, layer in enumerate(self.layers):
            x, kept = layer.attend(x, angles, mask, past[index] if past else None)
            cache.append(kept)
            if at is not None and index == len(self.layers) - 1:
                x = x[at]
            x = layer.feed(x)
        return self.output_norm(x), cache

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.token_embd.weight)

    def forward(self, ids: Tensor) -> Tensor:
        return self.logits(self.hidden(ids)[0])
