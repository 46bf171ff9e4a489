"""What a request may ask for. Needs Python alone."""

import json
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[3] / "src/engine/vllm-reader"))
from labelscope_vllm.request import FIELD, RefusedRequest, check, parse, read_of  # noqa: E402

GOOD = {"protocol": 1, "tokens": [3, 1, 3], "groups": [[4, 4, 5], []], "top": 2}


def params(field=None, **changed):
    text = json.dumps(GOOD if field is None else field)
    # 6 + 3 tokens + 2 groups + 2 x 2 of the top, and one more
    asked = {"temperature": 0.0, "n": 1, "logprobs": 16, "extra_args": {FIELD: text}, "repetition_penalty": 1.0}
    return SimpleNamespace(**{**asked, **changed})


class Requests(unittest.TestCase):
    def test_a_read_keeps_order_and_repeats_of_tokens_and_counts_an_id_of_a_group_once(self):
        read = parse(json.dumps(GOOD))
        self.assertEqual(read.tokens, (3, 1, 3))
        self.assertEqual(read.groups, ((4, 5), ()))
        self.assertEqual((read.numbers, read.highest_id), (15, 5))

    def test_a_request_without_the_field_is_none_of_the_readers(self):
        for extra in (None, {}, {"session_id": "x"}):
            self.assertIsNone(read_of(SimpleNamespace(extra_args=extra)))
            check(SimpleNamespace(extra_args=extra, temperature=0.7))

    def test_a_field_that_does_not_follow_the_protocol_is_refused(self):
        wrong = [
            [],
            "x",
            {},
            {**GOOD, "protocol": 2},
            {**GOOD, "protocol": True},
            {key: value for key, value in GOOD.items() if key != "top"},
            {**GOOD, "more": 1},
            {**GOOD, "tokens": [1, -1]},
            {**GOOD, "tokens": [1.5]},
            {**GOOD, "tokens": "1"},
            {**GOOD, "tokens": [True]},
            {**GOOD, "groups": [1]},
            {**GOOD, "groups": {}},
            {**GOOD, "groups": [[None]]},
            {**GOOD, "top": -1},
            {**GOOD, "top": None},
            {**GOOD, "top": 4096},
            {**GOOD, "tokens": [2**31]},
            {**GOOD, "groups": [[0] * 262_145]},
        ]
        for field in wrong:
            with self.subTest(field=str(field)[:80]), self.assertRaisesRegex(RefusedRequest, "^labelscope reader: "):
                check(params(field))

    def test_what_is_no_json_is_refused(self):
        for text in ("", "{", "[" * 100_000, 5, None, {"protocol": 1}):
            with self.subTest(text=str(text)[:20]), self.assertRaisesRegex(RefusedRequest, "JSON"):
                check(params(extra_args={FIELD: text}))

    def test_another_protocol_is_answered_with_the_one_that_is_spoken(self):
        with self.assertRaisesRegex(RefusedRequest, "speaks 1$"):
            parse(json.dumps({"protocol": 9, "anything": "else"}))

    def test_numbers_that_would_not_come_through_are_refused(self):
        for logprobs in (None, 15, 17, -1):
            with self.subTest(logprobs=logprobs), self.assertRaisesRegex(RefusedRequest, "logprobs is to be 16"):
                check(params(logprobs=logprobs))
        check(params())

    def test_whatever_changes_logits_or_the_choice_is_refused_by_name(self):
        changes = {
            "temperature": 0.5,
            "n": 2,
            "repetition_penalty": 1.1,
            "presence_penalty": 0.2,
            "frequency_penalty": -0.2,
            "min_tokens": 3,
            "logit_bias": {5: 1.0},
            "allowed_token_ids": [1],
            "bad_words": ["x"],
            "thinking_token_budget": 4,
            "structured_outputs": object(),
            "logprob_token_ids": [1],
            "prompt_logprobs": 0,
        }
        for name, value in changes.items():
            with self.subTest(name=name), self.assertRaisesRegex(RefusedRequest, f"{name} is to be"):
                check(params(**{name: value}))


if __name__ == "__main__":
    unittest.main()
