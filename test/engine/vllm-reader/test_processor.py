"""The reader under the real interfaces of vLLM's two model runners, on made-up rows. Needs vLLM, no server."""

import json
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[3] / "src/engine/vllm-reader"))
try:
    import numpy as np
    import torch
    from vllm import SamplingParams
    from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor, MoveDirectionality
    from vllm.v1.worker.gpu.sample.logits_processor import LogitsProcessor as LogitsProcessorV2
    from vllm.v1.worker.gpu.sample.logits_processor.loader import _load_v2_logitsprocs_by_fqcns
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed: the processor is not tested") from missing

from labelscope_vllm import LabelReader  # noqa: E402

COLUMNS = 200
CPU = torch.device("cpu")


def config(**changed):
    model = {"logprobs_mode": "processed_logits", "max_logprobs": -1, **changed}
    return SimpleNamespace(model_config=SimpleNamespace(**model), speculative_config=model.get("speculative_config"))


def reading(token):
    field = json.dumps({"protocol": 1, "tokens": [token], "groups": [], "top": 0})
    return SamplingParams(temperature=0, logprobs=8, extra_args={"labelscope": field})


def rows(count):
    return torch.from_numpy(np.random.default_rng(count).normal(0, 3, (count, COLUMNS)).astype(np.float32))


def update(size, removed=(), added=(), moved=()):
    return BatchUpdate(batch_size=size, removed=list(removed), added=[(row, p, [], []) for row, p in added], moved=list(moved))


def token_read(row, logits):
    """The one token's logit in a carried row, or None for a row that carries nothing."""
    best = int(logits.argmax())
    at = [7 if place == best else place for place in range(7)]
    return float(row[at[6]]) if float(row[at[0]]) == 1001 else None


class RunnerV1(unittest.TestCase):
    def setUp(self):
        self.reader = LabelReader(config(), CPU, False)
        self.assertIsInstance(self.reader, LogitsProcessor)
        self.assertFalse(self.reader.is_argmax_invariant())

    def apply(self, logits):
        return self.reader.apply(logits.clone())

    def test_only_rows_that_are_read_are_replaced_and_each_by_its_own_read(self):
        self.reader.update_state(update(4, added=[(0, reading(11)), (1, SamplingParams()), (2, reading(12)), (3, reading(11))]))
        logits = rows(4)
        out = self.apply(logits)
        self.assertEqual([token_read(a, b) for a, b in zip(out, logits)], [logits[0, 11], None, logits[2, 12], logits[3, 11]])
        self.assertTrue(torch.equal(out[1], logits[1]))
        self.assertEqual(out.argmax(-1).tolist(), logits.argmax(-1).tolist())

    def test_reads_follow_their_rows_when_the_batch_is_rearranged(self):
        self.reader.update_state(update(4, added=[(row, reading(20 + row)) for row in range(4)]))
        self.reader.update_state(None)
        one, swap = MoveDirectionality.UNIDIRECTIONAL, MoveDirectionality.SWAP
        self.reader.update_state(update(3, removed=[1], moved=[(3, 1, one), (0, 2, swap)]))
        logits = rows(3)
        found = [token_read(a, b) for a, b in zip(self.apply(logits), logits)]
        self.assertEqual(found, [logits[0, 22], logits[1, 23], logits[2, 20]])
        self.reader.update_state(update(3, added=[(0, SamplingParams(temperature=0))]))
        self.assertTrue(torch.equal(self.apply(logits)[0], logits[0]))

    def test_other_greedy_requests_get_the_log_probabilities_that_they_ask_for(self):
        others = [
            SamplingParams(temperature=0, logprobs=5),
            SamplingParams(temperature=0, logprob_token_ids=[3]),
            SamplingParams(temperature=0, logprobs=5, repetition_penalty=1.2),
        ]
        self.reader.update_state(update(3, added=list(enumerate(others))))
        logits = rows(3)
        out = self.apply(logits)
        self.assertTrue(torch.equal(out[:2], logits[:2].log_softmax(-1)))
        self.assertTrue(torch.equal(out[2], logits[2]))

    def test_a_read_that_was_admitted_unchecked_leaves_its_row_alone(self):
        broken = SamplingParams(temperature=0, extra_args={"labelscope": "{"})
        self.reader.update_state(update(1, added=[(0, broken)]))
        logits = rows(1)
        self.assertTrue(torch.equal(self.apply(logits), logits))


class RunnerV2(unittest.TestCase):
    def test_reads_are_found_by_slot_in_whatever_order_a_step_has_them(self):
        (loaded,) = _load_v2_logitsprocs_by_fqcns(["labelscope_vllm:LabelReader"])
        reader = loaded(config(), SimpleNamespace(device=CPU, max_num_reqs=8, vocab_size=COLUMNS))
        self.assertIsInstance(reader, LogitsProcessorV2)
        self.assertTrue(reader.add_request(5, reading(31)))
        self.assertTrue(reader.add_request(2, reading(32)))
        self.assertFalse(reader.add_request(0, SamplingParams()))
        logits = rows(3)
        out = reader.apply(logits.clone(), SimpleNamespace(idx_mapping_np=np.array([2, 0, 5])))
        self.assertEqual([token_read(a, b) for a, b in zip(out, logits)], [logits[0, 32], None, logits[2, 31]])
        self.assertFalse(reader.add_request(2, SamplingParams()))  # the slot's next request
        again = reader.apply(logits.clone(), SimpleNamespace(idx_mapping_np=np.array([2])))
        self.assertTrue(torch.equal(again[0], logits[0]))


class Settings(unittest.TestCase):
    def test_a_server_that_would_lose_the_numbers_does_not_start(self):
        wrong = ({"logprobs_mode": "raw_logprobs"}, {"max_logprobs": 20}, {"speculative_config": object()})
        for changed, said in zip(wrong, ("processed_logits", "--max-logprobs -1", "speculative")):
            with self.subTest(said), self.assertRaisesRegex(ValueError, f"^labelscope reader: .*{said}"):
                LabelReader(config(**changed), CPU, False)

    def test_a_request_that_cannot_be_read_for_is_refused_before_it_runs(self):
        LabelReader.validate_params(reading(3))
        LabelReader.validate_params(SamplingParams(temperature=0.7, logprobs=3))
        sampled = SamplingParams(temperature=0.7, logprobs=8, extra_args=reading(3).extra_args)
        with self.assertRaisesRegex(ValueError, "temperature is to be 0"):
            LabelReader.validate_params(sampled)


if __name__ == "__main__":
    unittest.main()
