"""The model card and `ladder.json`: every figure is read from the stages' own records, none is typed in."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import corpus
import dataset
import mixture
from evaluate import RESAMPLES, bootstrap, entropy_bits, laws_of
from export import file_name, size_label
from prompts import POSTS
from stages import Job, Workspace, open_workspace, write_json

HERE = Path(__file__).parent


def shown(values: list[float], digits: int = 2) -> str:
    """`0.36 [0.33, 0.39]`; a dash where no post has a value."""
    return f"{values[0]:.{digits}f} [{values[1]:.{digits}f}, {values[2]:.{digits}f}]" if values else "–"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def figures(work: Workspace, job: Job) -> dict[str, list[float]]:
    return json.loads((work.folder(job) / "figures.json").read_text())


def per_post(work: Workspace, job: Job) -> dict[str, np.ndarray]:
    return dict(np.load(work.folder(job) / "figures.npz"))


def paired(work: Workspace, first: Job, second: Job, figure: str) -> str:
    """Mean of second − first over the same posts, with its interval; in bold where the interval leaves out 0."""
    mean, low, high = bootstrap(per_post(work, second)[figure] - per_post(work, first)[figure])
    text = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"**{text}**" if low * high > 0 else text


def record(work: Workspace, job: Job, optional: str) -> dict:
    path = work.folder(job) / optional
    return json.loads(path.read_text()) if path.exists() else {}


def measured(work: Workspace) -> list[Job]:
    """The shipped models that are trained, exported and evaluated."""
    return [job for job in work.shipped() if record(work, job, "export.json") and record(work, job, "figures.json")]


def family_table(work: Workspace) -> str:
    rows = []
    for job in measured(work):
        facts, exported, size = work.facts(job), record(work, job, "export.json"), work.recipe.sizes[job.size]
        loss = f"{facts['validationLoss']:.3f}" if "validationLoss" in facts else f"expected F1 {facts['expectedF1']:.3f}, KL {facts['kl']:.2f}"
        rows.append([
            f"{job.size} {job.kind}", f"{size.width}×{size.layers}×{size.heads}×{size.hidden}", f"{size.non_embedding:,}",
            f"{size.embedding:,}", f"{facts['steps']:,}", f"{facts['tokens'] / 1e6:.2f} M", loss, f"{exported.get('bytes', 0) / 1000:.0f} kB"])
    return table(["model", "width×layers×heads×ff", "non-embedding", "embedding", "steps", "tokens", "validation loss*", "file"], rows)


MAIN = {"KL set": "klSet", "KL first": "klFirst", "L1 marginal": "l1Marginal", "F1": "f1", "H step 1": "entropy",
        "H later": "laterEntropy", "H later, forced": "forcedEntropy", "label mass": "labelMass", "well-formed": "wellFormed"}
SIDE = {"posts-fine KL set": "fine.klSet", "posts-fine F1": "fine.f1", "list KL set": "list.klSet", "list well-formed": "list.wellFormed",
        "0-shot KL set": "zeroShot.klSet", "unary L1": "unary.l1", "binary error": "binary.error"}
ORDER = {"reversed: well-formed": "reversed.wellFormed", "prompt order": "reversed.promptOrder", "KL set": "reversed.klSet",
         "random: well-formed": "random.wellFormed", "prompt order ": "random.promptOrder", "KL set ": "random.klSet",
         "P(none), 0 null shots": "none0.none", "1": "none1.none", "3": "none3.none"}


def figure_table(work: Workspace, jobs: list[Job], columns: dict[str, str]) -> str:
    return table(["model", *columns], [
        [job.name.replace("-", " "), *(shown(figures(work, job).get(key, [])) for key in columns.values())] for job in jobs])


def pairs_table(work: Workspace, pairs: list[tuple[Job, Job]]) -> str:
    keys = {"KL set": "klSet", "L1 marginal": "l1Marginal", "F1": "f1", "H step 1": "entropy", "H later, forced": "forcedEntropy"}
    return table(["step", *keys], [
        [f"{a.name} → {b.name}".replace("-", " "), *(paired(work, a, b, key) for key in keys.values())] for a, b in pairs])


def floors() -> str:
    """What the estimators can reach: exact entropy of the first label, and simple rules' L1 to the exact marginals."""
    laws = laws_of(POSTS)
    truth = laws @ corpus.membership(len(POSTS.labels))
    first = np.array([corpus.first_label_law(law, len(POSTS.labels)) for law in laws])
    rows = dataset.rows(POSTS, "test")
    human = np.array([[np.mean([label in a for a in row["annotations"]]) for label in POSTS.labels] for row in rows])
    distance = lambda q: shown(bootstrap(np.abs(q - truth).sum(1)))
    prior = np.repeat(truth.mean(0)[None], len(truth), 0)
    return (f"Exact entropy of the first label {shown(bootstrap(np.array([entropy_bits(p) for p in first])))} bits. L1 to the exact marginals: "
            f"five annotators {distance(human)}, the exact first-label law {distance(first[:, :-1])}, the exact gold set "
            f"{distance((truth >= 0.5) * 1.0)}, the label prior {distance(prior)}.")


