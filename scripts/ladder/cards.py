"""The data cards of the two tasks."""
from __future__ import annotations

import corpus
import dataset
import recipe
from prompts import FINE, Task


def percent(values: list[float]) -> str:
    return " / ".join(f"{100 * value:.0f}" for value in values)


def data_card(task: Task, splits: dict[str, tuple[int, int]], figures: dict) -> str:
    known = [c for c in corpus.clauses() if not c.held_out]
    held = [c for c in corpus.clauses() if c.held_out]
    sizes = "\n".join(f"| {name} | {count} | {unseen} | {'no' if name == 'train' else 'yes'} |"
                      for name, (count, unseen) in splits.items())
    marginals = ", ".join(f"{label} {value}" for label, value in figures["marginals"].items())
    shares = ", ".join(f"{100 * share:.0f} % c = {exponent:g}" for share, exponent in corpus.LENIENCY)
    test, unseen = splits["test"]
    fine = FINE_NOTE if task is FINE else ""
    return f"""# {task.id}: {task.title}

Short English posts, all of them written by a generator (`scripts/ladder/corpus.py`, clauses in `scripts/ladder/clauses.txt`),
so that the distribution of annotators' answers to every post is known exactly. Not a sample of anyone's writing: there is
no source text, no personal data and no claim about real annotators. Licence: MIT, as the project. Seed {recipe.CORPUS_SEED}.
{fine}
| split | posts | with a clause that training never shows | `truth` |
|---|---|---|---|
{sizes}

## How a post comes about
- {len(known)} clause templates with slots, and {len(held)} more that are held out for test. A clause evokes each label with a stated
  probability (tenths, moved by up to 0.04 by the text itself, 0.95 at most; a label that is not stated: 0).
- A post has 1, 2 or 3 clauses ({percent(corpus.CLAUSE_COUNT[1])} %). A degree word ("so", "a bit" …) turns p into 1 − (1 − p)^k. Clauses combine by
  noisy-or; "but" and its like weaken one side. One post in five has an opening that adds to some labels ("Wow, "). The
  final mark (".", "!", "...") is another exponent (1, 1.3, 0.8).
- An annotator is one of a crowd of {corpus.CROWD} with a fixed leniency: p becomes 1 − (1 − p)^c ({shares}).
  Given the leniency, labels are independent. With probability {corpus.SLIP} the annotator then ticks one more label, drawn
  uniformly. Five distinct members of the crowd (`annotators`) answer each post.
- `truth` is the law of one answer by a random member of the crowd, a finite sum over leniencies and slips, in float64:
  `marginal` (P(label in the set)), `sets` (P(set); labels in alphabetical order joined by commas, the empty set is "") and
  `first` (P(the alphabetically first label of the set), `none` for the empty set). Six significant digits; sets below
  {dataset.SMALLEST_SET:g} are left out, so `sets` may sum to slightly less than 1. The train split carries no truth.
- Splits: by a hash of the combination of clauses (of the text where there is one clause), so no combination of test or
  calibration is ever trained on. The last {unseen} test posts (`test-{test - unseen + 1:04d}` …) each contain a held-out clause, most of whose words
  are known but whose wording is not: expect larger errors there, and report them apart where it matters.

## What it is like (test split, exact)
- Mean marginals: {marginals}.
- Labels an answer, 0 / 1 / 2 / 3 / more: {percent(figures["sizes"])} %.
- Entropy of the first label {figures["firstEntropy"]} bits, of the label set {figures["setEntropy"]} bits, on average over posts.

## Limits
The English is plain and repetitive, clauses do not refer to each other, and a label's probability depends on the clause
alone, never on who reads it beyond leniency. Real annotations are none of these things.
"""


FINE_NOTE = """
The labels begin alike on purpose: under the family's tokeniser all four share their first token (`d`), three of them their second
and two their third (`d|is|ap|point|ment`, `d|is|ap|proval`, `d|is|gust`, `d|elight`). The task exercises the scoring of whole
labels where first tokens do not tell them apart.
"""
