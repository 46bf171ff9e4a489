"""From rows of logits to the rows that carry the numbers of a read. Needs torch, not vLLM."""

import torch

from labelscope_vllm.request import HEAD, PROTOCOL, ReadRequest

READ = 1000.0 + PROTOCOL
NO_DISTRIBUTION = 2001.0
OUTSIDE_VOCABULARY = 2002.0
# Stands for -infinity, which JSON has not; vLLM's server writes it so, too.
MINUS_INFINITY = -9999.0
# At the best token's place: above every number, so that the token is the best of the new row, too.
BEST = 1e30
# Rows that are reduced at once: with 262144 columns each temporary tensor then takes 64 MB.
_ROWS = 64


class PlacedRead:
    """A read whose ids lie on the logits' device."""

    def __init__(self, read: ReadRequest, device: torch.device) -> None:
        self.read = read
        self.numbers = read.numbers
        self.tokens = torch.tensor(read.tokens, dtype=torch.long, device=device)
        self.groups = [torch.tensor(group, dtype=torch.long, device=device) for group in read.groups]


def carry(logits: torch.Tensor, placed: PlacedRead) -> torch.Tensor:
    """Rows in place of `logits` that carry the numbers of a read, so that the best token stays the best.

    logits: [rows, columns] float32, raw. Left as they are.

    Number k stands at column k; where that is the best token's own, at the column after the last number. Everything else
    is -infinity, so the largest `numbers + 1` entries are the numbers and the best token.
    """
    return torch.cat([_carry(part, placed) for part in logits.split(_ROWS)]) if len(logits) > 0 else logits


def _carry(logits: torch.Tensor, placed: PlacedRead) -> torch.Tensor:
    rows, columns = logits.shape
    largest = logits.amax(-1)  # NaN if any logit is
    finite = torch.isfinite(largest)
    safe = torch.where(finite[:, None], logits, 0.0)
    if placed.read.highest_id >= columns or placed.read.top > columns:
        values = safe.new_zeros((rows, placed.numbers))
        values[:, 0] = OUTSIDE_VOCABULARY
    else:
        values = torch.where(finite[:, None], numbers(safe, placed), 0.0)
        values[:, 0] = torch.where(finite, READ, NO_DISTRIBUTION)
    values[:, 1] = columns
    best = safe.argmax(-1)
    place = torch.arange(placed.numbers, device=logits.device).expand(rows, -1)
    place = torch.where(place == best[:, None], placed.numbers, place)
    out = torch.full_like(safe, float("-inf"))
    # A vocabulary that is smaller than the read cannot carry it; vLLM refuses such a request by its logprobs before.
    if placed.numbers < columns:
        out.scatter_(1, place, values.clamp_min(MINUS_INFINITY))
    return out.scatter_(1, best[:, None], BEST)


def numbers(logits: torch.Tensor, placed: PlacedRead) -> torch.Tensor:
    """The numbers of a read, [rows, numbers] float32. Sums are added up in float64.

    logits: [rows, columns] float32; the largest of a row is finite.
    """
    rows, columns = logits.shape
    largest = logits.amax(-1, keepdim=True)
    below = logits - largest
    weights = below.exp()
    total = weights.sum(-1, dtype=torch.float64)
    # H = ln Z - sum p d with d = z - z_max; where the weight is 0, so is its part.
    spread = (weights * below.clamp_min(MINUS_INFINITY)).sum(-1, dtype=torch.float64)
    log_sum = total.log() + largest[:, 0].double()
    log_sum_high = log_sum.float()
    parts = [
        logits.new_full((rows, 1), READ),
        logits.new_full((rows, 1), float(columns)),
        log_sum_high[:, None],
        (log_sum - log_sum_high.double()).float()[:, None],
        (total.log() - spread / total).float()[:, None],
        largest,
    ]
    assert len(parts) == HEAD
    parts.append(logits[:, placed.tokens])
    parts += [_log_sum(logits[:, group])[:, None] for group in placed.groups]
    top_ids, top_logits = largest_logits(logits, placed.read.top)
    parts += [top_ids.float(), top_logits]
    return torch.cat(parts, 1)


def largest_logits(logits: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and logits of the largest, falling; ties by lower id, which models in bfloat16 have many of.

    torch's own topk leaves ties open, so it is asked for integers that are ordered as logit, then id.
    """
    if count == 0:
        return logits.new_zeros((len(logits), 0), dtype=torch.long), logits[:, :0]
    bits = (logits + 0.0).view(torch.int32)  # -0 + 0 is 0
    ordered = torch.where(bits < 0, bits ^ 0x7FFFFFFF, bits).long()
    ids = torch.arange(logits.shape[1], device=logits.device)
    keys = (ordered << 32) - ids
    top = keys.topk(count, -1).values
    top_ids = (-top) & 0xFFFFFFFF
    return top_ids, logits.gather(1, top_ids)


def _log_sum(logits: torch.Tensor) -> torch.Tensor:
    if logits.shape[1] == 0:
        return logits.new_full((len(logits),), MINUS_INFINITY)
    return torch.logsumexp(logits.double(), -1).float()
