"""Sentences for the model card on what the figures bear out and what they do not, worded by the intervals alone."""
from __future__ import annotations

import numpy as np

from stages import Job, Workspace
from tables import difference, figures, record, signed, table

WELL_FORMED = 0.99
POSTS_OF = {"test split": "figures.npz", "further posts": "sizes.npz"}
SEEDED = {"KL set": "klSet", "L1 marginal": "l1Marginal", "F1": "f1", "H step 1": "entropy"}


def listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def effect(values: list[float]) -> str:
    """What a paired difference with its interval lets one say of a distance."""
    _, low, high = values
    return "falls" if high < 0 else "rises" if low > 0 else "does not measurably change"


def size_verdicts(work: Workspace, bases: list[Job]) -> list[str]:
    lines = []
    for a, b in zip(bases, bases[1:]):
        told = [f"{effect(values)} on the {posts} ({signed(values)} bits)" for posts, file in POSTS_OF.items()
                if (values := difference(work, a, b, "klSet", file))]
        lines.append(f"- {a.size} → {b.size}: the distance from the exact label-set law {', and '.join(told)}.")
    return lines


def sharpening(work: Workspace, tuned: list[Job]) -> str:
    """Whether each sft is less undecided at step 1 than its base."""
    lower = [job.name for job in tuned if difference(work, Job("base", job.size, job.seed), job, "entropy")[2] < 0]
    rest = [job.name for job in tuned if job.name not in lower]
    if not rest:
        return f"- `sft` has a lower entropy than its `base` at step 1 in each of these {len(lower)} pairs: {listed(sorted({job.size for job in tuned}, key=list(work.recipe.sizes).index))}."
    return f"- `sft` has a lower entropy than `base` at step 1 for {listed(lower) if lower else 'none'}, but not for {listed(rest)}."


def forms(work: Workspace, jobs: list[Job]) -> str:
    """Who answers well-formed often enough: the smallest size may fall short, the others should not."""
    short = [f"{job.name} ({figures(work, job)['wellFormed'][0]:.3f})" for job in jobs if figures(work, job)["wellFormed"][0] < WELL_FORMED]
    return f"- Well-formed greedy answers (json, ten shots): at least 99 % for every model{' but ' + listed(short) if short else ''}."


def verdicts(work: Workspace, jobs: list[Job]) -> str:
    bases, tuned = ([job for job in jobs if job.kind == kind] for kind in ("base", "sft"))
    return "\n".join([*size_verdicts(work, bases), sharpening(work, tuned), forms(work, jobs)])


def found_seeds(work: Workspace, size: str, kind: str) -> list[Job]:
    jobs = (Job(kind, size, work.recipe.seed + extra) for extra in (0, *work.recipe.extra_seeds))
    return [job for job in jobs if record(work, job, "figures.json")]


def seed_steps(work: Workspace) -> tuple[list[list[str]], list[str]]:
    """Rows of paired differences a seed, and a sentence for each step between sizes."""
    rows, lines = [], []
    sizes = list(work.recipe.extra_seed_sizes)
    every = [work.recipe.seed + extra for extra in (0, *work.recipe.extra_seeds)]
    for small, large in zip(sizes, sizes[1:]):
        told = []
        for posts, file in POSTS_OF.items():
            values = [difference(work, Job("base", small, seed), Job("base", large, seed), "klSet", file) for seed in every]
            found = [v for v in values if v]
            falling, lower = sum(effect(v) == "falls" for v in found), sum(v[0] < 0 for v in found)
            rows.append([f"{small} → {large}, {posts}", *map(signed, values)])
            if found:
                told.append(f"in {falling} of {len(found)} seeds on the {posts}" + (f" (the mean alone in {lower})" if lower > falling else ""))
        lines.append(f"- {small} → {large}: it falls, with the whole interval below 0, {', and '.join(told) if told else 'in no seed that was measured'}.")
    return rows, lines


