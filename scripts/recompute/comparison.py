"""The documents that all compared runs hold, their targets, and every estimate of every run, made once."""
import numpy as np

import calibrate
import classifier
import estimators
import pooled
import resample
import targets

DOCUMENT_ONLY = ("truth", "constant")


class Comparison:
    def __init__(self, runs, seed=1):
        self.runs = runs
        first = next(iter(runs.values()))
        held = set.intersection(*(set(run.traces["test"]) for run in runs.values()))
        self.ids = sorted(held)
        self.labels = first.labels
        self.rule = first.manifest["task"]["gold"]
        self.documents = [first.traces["test"][i]["document"] for i in self.ids]
        self.targets = targets.Targets(self.documents, self.labels, self.rule)
        self.resamples = resample.Resamples(len(self.ids), seed)
        self.estimates, self.learned, self.drawn, self.penalties, self.document_values = {}, {}, {}, {}, {}

    def draws(self, key, statistic):
        if key not in self.drawn:
            self.drawn[key] = self.resamples.of(statistic)
        return self.drawn[key]

    def metric(self, run, name, metric):
        key = ("shared" if name in DOCUMENT_ONLY else run, name, metric)
        if metric in pooled.DOCUMENT:
            return self.draws(key, resample.mean(*self.values(run, name)[metric]))
        return self.draws(key, pooled.statistic(metric, self.estimate(run, name), self.targets))

    def values(self, run, name):
        """Metrics that are means over documents, document by document."""
        if (run, name) not in self.document_values:
            self.document_values[run, name] = pooled.document_values(self.estimate(run, name), self.targets)
        return self.document_values[run, name]

    def calibration(self, run):
        ids = sorted(self.runs[run].traces["calibration"])
        documents = [self.runs[run].traces["calibration"][i]["document"] for i in ids]
        return ids, targets.Targets(documents, self.labels, self.rule).human if ids else None

    def estimate(self, run, name):
        """Rows in the order of `ids`; None where the run cannot give it."""
        if (run, name) not in self.estimates:
            try:
                self.estimates[run, name] = self.make(run, name)
            except KeyError:
                self.estimates[run, name] = None
        return self.estimates[run, name]

    def make(self, run, name):
        record = self.runs[run]
        if name == "truth":
            return self.targets.truth
        if name == "constant":
            return np.full(self.targets.human.shape, 0.1)
        if name in ("sft-hard", "sft-max"):
            plain = "hard" if name == "sft-hard" else "max-over-generations"
            return self.estimate(self.finetuned(run), plain)
        if record.forced and name in ("hard", "max-over-generations"):
            return None
        if name.endswith("+platt"):
            return self.scaled(run, name.removesuffix("+platt"))
        if name == "temperature":
            ids, human = self.calibration(run)
            if not ids:
                return None
            t = calibrate.temperature(record, "calibration", ids, human)
            self.learned[run, name] = {"temperature": t}
            return estimators.first_step(record, "test", self.ids, t)
        if name == "first-step+bc":
            logs = np.log([estimators.distribution(s) for s in record.first_steps("test", self.ids)])
            every = [*self.labels, *([record.manifest["noneLabel"]] if record.manifest["noneLabel"] else [])]
            self.learned[run, name] = dict(zip(every, logs.mean(axis=0)))
            return estimators.batch_calibrated(record, self.ids)
        if name == "probe":
            return self.probed(run)
        return estimators.PLAIN[name](record, "test", self.ids)

    def on_calibration(self, run, name):
        """A plain estimator's rows of the calibration documents with their gold sets; None for what is learned there."""
        ids, _ = self.calibration(run)
        if not ids or name not in (*estimators.PLAIN, "constant"):
            return None
        documents = [self.runs[run].traces["calibration"][i]["document"] for i in ids]
        gold = targets.Targets(documents, self.labels, self.rule).gold
        if name == "constant":
            return np.full(gold.shape, 0.1), gold
        try:
            return estimators.PLAIN[name](self.runs[run], "calibration", ids), gold
        except KeyError:
            return None

    def scaled(self, run, base):
        ids, human = self.calibration(run)
        if not ids:
            return None
        at = calibrate.platt(estimators.PLAIN[base](self.runs[run], "calibration", ids), human)
        if at is None:
            return None
        self.learned[run, f"{base}+platt"] = {"slope": at[0], "intercept": at[1]}
        return calibrate.apply(self.estimate(run, base), at)

    def probed(self, run):
        x, at, documents = self.states(run)
        if not len(x):
            return None
        shares = targets.Targets(documents, self.labels, self.rule).human
        x, at, keep = classifier.components(x, at)
        self.learned[run, "probe"] = {"components": keep, "inverse-penalty": classifier.chosen(x, shares, 0)}
        c = self.penalties.get(run, self.learned[run, "probe"]["inverse-penalty"])
        return np.column_stack([classifier.predict(x, share, at, c) for share in shares.T])

    def states(self, run):
        """Hidden states of the train documents and of the compared ones, and the train documents."""
        record = self.runs[run]
        rows = record.captured["hidden"]
        train = [row for (split, _), row in sorted(rows.items()) if split == "train"]
        if not train:
            return [], [], []
        x = np.array([record.hidden[row["row"]] for row in train], np.float64)
        at = np.array([record.hidden[rows["test", i]["row"]] for i in self.ids], np.float64)
        return x, at, [row["document"] for row in train]

    def finetuned(self, run):
        model = self.runs[run].manifest["model"]["id"]
        for other, record in self.runs.items():
            about = record.manifest["model"]
            if about.get("variant") == "sft" and about.get("parent") == model:
                return other
        return None
