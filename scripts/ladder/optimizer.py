"""Muon: momentum whose update is made orthogonal by five Newton–Schulz steps, in float32, equal shapes in one batch.

After Jordan et al. 2024 (coefficients 3.4445, −4.7750, 2.0315). torch's own Muon works in bfloat16, which is slow on a CPU.
"""
from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor


def orthogonalised(x: Tensor) -> Tensor:
    """(batch, rows, columns) → singular values near 1, same singular vectors."""
    wide = x.shape[-2] <= x.shape[-1]
    x = x if wide else x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x if wide else x.mT


class Muon(torch.optim.Optimizer):
    def __init__(self, params: list[Tensor], lr: float, momentum: float, weight_decay: float):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            by_shape: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
            for param in group["params"]:
                if param.grad is not None:
                    by_shape[tuple(param.shape)].append(param)
            for shape, params in by_shape.items():
                updates = []
                for param in params:
                    state = self.state[param]
                    average = state.setdefault("momentum", torch.zeros_like(param))
                    average.lerp_(param.grad, 1 - group["momentum"])
                    updates.append(param.grad.lerp(average, group["momentum"]))
                rate = group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
                for param, update in zip(params, orthogonalised(torch.stack(updates))):
                    param.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)
