"""The numbers of a read, against float64 sums of NumPy and plain sorting. Needs torch."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "src/engine/vllm-reader"))
try:
    import numpy as np
    import torch
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed: the reductions are not tested") from missing

from labelscope_vllm.reduce import PlacedRead, carry, largest_logits  # noqa: E402
from labelscope_vllm.request import ReadRequest  # noqa: E402

COLUMNS = 1000
READ = ReadRequest(tokens=(7, 0, 7, 999), groups=((1, 2, 3), (), (999,)), top=5)


def rows(count=40, seed=1, scale=6.0):
    return torch.from_numpy(np.random.default_rng(seed).normal(0, scale, (count, COLUMNS)).astype(np.float32))


def values(row, best, count):
    """As a client reads them: number k at k, at `count` where k is the best token's own."""
    return [float(row[count if place == best else place]) for place in range(count)]


def read(logits, request=READ):
    carried = carry(logits, PlacedRead(request, logits.device))
    best = carried.argmax(-1).tolist()
    return carried, best, [values(row, token, request.numbers) for row, token in zip(carried, best)]


class Numbers(unittest.TestCase):
    def test_every_number_is_what_float64_gives(self):
        logits = rows()
        before = logits.clone()
        _, best, found = read(logits)
        self.assertTrue(torch.equal(logits, before))
        for row, token, told in zip(logits.double().numpy(), best, found):
            weights = np.exp(row - row.max())
            p = weights / weights.sum()
            log_sum = np.log(weights.sum()) + row.max()
            self.assertEqual(told[:2], [1001, COLUMNS])
            self.assertAlmostEqual(told[2] + told[3], log_sum, delta=2e-7)
            self.assertAlmostEqual(told[4], -(p[p > 0] * np.log(p[p > 0])).sum(), delta=2e-6)
            self.assertEqual(token, int(row.argmax()))
            self.assertEqual(told[5], row.max())
            self.assertEqual(told[6:10], [row[7], row[0], row[7], row[999]])
            self.assertAlmostEqual(told[10], np.log(np.exp(row[[1, 2, 3]]).sum()), delta=1e-6)
            self.assertEqual(told[11:13], [-9999, row[999]])
            order = np.argsort(-row, kind="stable")[:5]
            self.assertEqual(told[13:18], order.tolist())
            self.assertEqual(told[18:], row[order].tolist())

    def test_the_largest_entries_are_the_numbers_and_the_best_token_wherever_that_is(self):
        for best in (0, 5, READ.numbers - 1, READ.numbers, READ.numbers + 1, COLUMNS - 1):
            logits = rows(3)
            logits[:, best] = 90
            carried, token, found = read(logits)
            self.assertEqual(token, [best] * 3)
            expected = {*range(READ.numbers), best} | ({READ.numbers} if best < READ.numbers else set())
            for row, told in zip(carried, found):
                self.assertEqual(set(row.topk(READ.numbers + 1).indices.tolist()), expected)
                self.assertEqual(int(torch.isfinite(row).sum()), READ.numbers + 1)
                self.assertEqual(told[0], 1001)
                self.assertEqual(told[5], 90)

    def test_rows_do_not_depend_on_their_batch(self):
        logits = rows(150)
        _, _, together = read(logits)
        _, _, one = read(logits[77:78])
        self.assertEqual(together[77], one[0])

    def test_ties_go_to_the_lower_id_also_at_the_end_of_the_top(self):
        logits = torch.tensor([[1.0, 2.0, -0.0, 2.0, 0.0, 1.0, -3.0, -2.0]])
        ids, found = largest_logits(logits, 7)
        self.assertEqual(ids.tolist(), [[1, 3, 0, 5, 2, 4, 7]])
        self.assertEqual(found.tolist(), [[2, 2, 1, 1, 0, 0, -2]])
        self.assertEqual(largest_logits(logits, 3)[0].tolist(), [[1, 3, 0]])
        self.assertEqual(largest_logits(logits, 0)[0].tolist(), [[]])

    def test_minus_infinity_of_the_models_own_is_a_number_like_others(self):
        logits = rows(2)
        logits[:, :500] = float("-inf")
        _, _, found = read(logits)
        for row, told in zip(logits[:, 500:].double().numpy(), found):
            p = np.exp(row - np.logaddexp.reduce(row))
            self.assertAlmostEqual(told[2] + told[3], np.logaddexp.reduce(row), delta=1e-6)
            self.assertAlmostEqual(told[4], -(p * np.log(p)).sum(), delta=2e-6)
            self.assertEqual(told[6:9], [-9999, -9999, -9999])
            self.assertEqual(told[10], -9999)

    def test_a_row_without_a_distribution_is_said_to_be_so_and_spoils_no_other(self):
        logits = rows(5)
        _, _, alone = read(logits[4:])
        logits[0, 3] = float("nan")
        logits[1, 3] = float("inf")
        logits[2, :] = float("-inf")
        _, _, found = read(logits)
        for told in found[:3]:
            self.assertEqual(told, [2001, COLUMNS] + [0] * (READ.numbers - 2))
        self.assertEqual(found[3][0], 1001)
        self.assertEqual(found[4], alone[0])

    def test_an_id_outside_the_vocabulary_is_a_status_and_no_exception(self):
        for request in (
            ReadRequest(tokens=(COLUMNS,), groups=(), top=0),
            ReadRequest(tokens=(), groups=((2, 2**31 - 1),), top=1),
        ):
            logits = rows(2)
            _, best, found = read(logits, request)
            self.assertEqual(best, logits.argmax(-1).tolist())
            self.assertEqual(found, [[2002, COLUMNS] + [0] * (request.numbers - 2)] * 2)

    def test_a_read_that_the_vocabulary_cannot_carry_leaves_the_best_token(self):
        logits = rows(2)
        carried = carry(logits, PlacedRead(ReadRequest(tokens=(), groups=(), top=COLUMNS + 1), logits.device))
        self.assertEqual(carried.argmax(-1).tolist(), logits.argmax(-1).tolist())
        self.assertEqual(torch.isfinite(carried).sum(-1).tolist(), [1, 1])

    def test_a_batch_without_rows_stays_one(self):
        self.assertEqual(carry(rows(0), PlacedRead(READ, torch.device("cpu"))).shape, (0, COLUMNS))


if __name__ == "__main__":
    unittest.main()
