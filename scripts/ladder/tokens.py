"""The family's tokeniser: byte-level BPE with GPT-2 pre-tokenisation, 1,024 tokens, and the checks it must pass."""
from __future__ import annotations

import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import corpus
import prompts
from recipe import VOCABULARY

END = "<|endoftext|>"


def training_texts(seed: int, count: int = 20_000) -> list[str]:
    """Prompts in every form, always ending inside a line: no token may learn to span the blank line between two examples."""
    rng, texts = random.Random(f"tokenizer {seed}"), []
    for index in range(count):
        post = corpus.write_post(rng)
        while post.key != post.text and corpus.split_of(post.key) != "train":
            post = corpus.write_post(rng)
        task, p = (prompts.FINE, post.p_fine) if index % 25 == 0 else (prompts.POSTS, post.p)
        labels = [task.labels[i] for i in corpus.annotate(rng, p)]
        fmt = "list" if index % 6 == 0 else "json"
        text = prompts.DEMONSTRATION.format(text=post.text, answer=prompts.FORMATS[fmt].answer(labels)) + "Input:"
        if index % 20 == 0:
            unary = prompts.UNARY["demonstration"].format(
                text=post.text, label=rng.choice(task.labels), answer=rng.choice(["reasonable", "unreasonable"]))
            binary = prompts.BINARY["demonstration"].format(
                text=post.text, first=corpus.NONE, second=rng.choice(task.labels), answer=rng.choice(labels or [corpus.NONE]))
            text = (task.head() + prompts.UNARY["instruction"] + unary + prompts.BINARY["instruction"] + binary) + text
        texts.append(text)
    return texts


def train(seed: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(training_texts(seed), trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def load(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def check(tokenizer: Tokenizer, texts: list[str]) -> dict:
    """Holds the tokeniser to what the prompts rely on; raises AssertionError, returns the figures for the model card."""
    ids = lambda text: tokenizer.encode(text).ids
    assert tokenizer.get_vocab_size() == VOCABULARY
    for label in [*corpus.LABELS, corpus.NONE]:
        for text in (label, " " + label):
            assert len(ids(text)) == 1, f"{text!r} is {tokenizer.encode(text).tokens}"
    for answer in (" reasonable", " unreasonable"):
        assert len(ids(answer)) == 1, answer
    demonstrations = [(texts[0], ["joy", "fear"]), (texts[1], []), (texts[2], ["anger"])]
    lengths = []
    for fmt, form in prompts.FORMATS.items():
        prefix = prompts.POSTS.prefix(demonstrations, fmt)
        for text in texts:
            query = prompts.POSTS.query(text, fmt)
            whole = ids(prefix + query + form.lead + "joy")
            assert whole == ids(prefix) + ids(query) + ids(form.lead + "joy"), text
        lengths += [len(ids(" " + text)) for text in texts]
    fine = {label: tokenizer.encode('"' + label).tokens[1:] for label in corpus.FINE_LABELS}
    assert len({tokens[0] for tokens in fine.values()}) < len(fine), "the fine labels no longer collide"
    return {"tokensPerPost": sum(lengths) / len(lengths), "fineLabels": {k: "|".join(v) for k, v in fine.items()}}
