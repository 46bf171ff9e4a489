"""Reads a run: the manifest and every line that it holds, the test documents by id. Nothing is taken from results.json."""
import json
from pathlib import Path

import numpy as np


def lines(path):
    if not path.exists():
        return []
    rows = []
    for line in path.read_text().split("\n"):
        if line:
            rows.append(json.loads(line))
    return rows


class Run:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text())
        self.name = self.manifest["name"]
        self.none = self.manifest["noneLabel"]
        self.all_labels = self.manifest["labels"]
        self.labels = [label for label in self.all_labels if label != self.none]
        self.mode = self.manifest["identity"]["labelScoring"]
        self.forced = self.manifest["identity"].get("forceAnswers")
        self.traces = {"test": {}, "calibration": {}, "train": {}}
        for trace in lines(self.folder / "traces.jsonl"):
            self.traces[trace["split"]][trace["document"]["id"]] = trace
        self.captured = {
            kind: {(row["split"], row["id"]): row for row in lines(self.folder / f"{kind}.jsonl")}
            for kind in ("trees", "unary", "binary", "hidden")
        }
        self.logits = self.matrix("logits.npy")
        self.hidden = self.matrix("hidden.npy")

    def matrix(self, name):
        path = self.folder / name
        return np.load(path, mmap_mode="r") if path.exists() else None

    def first_steps(self, split, ids):
        return [self.traces[split][i]["steps"][0] for i in ids]


def read(folders):
    """All runs below the folders, by name."""
    found = []
    for folder in map(Path, folders):
        places = [folder] if (folder / "manifest.json").exists() else sorted(folder.iterdir())
        found += [Run(place) for place in places if (place / "manifest.json").exists()]
    return {run.name: run for run in found}
