"""Log-probabilities of texts under a transformer."""

from collections.abc import Iterator, Sequence

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
    windows = windows_of(sequences, begin, context or network.config.context)
    results = [np.zeros(len(sequence)) for sequence in sequences]
    for group, batch in batches_of(windows, begin):
        values = _target_logprobs(network, batch)
        for (number, low, tokens), row in zip(group, values, strict=True):
            results[number][low : low + len(tokens) - 1] = row[: len(tokens) - 1]
    return results


@torch.inference_mode()
def next_token_logprobs(network: LanguageModel, prompts: Sequence[Sequence[int]], begin: int) -> np.ndarray:
    """Natural-log probability of every token after each prompt: float64 (prompts, vocabulary)."""
    rows = [np.zeros((0, network.config.vocabulary))]
    for prompt in prompts:
        tokens = torch.tensor([[begin, *prompt][-network.config.context :]])
        rows.append(network.logits(network.hidden(tokens)[:, -1]).double().log_softmax(-1).numpy())
    return np.concatenate(rows)


Window = tuple[int, int, list[int]]
"""Number of a sequence, place of the first token that is predicted, tokens with the one before them."""


def windows_of(sequences: Sequence[Sequence[int]], begin: int, context: int) -> list[Window]:
    """Disjoint windows of ``context`` tokens of each sequence after a begin token, the shortest first."""
    windows: list[Window] = []
    for number, sequence in enumerate(sequences):
        tokens = [begin, *sequence]
        windows += [(number, low, tokens[low : low + context + 1]) for low in range(0, len(sequence), context)]
    return sorted(windows, key=lambda window: len(window[2]))


def batches_of(windows: Sequence[Window], begin: int) -> Iterator[tuple[list[Window], Tensor]]:
    """Windows in groups of a bounded number of tokens, and each group as a tensor, padded on the right."""
    groups: list[list[Window]] = []
    for window in windows:
        if not groups or (len(groups[-1]) + 1) * len(window[2]) > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(window)
    for group in groups:
        width = max(len(tokens) for _, _, tokens in group)
        yield group, torch.tensor([tokens + [begin] * (width - len(tokens)) for _, _, tokens in group])


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