def beyond_seeds(work: Workspace) -> str:
    """What the spread over seeds says of the sizes that were trained from one seed only."""
    order, last = list(work.recipe.sizes), work.recipe.extra_seed_sizes[-1]
    single = order[order.index(last) + 1 :]
    spread = float(np.std([figures(work, job)["klSet"][0] for job in found_seeds(work, last, "base")], ddof=1))
    if not single:
        return "- Every size was trained from every seed."
    return (f"- {listed(single)}: trained from one seed. That of {last} base varies over its seeds by {spread:.3f} bits (standard deviation), so a step to "
            f"{single[0]} of this order may be the seed's and not the size's, whatever its interval over posts.")


def seeds(work: Workspace) -> str:
    """The small sizes trained again from other seeds: does each rung help in each of them?"""
    sizes, names = work.recipe.extra_seed_sizes, [str(work.recipe.seed + extra) for extra in (0, *work.recipe.extra_seeds)]
    missing = [job.name for job in work.repeated() if not record(work, job, "figures.json")]
    if not sizes or len(missing) == len(work.repeated()):
        return "Only one seed has been trained, so the differences above carry no seed variance: read small ones with care."
    spread = []
    for size in sizes:
        for kind in ("base", "sft"):
            found = found_seeds(work, size, kind)
            values = {name: [figures(work, job)[key][0] for job in found] for name, key in SEEDED.items()}
            spread.append([f"{size} {kind}", str(len(found)), *(
                f"{np.mean(v):.3f} ({', '.join(f'{x:.3f}' for x in v)})" for v in values.values())])
    tuned = [job for size in sizes for job in found_seeds(work, size, "sft")]
    rows, lines = seed_steps(work)
    lines.append(beyond_seeds(work))
    left_out = [f"\nNot trained or not measured: {listed(missing)}."] if missing else []
    return "\n".join([
        f"{listed(list(sizes))} were trained from seeds {listed(names)} (only seed {names[0]} is shipped). A seed changes the first weights and the",
        "training windows; intervals are over posts. Distance from the exact label-set law, next size minus this one, bits:", "",
        table(["step", *(f"seed {name}" for name in names)], rows), "", *lines, sharpening(work, tuned), *left_out,
        "", "Mean over seeds, and each seed's value:", "", table(["model", "seeds", *SEEDED], spread)])


def precision(work: Workspace, jobs: list[Job]) -> str:
    """What each precision changes, and whether each quantised file holds what it should."""
    lines = []
    for job in jobs:
        for weights in work.quantised(job) and (work.recipe.weights, *work.quantised(job)):
            check = record(work, job, "check.json" if weights == work.recipe.weights else f"check-{weights}.json")
            if check:
                stored = check.get("largestStoredDifference", check["largestLogitDifference"])
                lines.append([f"{job.size} {job.kind}", weights, f"{check['largestLogitDifference']:.3g}", f"{stored:.3g}",
                              f"{check['largestEntropyDifferenceBits']:.2g}", f"{check['sameBestToken']}/{check['prompts']}",
                              f"{check['bytes'] / 1000:.0f} kB"])
    if not lines:
        return "(not run)"
    return table(["model", "weights", "logit, from trained", "logit, from stored", "entropy, from trained", "same best token", "file"], lines)


def minutes(work: Workspace, jobs: list[Job]) -> float:
    return sum(work.facts(job)["seconds"] for job in jobs if work.finished(job)) / 60


def duration(work: Workspace, shipped: list[Job]) -> str:
    """How long training took, from the trainings' own clocks."""
    repeated = [job for job in work.repeated() if work.finished(job)]
    own, again = minutes(work, shipped), minutes(work, repeated)
    text = f"{own:.0f} minutes of one process in all"
    if repeated:
        text += f", and {again:.0f} for the {len(repeated)} models of the other seeds"
    return f"{text}: about {(own + again) / 2:.0f} minutes on 2 cores"
