"""Synthetic posts whose annotator distribution is known exactly.

A post is one to three clauses. A clause evokes each label with a stated probability; degree words, connectives, the
opening and the final mark raise or lower it, and what several clauses evoke is combined by noisy-or. An annotator from
the crowd is strict, typical or lenient and, rarely, slips. Every law that a run is judged against (of the label set, of
each label, of the first label in alphabetical order) is then a finite sum, computed here in float64.
"""
from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

LABELS = ["admiration", "anger", "fear", "joy", "optimism", "sadness", "surprise"]
FINE_LABELS = ["delight", "disappointment", "disapproval", "disgust"]
NONE = "none"

CODES = {"adm": 0, "ang": 1, "fea": 2, "joy": 3, "opt": 4, "sad": 5, "sur": 6}
FINE_CODES = {"del": 0, "dpt": 1, "dpv": 2, "dgs": 3}
FINE_DEFAULT = {"del": ("joy", 0.9), "dpt": ("sad", 0.3), "dpv": ("ang", 0.6), "dgs": ("ang", 0.1)}

CROWD = 40  # annotators a1 … a40; the first ten are strict, the next twenty typical, the last ten lenient
LENIENCY = [(0.25, 0.5), (0.5, 1.0), (0.25, 2.0)]  # (share of the crowd, exponent c): p becomes 1 − (1 − p)^c
SLIP = 0.03  # an annotator ticks one more label, drawn uniformly from all
CLAUSE_COUNT = ([1, 2, 3], [0.3, 0.5, 0.2])

SLOTS = {
    "person": ["my brother", "my sister", "my uncle", "our coach", "my neighbour", "my boss", "my flatmate",
               "the new colleague", "my cousin", "Maya", "Tom", "Aunt Rosa"],
    "thing": ["the laptop", "the bike", "the heater", "the radio", "the printer", "the lamp", "the camera"],
    "test": ["the exam", "the driving test", "the interview", "the maths test", "the audition"],
    "future": ["tomorrow", "next week", "on Friday", "tonight", "this weekend"],
    "past": ["today", "yesterday", "this morning", "last night", "last week"],
    "number": ["two", "three", "four", "six", "ten", "twelve"],
    "place": ["the station", "the park", "the library", "the office", "the beach", "the market", "the airport"],
    "food": ["soup", "bread", "curry", "cake", "noodles", "rice"],
}
DEGREES = [("", 1.0), ("so ", 1.5), ("very ", 1.3), ("really ", 1.2), ("rather ", 0.7), ("a bit ", 0.5)]
OPENING_SHARE = 0.2
OPENINGS = {  # by the mood of the first clause: (words, {label code: probability added by noisy-or})
    1: [("Good news: ", {"joy": 0.3, "opt": 0.15}), ("Wow, ", {"sur": 0.4, "adm": 0.1}), ("Honestly, ", {})],
    -1: [("Sadly, ", {"sad": 0.35}), ("Bad news: ", {"sad": 0.2, "fea": 0.1}), ("Honestly, ", {}),
         ("I cannot believe it, ", {"sur": 0.4, "ang": 0.2})],
    0: [("Well, ", {}), ("By the way, ", {}), ("Strangely, ", {"sur": 0.35})],
}
CONNECTIVES = {  # by "the moods do not clash": (words, factor on the left clause, factor on the right clause)
    True: [(". ", 1.0, 1.0), (" and ", 1.0, 1.0), (", and ", 1.0, 1.0)],
    False: [(". ", 1.0, 1.0), (", but ", 0.5, 1.0), (". Still, ", 0.6, 1.0), (", even though ", 1.0, 0.5)],
}
ENDINGS = [(".", 1.0), ("!", 1.3), ("...", 0.8)]
ENDING_SHARES = [0.7, 0.2, 0.1]


@dataclass(frozen=True)
class Clause:
    """A template with what it evokes in a typical annotator: 7 probabilities, and 4 for the fine labels."""

    text: str
    evokes: np.ndarray
    evokes_fine: np.ndarray
    mood: int  # 1 pleasant, -1 unpleasant, 0 neither
    held_out: bool


@dataclass(frozen=True)
class Post:
    """A post, the key that decides its split, and the typical annotator's inclusion probabilities."""

    text: str
    key: str
    p: np.ndarray
    p_fine: np.ndarray
    held_out: bool


def digest(text: str) -> int:
    """A number that depends on the text alone, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def parse_clause(line: str) -> Clause:
    fields = [field.strip() for field in line.lstrip("*").split("|")]
    stated = {mark[:3]: int(mark[3:]) / 10 for field in fields[1:] for mark in field.split()}
    for code in stated:  # moved a little, by the text itself, so that no truth is a round number
        stated[code] = min(0.95, stated[code] + 0.08 * (digest(fields[0] + code) % 1000 / 1000 - 0.5))
    evokes = np.zeros(len(LABELS))
    for code, index in CODES.items():
        evokes[index] = stated.get(code, 0.0)
    fine = np.zeros(len(FINE_LABELS))
    for code, index in FINE_CODES.items():
        source, factor = FINE_DEFAULT[code]
        fine[index] = stated.get(code, factor * stated.get(source, 0.0))
    pleasant = evokes[[0, 3, 4]].sum() - evokes[[1, 2, 5]].sum()
    mood = 0 if abs(pleasant) < 0.15 else int(np.sign(pleasant))
    return Clause(fields[0], evokes, fine, mood, line.startswith("*"))


@lru_cache
def clauses() -> tuple[Clause, ...]:
    lines = (Path(__file__).parent / "clauses.txt").read_text().splitlines()
    return tuple(parse_clause(line) for line in lines if line.strip() and not line.startswith("#"))


def either(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Noisy-or: evoked by the one or by the other."""
    return 1 - (1 - p) * (1 - q)


