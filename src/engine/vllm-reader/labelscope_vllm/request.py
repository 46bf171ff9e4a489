"""What a request asks the reader for, and what it may not hold. Plain Python."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PROTOCOL = 1
FIELD = "labelscope"
MOST_NUMBERS = 4096
MOST_GROUP_IDS = 262_144
# Numbers that every read has: status, columns, logsumexp (two parts), entropy, best logit.
HEAD = 6

_FIELDS = ("protocol", "tokens", "groups", "top")
# What would change logits, or choose another token than the best, with the values that leave things as they are.
_UNCHANGED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("temperature", (0,)),
    ("n", (1,)),
    ("repetition_penalty", (1,)),
    ("presence_penalty", (0,)),
    ("frequency_penalty", (0,)),
    ("min_tokens", (0,)),
    ("logit_bias", (None, {})),
    ("allowed_token_ids", (None,)),
    ("bad_words", (None, [])),
    ("thinking_token_budget", (None,)),
    ("structured_outputs", (None,)),
    ("logprob_token_ids", (None,)),
    ("prompt_logprobs", (None,)),
)


class RefusedRequest(ValueError):
    """A request that cannot be read for. The server answers 400 with this text."""

    def __init__(self, why: str) -> None:
        super().__init__(f"labelscope reader: {why}")


@dataclass(frozen=True)
class ReadRequest:
    """What to read at each position; ids are not yet held to the vocabulary, which only the model knows."""

    tokens: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    top: int

    @property
    def numbers(self) -> int:
        """Numbers of one read, in the order that the README gives."""
        return HEAD + len(self.tokens) + len(self.groups) + 2 * self.top

    @property
    def highest_id(self) -> int:
        """-1 if no id is named."""
        return max((max(ids, default=-1) for ids in (self.tokens, *self.groups)), default=-1)


def read_of(params: Any) -> ReadRequest | None:
    """The read that a request's sampling parameters ask for; None for a request that is none of ours.

    Raises RefusedRequest for a field that does not follow the protocol.
    """
    extra = getattr(params, "extra_args", None)
    if not extra or FIELD not in extra:
        return None
    field = extra[FIELD]
    if not isinstance(field, str):
        raise RefusedRequest(f"vllm_xargs.{FIELD} is to be a string of JSON")
    return parse(field)


def check(params: Any) -> None:
    """Raises RefusedRequest for a request of ours whose numbers would not be raw, or would not come through."""
    read = read_of(params)
    if read is None:
        return
    for name, unchanged in _UNCHANGED:
        value = getattr(params, name, unchanged[0])
        if value not in unchanged:
            raise RefusedRequest(f"{name} is to be {json.dumps(unchanged[0])} in a request that reads")
    wanted = read.numbers + 1
    if getattr(params, "logprobs", None) != wanted:
        raise RefusedRequest(f"logprobs is to be {wanted}: one more than the {read.numbers} numbers of this read")


@lru_cache(maxsize=256)
def parse(text: str) -> ReadRequest:
    """Reads the field of a request. The specs of a run are few, so the last ones are kept."""
    try:
        field = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedRequest(f"vllm_xargs.{FIELD} is no JSON") from error
    if not isinstance(field, dict):
        raise RefusedRequest(f"vllm_xargs.{FIELD} is to be a JSON object")
    if not _is_count(field.get("protocol")) or field["protocol"] != PROTOCOL:
        raise RefusedRequest(f"this reader does not speak the protocol that was asked for; it speaks {PROTOCOL}")
    if set(field) != set(_FIELDS):
        raise RefusedRequest(f"vllm_xargs.{FIELD} is to have the fields {', '.join(_FIELDS)}, and no others")
    tokens, groups, top = field["tokens"], field["groups"], field["top"]
    if not _is_ids(tokens):
        raise RefusedRequest("tokens is to be a list of token ids")
    if not isinstance(groups, list) or not all(_is_ids(group) for group in groups):
        raise RefusedRequest("groups is to be a list of lists of token ids")
    if not _is_count(top):
        raise RefusedRequest("top is to be a count")
    if sum(len(group) for group in groups) > MOST_GROUP_IDS:
        raise RefusedRequest(f"groups hold more than {MOST_GROUP_IDS} ids")
    distinct = tuple(tuple(dict.fromkeys(group)) for group in groups)
    read = ReadRequest(tokens=tuple(tokens), groups=distinct, top=top)
    if read.numbers > MOST_NUMBERS:
        raise RefusedRequest(f"this read has {read.numbers} numbers; the most is {MOST_NUMBERS}")
    return read


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(_is_count(item) for item in value)