def verdicts(work: Workspace, jobs: list[Job]) -> str:
    """Which of the hoped-for effects the intervals bear out, and which they do not: sentences for the card."""
    bases = [job for job in jobs if job.kind == "base"]
    lines = []
    for a, b in zip(bases, bases[1:]):
        _, low, high = bootstrap(per_post(work, b)["klSet"] - per_post(work, a)["klSet"])
        effect = "falls" if high < 0 else "rises" if low > 0 else "does not measurably change"
        lines.append(f"- {a.size} → {b.size}: the distance from the exact label-set law {effect} ({paired(work, a, b, 'klSet')} bits).")
    tuned = [job for job in jobs if job.kind == "sft"]
    lower = [job.size for job in tuned
             if bootstrap(per_post(work, job)["entropy"] - per_post(work, Job("base", job.size, job.seed))["entropy"])[2] < 0]
    rest = [job.size for job in tuned if job.size not in lower]
    lines.append(f"- `sft` has a lower entropy than `base` at step 1 at {', '.join(lower) or 'no size'}" + (f", not at {', '.join(rest)}." if rest else ": every size."))
    short = [f"{job.name} {figures(work, job)['wellFormed'][0]:.3f}" for job in jobs if figures(work, job)["wellFormed"][0] < 0.99]
    lines.append(f"- Well-formed greedy answers (json, ten shots): at least 99 %{' but for ' + ', '.join(short) if short else ' for every model'}.")
    return "\n".join(lines)


def checks_table(work: Workspace) -> str:
    rows = []
    for job in measured(work):
        check = record(work, job, "check.json")
        if check:
            rows.append([f"{job.size} {job.kind}", f"{check['largestLogitDifference']:.4f}", f"{check['sameBestToken']}/{check['prompts']}",
                         f"{check['texts'] - check['wrongTexts']}/{check['texts']}"])
    return table(["model", "largest logit difference", "same best token", "texts tokenised alike"], rows) if rows else "(not run)"


def seeds_table(work: Workspace) -> str:
    """The small sizes over seeds: mean, and each seed's value."""
    rows = []
    for size in work.recipe.extra_seed_sizes:
        for kind in ("base", "sft"):
            found = [job for job in (Job(kind, size, work.recipe.seed + s) for s in (0, *work.recipe.extra_seeds))
                     if record(work, job, "figures.json")]
            cells = []
            for key in ("klSet", "l1Marginal", "f1", "entropy"):
                values = [figures(work, job)[key][0] for job in found]
                cells.append(f"{np.mean(values):.3f} ({', '.join(f'{v:.3f}' for v in values)})")
            if len(found) > 1:
                rows.append([f"{size} {kind}", str(len(found)), *cells])
    if not rows:
        return "Only one seed has been trained, so the differences above carry no seed variance: read small ones with care."
    return "Small sizes over seeds (mean, and each seed):\n\n" + table(["model", "seeds", "KL set", "L1 marginal", "F1", "H step 1"], rows)


