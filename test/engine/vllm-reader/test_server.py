"""A real server with the reader, against transformers in float32 on the same weights.

LABELSCOPE_TEST_VLLM=http://HOST:PORT/v1, LABELSCOPE_TEST_VLLM_MODEL=FOLDER of the served float32 model.
"""

import json
import os
import unittest
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

URL = os.environ.get("LABELSCOPE_TEST_VLLM")
FOLDER = os.environ.get("LABELSCOPE_TEST_VLLM_MODEL")
if not URL or not FOLDER:
    raise unittest.SkipTest("LABELSCOPE_TEST_VLLM and _MODEL are not set: no real server is asked")

import torch  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

TEXTS = (
    "The capital of France is",
    'Input: it rained all day and nobody came\n{"label": ["',
    "1, 2, 3, 4, 5,",
    "Il fait beau, n'est-ce pas? 😀",
    "x",
)
AHEAD = 6
TOKENS = [3, 0, 49151, 3, *range(1000, 1020)]
GROUPS = [[5, 6, 7, 5], [], list(range(20_000, 30_000))]
TOP = 20
SPEC = {"protocol": 1, "tokens": TOKENS, "groups": GROUPS, "top": TOP}
NUMBERS = 6 + len(TOKENS) + len(GROUPS) + 2 * TOP


def post(body):
    request = urllib.request.Request(f"{URL}/completions", json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def asked(prompt, spec=SPEC, **changed):
    field = spec if isinstance(spec, str) else json.dumps(spec)
    body = {"model": MODEL, "prompt": prompt, "max_tokens": AHEAD, "temperature": 0, "repetition_penalty": 1}
    read = {"logprobs": NUMBERS + 1, "vllm_xargs": {"labelscope": field}}
    return {**body, "return_tokens_as_token_ids": True, **read, **changed}


def best_tokens(choice):
    return [int(token.removeprefix("token_id:")) for token in choice["logprobs"]["tokens"]]


def positions(choice, count=NUMBERS):
    """(best token, numbers) of each position of one choice."""
    for best, told in zip(best_tokens(choice), choice["logprobs"]["top_logprobs"]):
        yield best, [told[f"token_id:{count if place == best else place}"] for place in range(count)]


class Server(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global MODEL
        with urllib.request.urlopen(f"{URL}/models", timeout=60) as answer:
            MODEL = json.load(answer)["data"][0]["id"]
        tokenizer = AutoTokenizer.from_pretrained(FOLDER)
        cls.prompts = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
        cls.model = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()

    def logits(self, tokens):
        with torch.no_grad():
            return self.model(torch.tensor([tokens])).logits[0, -1].double()

    def close_to_transformers(self, tokens, best, told):
        row = self.logits(tokens)
        p = row.softmax(-1)
        self.assertEqual(told[:2], [1001, len(row)])
        self.assertEqual(best, int(row.argmax()))
        self.assertAlmostEqual(told[2] + told[3], float(row.logsumexp(-1)), delta=1e-4)
        self.assertAlmostEqual(told[4], float(-(p * p.log()).sum()), delta=6e-5)
        self.assertAlmostEqual(told[5], float(row.max()), delta=1e-4)
        named, groups = told[6 : 6 + len(TOKENS)], told[6 + len(TOKENS) :][: len(GROUPS)]
        for token, logit in zip(TOKENS, named):
            self.assertAlmostEqual(logit, float(row[token]), delta=1e-4)
        self.assertAlmostEqual(groups[0], float(row[[5, 6, 7]].logsumexp(-1)), delta=1e-4)
        self.assertEqual(groups[1], -9999)
        self.assertAlmostEqual(groups[2], float(row[20_000:30_000].logsumexp(-1)), delta=1e-4)
        ids, logits = told[-2 * TOP : -TOP], told[-TOP:]
        largest = row.sort(descending=True).values[:TOP].tolist()
        self.assertEqual(len(set(ids)), TOP)
        for token, logit, expected in zip(ids, logits, largest):
            self.assertAlmostEqual(logit, expected, delta=1e-4)
            self.assertAlmostEqual(logit, float(row[int(token)]), delta=1e-4)

    def test_every_number_of_every_position_is_that_of_transformers(self):
        status, answer = post(asked(self.prompts))
        self.assertEqual(status, 200, answer)
        seen = 0
        for choice in answer["choices"]:
            tokens = list(self.prompts[choice["index"]])
            for best, told in positions(choice):
                self.close_to_transformers(tokens, best, told)
                tokens.append(best)
                seen += 1
        self.assertGreaterEqual(seen, 2 * len(TEXTS))

    def test_reads_of_other_specs_and_other_requests_at_the_same_time_stay_apart(self):
        def one(place):
            prompt = self.prompts[place % len(self.prompts)]
            if place % 3 == 0:
                return prompt, None, post(asked(prompt, max_tokens=1, logprobs=5, vllm_xargs=None))
            spec = {"protocol": 1, "tokens": [place], "groups": [], "top": place % 4}
            return prompt, spec, post(asked(prompt, spec, max_tokens=1, logprobs=8 + 2 * (place % 4)))

        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(one, range(48)))
        for prompt, spec, (status, answer) in found:
            self.assertEqual(status, 200, answer)
            row = self.logits(prompt)
            (choice,) = answer["choices"]
            self.assertEqual(best_tokens(choice), [int(row.argmax())])
            if spec is None:
                row = row.log_softmax(-1)
                for key, log_prob in choice["logprobs"]["top_logprobs"][0].items():
                    self.assertAlmostEqual(log_prob, float(row[int(key.split(":")[1])]), delta=1e-4)
            else:
                ((_, told),) = positions(choice, 7 + 2 * spec["top"])
                self.assertAlmostEqual(told[6], float(row[spec["tokens"][0]]), delta=1e-4)

    def test_requests_that_cannot_be_read_are_answered_and_the_server_goes_on(self):
        prompt = self.prompts[0]
        refused = [
            asked(prompt, "{"),
            asked(prompt, {**SPEC, "protocol": 2}),
            asked(prompt, {**SPEC, "top": -1}),
            asked(prompt, logprobs=5),
            asked(prompt, temperature=1),
            asked(prompt, logit_bias={"5": 3}),
            asked(prompt, vllm_xargs={"labelscope": 7}),
        ]
        for body in refused:
            status, answer = post(body)
            self.assertEqual(status, 400, answer)
            self.assertIn("labelscope reader: ", answer["error"]["message"])
        outside = {"protocol": 1, "tokens": [2**31 - 1], "groups": [[49_152]], "top": 0}
        status, answer = post(asked(prompt, outside, logprobs=9, max_tokens=1))
        self.assertEqual(status, 200, answer)
        ((_, told),) = positions(answer["choices"][0], 8)
        self.assertEqual(told, [2002, 49_152, 0, 0, 0, 0, 0, 0])
        status, answer = post(asked(prompt))
        self.assertEqual(status, 200, answer)


if __name__ == "__main__":
    unittest.main()
