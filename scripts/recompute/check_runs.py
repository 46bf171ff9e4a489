"""`runs`: that results and runs belong together, what the runs hold, and what it cost."""


def check(ledger, comparison):
    ledger.equal("runs", ("task", "documents"), len(comparison.ids))
    for index, row in enumerate(ledger.results["runs"]):
        if row["kind"] == "run":
            one(ledger, comparison, ("runs", index), comparison.runs[row["run"]])


def one(ledger, comparison, path, run):
    manifest = run.manifest
    same = {
        ("model", "sha256"): manifest["model"]["sha256"],
        ("provenance", "created"): manifest["created"],
        ("provenance", "taskHash"): manifest["task"]["hash"],
        ("provenance", "dataHashes"): manifest["task"]["dataHashes"],
        ("provenance", "promptHash"): manifest["prompt"]["hash"],
        ("provenance", "identity"): manifest["identity"],
        ("provenance", "demonstrations"): manifest["prompt"]["composition"],
    }
    for key, value in same.items():
        ledger.equal("runs: hashes, that they belong together", (*path, *key), value)
    size = manifest["model"]
    parameters = {"total": "totalParameters", "embedding": "embeddingParameters", "nonEmbedding": "nonEmbeddingParameters"}
    for key, name in parameters.items():
        ledger.equal("runs", (*path, "model", "parameters", key), size[name])
    traces = [run.traces["test"][i] for i in comparison.ids]
    problems = {}
    for trace in traces:
        for problem in trace["answer"]["problems"]:
            problems[problem] = problems.get(problem, 0) + 1
    hidden = [split for split, _ in run.captured["hidden"]]
    counts = {
        "test": len(run.traces["test"]),
        "calibration": len(run.traces["calibration"]),
        "train": max(len(run.traces["train"]), hidden.count("train")),
        "compared": len(comparison.ids),
        "traced": len(traces),
        "wellFormed": sum(t["answer"]["wellFormed"] for t in traces),
        "forced": sum(any(s.get("forced") for s in t["steps"]) for t in traces),
    }
    for key, value in counts.items():
        ledger.equal("runs", (*path, "documents", key), value)
    stored = ledger.at((*path, "documents", "problems"))
    for k, entry in enumerate(stored):
        ledger.equal("runs", (*path, "documents", "problems", k, "count"), problems.get(entry["problem"]))
    cost(ledger, comparison, (*path, "cost"), run, traces)


def cost(ledger, comparison, path, run, traces):
    group = "runs: cost"
    ledger.equal(group, (*path, "greedy", "documents"), len(traces))
    ledger.equal(group, (*path, "greedy", "labelSteps"), sum(len(t["steps"]) for t in traces))
    ledger.equal(group, (*path, "greedy", "tokens"), sum(len(t["answer"]["tokens"]) for t in traces))
    for kind, records in (("tree", "trees"), ("unary", "unary"), ("binary", "binary")):
        held = [run.captured[records]["test", i] for i in comparison.ids if ("test", i) in run.captured[records]]
        if not held:
            continue
        ledger.equal(group, (*path, kind, "documents"), len(held))
        ledger.equal(group, (*path, kind, "tokens"), sum(r["evaluatedTokens"] for r in held))
        if kind == "tree":
            ledger.equal(group, (*path, kind, "labelSteps"), sum(r["expansions"] for r in held))
            continue
        ledger.equal(group, (*path, kind, "naiveTokens"), sum(r["naiveTokens"] for r in held))
        asked = [len(r["labels"]) if kind == "unary" else 2 * len(r["pairs"]) for r in held]
        ledger.equal(group, (*path, kind, "questions"), sum(asked))
