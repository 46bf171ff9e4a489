"""The reader as vLLM loads it: one class for both model runners."""

from typing import TYPE_CHECKING, Any

import torch
from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality

from labelscope_vllm.reduce import PlacedRead, carry
from labelscope_vllm.request import ReadRequest, check, read_of

try:
    from vllm.v1.worker.gpu.sample.logits_processor import LogitsProcessor as LogitsProcessorV2
except ImportError:  # a vLLM before Model Runner V2

    class LogitsProcessorV2:  # type: ignore[no-redef]
        """Stands in for what this vLLM does not have."""


if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.config import VllmConfig
    from vllm.v1.sample.logits_processor import BatchUpdate

# A request of someone else's that wants log-probabilities.
OTHERS = object()


class LabelReader(LogitsProcessor, LogitsProcessorV2):
    """Replaces the logits of rows that are read by rows that carry the numbers.

    With `--logprobs-mode processed_logits` the server sends back what stands in a row after this. Rows of other requests
    that want log-probabilities become those: a shift of a whole row changes no choice.

    Runner V1 keys requests by their row and tells of moves (`update_state`); V2 by a slot that stays, and tells of the rows
    of each step (`ctx`). Nothing here raises once a request is admitted: an exception in a step ends the engine.
    """

    def __init__(self, vllm_config: "VllmConfig", place: Any, is_pin_memory: bool = False) -> None:
        """place: the device for runner V1, the requests' state, which has it, for V2.

        Raises ValueError where the server's settings would lose the numbers.
        """
        check_server(vllm_config)
        self._device: torch.device = getattr(place, "device", place)
        self._wanted: dict[int, PlacedRead | object] = {}
        self._placed: dict[ReadRequest, PlacedRead] = {}

    @classmethod
    def validate_params(cls, sampling_params: "SamplingParams") -> None:
        """Raises ValueError for a request that cannot be read for; the server answers 400."""
        check(sampling_params)

    # Runner V1

    def is_argmax_invariant(self) -> bool:
        """The best token stays, but greedy rows have to pass through here."""
        return False

    def update_state(self, batch_update: "BatchUpdate | None") -> None:
        if batch_update is None:
            return
        for row in batch_update.removed:
            self._wanted.pop(row, None)
        for row, params, *_ in batch_update.added:
            # Penalties come after this on V1, and a repetition penalty is no longer the same on a shifted row.
            self._add(row, params, shift=params.repetition_penalty == 1)
        for one, other, direction in batch_update.moved:
            moved, displaced = self._wanted.pop(one, None), self._wanted.pop(other, None)
            if moved is not None:
                self._wanted[other] = moved
            if displaced is not None and direction == MoveDirectionality.SWAP:
                self._wanted[one] = displaced

    # Runner V2

    def add_request(self, req_idx: int, sampling_params: "SamplingParams") -> bool:
        return self._add(req_idx, sampling_params, shift=True)

    # Both

    def apply(self, logits: torch.Tensor, ctx: Any = None) -> torch.Tensor:
        slots = range(len(logits)) if ctx is None else ctx.idx_mapping_np.tolist()
        rows_of: dict[PlacedRead | object, list[int]] = {}
        for row, slot in enumerate(slots):
            wanted = self._wanted.get(slot)
            if wanted is not None:
                rows_of.setdefault(wanted, []).append(row)
        for wanted, rows in rows_of.items():
            # Pinned, so that a GPU's queue of work is not waited for.
            index = torch.tensor(rows, dtype=torch.long, pin_memory=logits.is_cuda).to(logits.device, non_blocking=True)
            if isinstance(wanted, PlacedRead):
                logits[index] = carry(logits[index], wanted)
            else:
                logits[index] = logits[index].log_softmax(-1, dtype=torch.float32)
        return logits

    def _add(self, key: int, params: "SamplingParams", *, shift: bool) -> bool:
        wanted = self._read(params)
        if wanted is None and shift and (params.logprobs is not None or params.logprob_token_ids):
            wanted = OTHERS
        if wanted is None:
            self._wanted.pop(key, None)
            return False
        self._wanted[key] = wanted
        return True

    def _read(self, params: "SamplingParams") -> PlacedRead | None:
        try:
            read = read_of(params)
        except ValueError:
            return None  # admitted without validate_params: its row stays as it is
        if read is None:
            return None
        if read not in self._placed:
            if len(self._placed) >= 256:
                self._placed.clear()
            self._placed[read] = PlacedRead(read, self._device)
        return self._placed[read]


def check_server(vllm_config: "VllmConfig") -> None:
    """Raises ValueError for settings with which the numbers would not come through."""
    model = vllm_config.model_config
    if model.logprobs_mode != "processed_logits":
        raise ValueError(f"labelscope reader: serve with --logprobs-mode processed_logits, not {model.logprobs_mode}")
    if model.max_logprobs != -1:
        raise ValueError(f"labelscope reader: serve with --max-logprobs -1, not {model.max_logprobs}")
    if vllm_config.speculative_config is not None:
        raise ValueError("labelscope reader: a server with speculative decoding reads several rows a request; serve without")