def write_cards(work: Workspace, out: Path) -> None:
    shipped = measured(work)
    bases = [job for job in shipped if job.kind == "base"]
    base_of = lambda job: Job("base", job.size, job.seed)
    template = (HERE / "model-card.md").read_text()
    fills = {
        "family": family_table(work), "figures": figure_table(work, shipped, MAIN), "side": figure_table(work, shipped, SIDE),
        "order": figure_table(work, bases, ORDER),
        "sizes": pairs_table(work, list(zip(bases, bases[1:]))),
        "variants": pairs_table(work, [(base_of(job), job) for job in shipped if job.kind != "base"]),
        "unseen": figure_table(work, bases, {"KL set, combinations new": "klSet.seen", "KL set, a clause new": "klSet.unseen"}),
        "floors": floors(), "verdicts": verdicts(work, shipped), "checks": checks_table(work), "seeds": seeds_table(work), "resamples": str(RESAMPLES),
        "kinds": ", ".join(f"{task} {form} {100 * share:.0f} %" for (task, form), share in mixture.KINDS.items()),
        "orders": ", ".join(f"{name} {100 * share:.0f} %" for name, share in mixture.ORDERS),
        "pool": f"{work.recipe.training.pool:,}", "batch": f"{work.recipe.training.batch_tokens:,}", "seed": str(work.recipe.seed),
        "sft_steps": str(work.recipe.finetuning.steps), "rl_steps": str(work.recipe.reinforcement.steps),
        "rl_kl": str(work.recipe.reinforcement.kl_weight), "rl_size": work.recipe.reinforcement.size,
        "lora_size": work.recipe.finetuning.lora_size, "weights": work.recipe.weights,
        "hours": f"{sum(work.facts(job)['seconds'] for job in shipped) / 3600:.1f}",
        "ratio": f"{max(work.facts(job)['nonEmbedding'] for job in bases) / min(work.facts(job)['nonEmbedding'] for job in bases):.0f}",
        "megabytes": f"{sum(record(work, job, 'export.json').get('bytes', 0) for job in shipped) / 1e6:.1f}",
    }
    for name, text in fills.items():
        template = template.replace("{{" + name + "}}", text)
    (out / "MODEL_CARD.md").write_text(template)
    write_json(out / "ladder.json", {
        "seed": work.recipe.seed, "recipe": work.recipe.facts(), "tokenizer": json.loads(work.tokenizer().with_suffix(".facts.json").read_text()),
        "models": [model_facts(work, job) for job in shipped]})


def model_facts(work: Workspace, job: Job) -> dict:
    facts, size = work.facts(job), work.recipe.sizes[job.size]
    keep = ("steps", "tokens", "answerTokens", "trainLoss", "validationLoss", "expectedF1", "kl", "recipeHash")
    exported = record(work, job, "export.json")
    return {
        "id": f"ladder-{job.size}-{job.kind}", "file": file_name(job, work.recipe.weights), "size": job.size, "variant": job.kind,
        "parent": None if job.kind == "base" else f"ladder-{job.size}-base", "seed": job.seed,
        "sha256": exported.get("sha256"), "bytes": exported.get("bytes"), "sizeLabel": size_label(size.non_embedding + size.embedding),
        "nonEmbedding": size.non_embedding, "embedding": size.embedding,
        **{name: round(facts[name], 5) if isinstance(facts[name], float) else facts[name] for name in keep if name in facts},
        "check": record(work, job, "check.json"),
    }


def main() -> None:
    """Writes the cards from what is finished so far; `make.py` does the same at its end."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workdir", type=Path, default=Path(".ladder"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    write_cards(open_workspace(args.workdir, args.quick, args.seed), args.out)


if __name__ == "__main__":
    main()
