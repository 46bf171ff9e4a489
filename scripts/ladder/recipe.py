"""Everything that decides the numbers of the family: sizes, steps, learning rates, mixture. No code, only values.

Steps are counted, never timed, so that a paused or slow machine trains the same models.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass, replace

VOCABULARY = 1024
CONTEXT = 1024
ROPE_BASE = 10000.0
NORM_EPSILON = 1e-5

TRAIN_POSTS, CALIBRATION_POSTS, TEST_POSTS, TEST_UNSEEN = 3000, 200, 300, 60
FINE_TRAIN_POSTS, FINE_CALIBRATION_POSTS, FINE_TEST_POSTS, FINE_TEST_UNSEEN = 1000, 100, 150, 30
CORPUS_SEED = 0


@dataclass(frozen=True)
class Size:
    """The shape of one rung: model width, layers, attention heads, feed-forward width, and how long it learns."""

    width: int
    layers: int
    heads: int
    hidden: int
    steps: int
    embedding_rate: float  # AdamW, embedding and norms
    matrix_rate: float  # Muon, all other matrices; 0.02 left the wider models on a plateau

    @property
    def non_embedding(self) -> int:
        layer = 4 * self.width**2 + 3 * self.width * self.hidden + 2 * self.width
        return self.layers * layer + self.width

    @property
    def embedding(self) -> int:
        return VOCABULARY * self.width


STEPS = 2500  # the same for every rung, so that size is the only thing that differs: 10.2 M tokens each

# No rung above `sm`: a 128-wide one (three layers, 676,736 non-embedding parameters; embedding rate 4e-3, matrix rate 0.006 or
# 0.004) fell behind it in these steps (KL set 0.285 [0.246, 0.327] against 0.231 [0.203, 0.262] bits).

SIZES = {
    "xxxs": Size(8, 2, 1, 24, steps=STEPS, embedding_rate=1e-2, matrix_rate=0.005),
    "xxs": Size(16, 2, 1, 48, steps=STEPS, embedding_rate=1e-2, matrix_rate=0.005),
    "xs": Size(32, 2, 2, 96, steps=STEPS, embedding_rate=8e-3, matrix_rate=0.005),
    "s": Size(64, 3, 2, 192, steps=STEPS, embedding_rate=6e-3, matrix_rate=0.005),
    "sm": Size(96, 3, 3, 256, steps=STEPS, embedding_rate=5e-3, matrix_rate=0.004),
}


@dataclass(frozen=True)
class Training:
    """Base training: single annotators' answers, every shot count, several tasks in one mixture."""

    pool: int = 150_000  # distinct training posts; every visit draws a fresh annotator
    batch_tokens: int = 4096
    warmup: int = 40
    flat_until: float = 0.3  # then the rate falls linearly to a hundredth
    form_weight: float = 0.1  # of a token that frames an answer; the posts themselves are not modelled
    windows: tuple[tuple[int, float], ...] = ((256, 0.55), (512, 0.35), (1024, 0.10))
    weight_decay: float = 0.01
    momentum: float = 0.95


@dataclass(frozen=True)
class Finetuning:
    """`sft` and `lora`: the same mixture with majority-of-five answers, loss on answers only."""

    steps: int = 120
    rate_factor: float = 0.15  # of the base rates
    lora_rate: float = 3e-3
    lora_rank: int = 8
    lora_alpha: float = 16.0
    lora_size: str = "s"


@dataclass(frozen=True)
class Reinforcement:
    """`rl`: policy gradient on example-F1 with the expectation summed over answers, minus beta times KL to `base`."""

    size: str = "s"
    steps: int = 300
    posts: int = 4
    rate: float = 4e-4
    kl_weight: float = 0.1
    shots: tuple[int, ...] = (0, 3, 6, 10)


@dataclass(frozen=True)
class Recipe:
    sizes: dict[str, Size]
    training: Training = Training()
    finetuning: Finetuning = Finetuning()
    reinforcement: Reinforcement = Reinforcement()
    seed: int = 0
    extra_seeds: tuple[int, ...] = (1, 2)
    extra_seed_sizes: tuple[str, ...] = ("xxxs", "xxs", "xs", "s")
    weights: str = "f16"
    quantised: tuple[str, ...] = ("q8_0", "q4_0")  # further files of the base models that are wide enough

    def facts(self) -> dict:
        return asdict(self)


def full(seed: int = 0) -> Recipe:
    return Recipe(sizes=SIZES, seed=seed)


def quick(seed: int = 0) -> Recipe:
    """A check that every stage runs, minutes on two cores. Its models have learned the form, not the task."""
    sizes = {name: replace(SIZES[name], steps=steps) for name, steps in (("xxs", 120), ("xs", 120), ("s", 120))}
    return Recipe(
        sizes=sizes, training=Training(pool=20_000), seed=seed, extra_seeds=(), extra_seed_sizes=(),
        finetuning=Finetuning(steps=20, lora_size="s"), reinforcement=Reinforcement(size="s", steps=20),
    )
