"""Holds llama.cpp with an adapter to torch with the same adapter, on the first test documents' prompts.

    python scripts/finetune/check.py examples.json adapter.gguf --workdir DIR

Twice: with the base model's file as it is, and with its weights written out in float32 (scripts/alignment/dequantise.py), where
nothing but rounding is left between the two. Prints the largest and the mean difference of a logit over the whole vocabulary,
and of one label's first token where the differences of interest are; the same for the model without the adapter, so that a
difference that is the base's own is not blamed on the adapter. Exits with 1 where float32 differs by more than 0.01.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import gguf
import numpy as np
import torch

from llama import MATRICES, Llama, read_llama

HERE = Path(__file__).resolve().parent
LARGEST = 0.01


def load_adapter(model: Llama, path: Path) -> None:
    reader = gguf.GGUFReader(path)
    alpha = reader.fields["adapter.lora.alpha"].contents()
    tensors = {tensor.name: torch.from_numpy(np.array(tensor.data)) for tensor in reader.tensors}
    rank = next(iter(tensors.values())).shape[0]
    model.adapt(rank, alpha, 0)
    for index, layer in enumerate(model.layers):
        for name in MATRICES:
            matrix = getattr(layer, name)
            for part in ("lora_a", "lora_b"):
                getattr(matrix, part).data.copy_(tensors.pop(f"blk.{index}.{name}.weight.{part}"))
    if tensors:
        raise SystemExit(f"the adapter holds more: {sorted(tensors)[:3]}")


@torch.no_grad()
def torch_logits(model: Llama, probes: list[dict]) -> np.ndarray:
    rows = []
    for probe in probes:
        ids = torch.tensor([probe["prompt"]])
        at = torch.zeros_like(ids, dtype=torch.bool)
        at[0, -1] = True
        rows.append(model(ids, at)[0].numpy())
    return np.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--workdir", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    given = json.loads(args.examples.read_text())
    probes, shipped = given["probes"], Path(given["model"]["path"])
    args.workdir.mkdir(parents=True, exist_ok=True)
    whole = args.workdir / f"{shipped.stem}.f32.gguf"
    if not whole.exists():
        subprocess.run([sys.executable, HERE.parent / "alignment" / "dequantise.py", shipped, whole], check=True)

    def engine_logits(path: Path, adapter: Path | None) -> np.ndarray:
        out = args.workdir / "logits.f32"
        extra = [] if adapter is None else [adapter]
        subprocess.run(["node", HERE / "logits.mjs", args.examples, out, path, *extra], check=True)
        return np.fromfile(out, dtype=np.float32).reshape(len(probes), -1)

    model = read_llama(shipped)
    reference = {"base": torch_logits(model, probes)}
    load_adapter(model, args.adapter)
    reference["base + adapter"] = torch_logits(model, probes)
    moved = np.abs(reference["base + adapter"] - reference["base"])
    print(f"the adapter moves a logit by {moved.mean():.3f} on average, {moved.max():.2f} at most ({len(probes)} prompts)")
    worst = 0.0
    for weights, path in (("float32", whole), ("as shipped", shipped)):
        for name, adapter in (("base", None), ("base + adapter", args.adapter)):
            off = np.abs(engine_logits(path, adapter) - reference[name])
            print(f"llama.cpp against torch, weights {weights}, {name}: largest {off.max():.5f}, mean {off.mean():.6f}")
            if weights == "float32":
                worst = max(worst, float(off.max()))
    if worst > LARGEST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