def stretch(p: np.ndarray, factor: float) -> np.ndarray:
    """The probability after `factor` independent tries: above it for a factor over 1, 0 stays 0."""
    return 1 - (1 - p) ** factor


def capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def write_post(rng: random.Random, held_out: bool = False) -> Post:
    """One random post; with `held_out`, at least one of its clauses is from the held-out list, else none is."""
    known = [i for i, clause in enumerate(clauses()) if not clause.held_out]
    count = rng.choices(*CLAUSE_COUNT)[0]
    chosen = rng.sample(known, count)
    if held_out:
        chosen[rng.randrange(count)] = rng.choice([i for i, c in enumerate(clauses()) if c.held_out])
    fillers = {slot: rng.sample(words, len(words)) for slot, words in SLOTS.items()}  # no filler twice in a post
    text, mood, used = "", 0, set()
    p = p_fine = np.zeros(0)
    for position, index in enumerate(chosen):
        clause = clauses()[index]
        words, factor = clause.text, 1.0
        if "{degree}" in words:
            degree, factor = rng.choice(DEGREES)
            words = words.replace("{degree}", degree)
        for slot in SLOTS:
            if "{" + slot + "}" in words:
                words = words.replace("{" + slot + "}", fillers[slot].pop())
        new, new_fine = stretch(clause.evokes, factor), stretch(clause.evokes_fine, factor)
        if position == 0:
            text, p, p_fine = words, new, new_fine
        else:
            options = [c for c in CONNECTIVES[mood * clause.mood >= 0] if c[0] not in used]
            joint, left, right = rng.choice(options)
            used |= {joint} if joint == ". " else {" and ", ", and ", joint}
            used -= {". "}
            p, p_fine = either(left * p, right * new), either(left * p_fine, right * new_fine)
            text += joint + (capitalised(words) if joint == ". " else words)
        mood = clause.mood
    if rng.random() < OPENING_SHARE:
        opening, adds = rng.choice(OPENINGS[clauses()[chosen[0]].mood])
        added = np.zeros(len(LABELS))
        for code, value in adds.items():
            added[CODES[code]] = value
        p, text = either(p, added), opening + text
    mark, factor = rng.choices(ENDINGS, ENDING_SHARES)[0]
    text = capitalised(text) + mark
    p, p_fine = stretch(np.minimum(p, 0.97), factor), stretch(np.minimum(p_fine, 0.97), factor)
    key = text if count == 1 else " ".join(map(str, sorted(chosen)))
    return Post(text, key, p, p_fine, held_out)


def split_of(key: str) -> str:
    """Train, calibration or test: decided by the combination of clauses (by the text where there is one clause)."""
    return {0: "test", 1: "calibration"}.get(digest(key) % 20, "train")


@lru_cache
def membership(labels: int) -> np.ndarray:
    """(2^labels, labels): row s holds the bits of s, so that label l is in set s where the entry is 1."""
    return (np.arange(2**labels)[:, None] >> np.arange(labels)) & 1


def set_law(p: np.ndarray) -> np.ndarray:
    """Exact probability of each label set for one annotator drawn from the crowd; index = bit mask of the labels."""
    member = membership(len(p)).astype(bool)
    law = np.zeros(len(member))
    for share, exponent in LENIENCY:
        q = stretch(p, exponent)
        law += share * np.where(member, q, 1 - q).prod(1)
    slipped = np.zeros_like(law)
    for label in range(len(p)):
        np.add.at(slipped, np.arange(len(law)) | (1 << label), law / len(p))
    return (1 - SLIP) * law + SLIP * slipped


def first_label_law(law: np.ndarray, labels: int) -> np.ndarray:
    """Probability of each label as the alphabetically first of the set, then of the empty set."""
    first = np.zeros(labels + 1)
    lowest = [labels] + [(s & -s).bit_length() - 1 for s in range(1, len(law))]
    np.add.at(first, lowest, law)
    return first


def annotate(rng: random.Random, p: np.ndarray, exponent: float | None = None) -> list[int]:
    """One annotator's labels in alphabetical order; the annotator is drawn from the crowd unless `exponent` is given."""
    if exponent is None:
        exponent = rng.choices([c for _, c in LENIENCY], [share for share, _ in LENIENCY])[0]
    chosen = {label for label, value in enumerate(p) if value > 0 and rng.random() < 1 - (1 - value) ** exponent}
    if rng.random() < SLIP:
        chosen.add(rng.randrange(len(p)))
    return sorted(chosen)


def panel(rng: random.Random, size: int = 5) -> list[tuple[str, float]]:
    """Distinct members of the crowd, each with a leniency that stays the same over the whole corpus."""
    members = sorted(rng.sample(range(CROWD), size))
    bounds = np.cumsum([share * CROWD for share, _ in LENIENCY])
    return [(f"a{m + 1}", LENIENCY[int(np.searchsorted(bounds, m, side="right"))][1]) for m in members]


def posts(split: str, count: int, seed: int | str, unseen: int = 0) -> list[Post]:
    """`count` distinct posts of a split; the last `unseen` of them contain a clause that training never shows."""
    rng, seen, out = random.Random(f"posts {split} {seed}"), set(), []
    while len(out) < count:
        post = write_post(rng, held_out=len(out) >= count - unseen)
        if post.text in seen or (not post.held_out and split_of(post.key) != split):
            continue
        seen.add(post.text)
        out.append(post)
    return out
