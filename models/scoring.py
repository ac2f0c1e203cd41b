"""Log-probabilities of texts under a transformer."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..core import UsageError
from .base import Reading
from .language_model import LanguageModel
from .packed import PackedLinears

BATCH_TOKENS = 4_096
WASTE = 0.1
"""Share of a batch that may be padding."""
SMALL = 512
"""A batch of fewer tokens takes longer windows in, whatever the padding: the products are too small else."""
HEAD_ROWS = 1_024
"""Logits of at most so many positions are made at a time, to bound memory."""
LOGITS = 4 << 20
"""Logits made at a time where they are read once: few enough (16 MiB) to stay near the processor."""
WORTH_PACKING = 512
"""From so many tokens on, matrices are laid out for the processor first."""


def sequence_logprobs(
    network: LanguageModel,
    sequences: Sequence[Sequence[int]],
    begin: int,
    context: int | None = None,
    stride: int | None = None,
) -> list[np.ndarray]:
    """Natural-log probability of each token after a begin token: float64 of shape (tokens,) for each sequence.

    A sequence longer than ``context`` (by default that of the network) is scored in disjoint windows of so many tokens,
    each conditioned on the one token before it: the windows of training. With a ``stride`` it is scored in rolling
    windows instead (:func:`rolling_windows`). Right padding cannot change a causal result; values agree between batches
    to 1e-5.
    """
    size = context or network.config.context
    windows = windows_of(sequences, begin, size) if stride is None else rolling_windows(sequences, begin, size, stride)
    return window_logprobs(network, windows, [len(sequence) for sequence in sequences], begin)


@torch.inference_mode()
def window_logprobs(
    network: LanguageModel, windows: Sequence["Window"], lengths: Sequence[int], begin: int
) -> list[np.ndarray]:
    """The predicted tokens of all windows put together: float64 (length,) for each sequence."""
    results = [np.zeros(length) for length in lengths]
    worth = sum(len(window.tokens) for window in windows) >= WORTH_PACKING
    with PackedLinears(network) if worth else nullcontext():
        for group, batch in batches_of(windows, begin):
            for window, values in zip(group, _target_logprobs(network, group, batch), strict=True):
                results[window.number][window.low : window.low + len(values)] = values
    return results


@torch.inference_mode()
def sequence_readings(
    network: LanguageModel, sequences: Sequence[Sequence[int]], begin: int, read: Reading, context: int
) -> list[np.ndarray]:
    """What ``read`` makes of the distribution at each place of each sequence, in disjoint windows of ``context``."""
    results: dict[int, list[tuple[int, np.ndarray]]] = {}
    windows = windows_of(sequences, begin, context)
    with PackedLinears(network) if sum(map(len, sequences)) >= WORTH_PACKING else nullcontext():
        for group, batch in batches_of(windows, begin):
            chosen = wanted(group, batch.shape[1] - 1)
            values = _read(network, network.hidden(batch[:, :-1])[chosen], batch[:, 1:][chosen], read)
            parts = np.split(values, np.cumsum([window.predicted for window in group])[:-1])
            for window, part in zip(group, parts, strict=True):
                results.setdefault(window.number, []).append((window.low, part))
    ordered = [[part for _, part in sorted(results.get(k, []), key=lambda one: one[0])] for k in range(len(sequences))]
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in ordered]


def _read(network: LanguageModel, hidden: Tensor, targets: Tensor, read: Reading) -> np.ndarray:
    rows = min(HEAD_ROWS, max(1, LOGITS // network.config.vocabulary))
    parts = [
        read(network.logits(hidden[low : low + rows]).double().log_softmax(-1), targets[low : low + rows]).numpy()
        for low in range(0, len(hidden), rows)
    ]
    return np.concatenate(parts)


@torch.inference_mode()
def next_token_logprobs(network: LanguageModel, prompts: Sequence[Sequence[int]], begin: int) -> np.ndarray:
    """Natural-log probability of every token after each prompt: float64 (prompts, vocabulary)."""
    rows = [np.zeros((0, network.config.vocabulary))]
    for prompt in prompts:
        tokens = torch.tensor([[begin, *prompt][-network.config.context :]])
        rows.append(network.logits(network.hidden(tokens)[:, -1]).double().log_softmax(-1).numpy())
    return np.concatenate(rows)


@torch.inference_mode()
def last_hidden(network: LanguageModel, sequences: Sequence[Sequence[int]], begin: int) -> np.ndarray:
    """The last hidden state after each sequence (after its end where it is too long): float64 (sequences, d)."""
    size = network.config.context
    cut = [[begin, *sequence][-size:] for sequence in sequences]
    order = sorted(range(len(cut)), key=lambda number: len(cut[number]))
    # a window predicts a token after its last one: any stands there
    windows = [Window(number, 0, [*cut[number], begin], len(cut[number]) - 1) for number in order]
    rows: dict[int, np.ndarray] = {}
    with PackedLinears(network) if sum(map(len, cut)) >= WORTH_PACKING else nullcontext():
        for group, batch in batches_of(windows, begin):
            states = network.hidden(batch[:, :-1])[wanted(group, batch.shape[1] - 1)].double().numpy()
            rows.update(zip((window.number for window in group), states, strict=True))
    return np.stack([rows[number] for number in range(len(cut))]) if cut else np.zeros((0, 0))


class Window(NamedTuple):
    """A stretch of sequence ``number``: ``tokens`` with the one before them, the first ``skip`` only as context.

    ``low`` is the place of the first token that is predicted.
    """

    number: int
    low: int
    tokens: list[int]
    skip: int = 0

    @property
    def predicted(self) -> int:
        """How many tokens are predicted."""
        return len(self.tokens) - 1 - self.skip


def windows_of(sequences: Sequence[Sequence[int]], begin: int, context: int) -> list[Window]:
    """Disjoint windows of ``context`` tokens of each sequence after a begin token, the shortest first."""
    windows: list[Window] = []
    for number, sequence in enumerate(sequences):
        tokens = [begin, *sequence]
        windows += [Window(number, low, tokens[low : low + context + 1]) for low in range(0, len(sequence), context)]
    return sorted(windows, key=lambda window: len(window.tokens))


def rolling_windows(sequences: Sequence[Sequence[int]], begin: int, window: int, stride: int) -> list[Window]:
    """Windows that each predict ``stride`` new tokens (the first all of its own) from up to ``window`` before each.

    Every window after the first reaches back so far that it holds ``window`` tokens, so that each token is conditioned
    on at least ``window - stride`` tokens and the one before them. These are the windows of lm-evaluation-harness with
    ``max_seq_len = window`` and ``context_len = window - stride + 1``; it calls a stride of the whole window disjoint.
    """
    if not 1 <= stride <= window:
        raise UsageError(f"stride {stride}: must be from 1 to the window, which is {window}")
    windows: list[Window] = []
    for number, sequence in enumerate(sequences):
        tokens = [begin, *sequence]
        windows += [Window(number, 0, tokens[: window + 1])] if sequence else []
        for low in range(window, len(sequence), stride):
            end = min(low + stride, len(sequence))
            windows.append(Window(number, low, tokens[end - window : end + 1], window - (end - low)))
    return sorted(windows, key=lambda window: len(window.tokens))


def batches_of(windows: Sequence[Window], begin: int) -> Iterator[tuple[list[Window], Tensor]]:
    """Windows in groups of a bounded number of tokens and little padding, each also as a tensor, padded on the right.

    ``windows`` must be sorted by length.
    """
    groups: list[list[Window]] = []
    held = 0
    for window in windows:
        width = len(window.tokens)
        size = (len(groups[-1]) + 1) * width if groups else 0
        wasteful = size > SMALL and held + width < (1 - WASTE) * size
        if not groups or size > BATCH_TOKENS or wasteful:
            groups.append([])
            held = 0
        groups[-1].append(window)
        held += width
    for group in groups:
        width = max(len(window.tokens) for window in group)
        yield group, torch.tensor([window.tokens + [begin] * (width - len(window.tokens)) for window in group])


def wanted(group: Sequence[Window], width: int) -> Tensor:
    """Which of ``width`` inputs of each window predict a token that is wanted: bool (windows, width)."""
    place = torch.arange(width)
    first = torch.tensor([[window.skip] for window in group])
    return (place >= first) & (place < first + torch.tensor([[window.predicted] for window in group]))


def _target_logprobs(network: LanguageModel, group: Sequence[Window], batch: Tensor) -> list[np.ndarray]:
    """Of each window its predicted tokens; logits are made for those alone."""
    chosen = wanted(group, batch.shape[1] - 1)
    hidden, targets = network.hidden(batch[:, :-1])[chosen], batch[:, 1:][chosen]
    rows = min(HEAD_ROWS, max(1, LOGITS // network.config.vocabulary))
    parts = []
    for low in range(0, len(hidden), rows):
        logits = network.logits(hidden[low : low + rows])
        logits -= logits.amax(1, keepdim=True)
        picked = logits.gather(1, targets[low : low + rows, None])[:, 0].double()
        # in the network's own type: PyTorch sums pairwise, to 1e-7, and a float64 copy would take a tenth of the time
        parts.append(picked - logits.exp_().sum(1).double().log())
    values = torch.cat(parts).numpy()
    return np.split(values, np.cumsum([window.predicted for window in group])[:-1])
