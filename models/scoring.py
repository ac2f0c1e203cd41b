"""Log-probabilities of texts under a transformer."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from .language_model import LanguageModel

BATCH_TOKENS = 4_096
HEAD_ROWS = 1_024
"""Logits are made for this many positions at a time, to bound memory, and summed in float64."""


@torch.inference_mode()
def sequence_logprobs(
    network: LanguageModel, sequences: Sequence[Sequence[int]], begin: int, context: int | None = None
) -> list[np.ndarray]:
    """Natural-log probability of each token after a begin token: float64 of shape (tokens,) for each sequence.

    A sequence longer than ``context`` (by default that of the network) is scored in disjoint windows of so many tokens,
    each conditioned on the one token before it: the windows of training. Right padding cannot change a causal result;
    values agree between batches to 1e-5.
    """
    context = context or network.config.context
    windows: list[tuple[int, int, list[int]]] = []
    for number, sequence in enumerate(sequences):
        tokens = [begin, *sequence]
        windows += [(number, low, tokens[low : low + context + 1]) for low in range(0, len(sequence), context)]
    results = [np.zeros(len(sequence)) for sequence in sequences]
    windows.sort(key=lambda window: len(window[2]))
    for group in _groups(windows):
        width = max(len(tokens) for _, _, tokens in group)
        batch = torch.tensor([tokens + [begin] * (width - len(tokens)) for _, _, tokens in group])
        values = _target_logprobs(network, batch)
        for (number, low, tokens), row in zip(group, values, strict=True):
            results[number][low : low + len(tokens) - 1] = row[: len(tokens) - 1]
    return results


def _groups(windows: list[tuple[int, int, list[int]]]) -> list[list[tuple[int, int, list[int]]]]:
    groups: list[list[tuple[int, int, list[int]]]] = []
    for window in windows:
        if not groups or (len(groups[-1]) + 1) * len(window[2]) > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(window)
    return groups


def _target_logprobs(network: LanguageModel, batch: Tensor) -> np.ndarray:
    hidden = network.hidden(batch[:, :-1]).flatten(0, 1)
    targets = batch[:, 1:].flatten()
    parts = []
    for low in range(0, len(hidden), HEAD_ROWS):
        logits = network.logits(hidden[low : low + HEAD_ROWS])
        logits = logits - logits.amax(1, keepdim=True)
        chosen = logits.gather(1, targets[low : low + HEAD_ROWS, None])[:, 0]
        parts.append(chosen.double() - logits.exp().sum(1, dtype=torch.float64).log())
    return np.asarray(torch.cat(parts).view(len(batch), -1))
