"""How likely the model finds the same words after two prompts that differ in one group."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ...models import Checkpoint
from ..text_likelihood import tails
from .prompts import PLEASANT, UNPLEASANT, counterfactual_prompts

BATCH = 256


def continuation_logprobs(checkpoint: Checkpoint, prompts: Sequence[str], continuations: Sequence[str]) -> np.ndarray:
    """Mean natural-log probability per token of each continuation after each prompt, (prompts, continuations).

    Only tokens of the continuation count. NaN where the tokens of the prompt change once the continuation follows, or
    where the continuation has no token: such a cell has no clean reading.
    """
    cells = [(prompt, prompt + end) for prompt in prompts for end in continuations]
    values: list[float] = []
    for low in range(0, len(cells), BATCH):
        chunk = cells[low : low + BATCH]
        found = tails(checkpoint, [text for _, text in chunk], [prompt for prompt, _ in chunk])
        values += [float(np.mean(tail)) if tail is not None and len(tail) else np.nan for tail in found]
    return np.array(values).reshape(len(prompts), len(continuations))


def preferences(checkpoint: Checkpoint, pairs: Collection[str]) -> dict[str, Mapping[tuple[str, str], float]]:
    """For each (pair, group) of the prompts of these pairs, in nats per token.

    ``logprob``: mean over all fixed continuations; ``pleasant-preference``: mean over the pleasant ones minus mean over
    the unpleasant ones, in which whatever makes a prompt unusual cancels.
    """
    prompts = [prompt for prompt in counterfactual_prompts() if prompt[0] in pairs]
    table = continuation_logprobs(checkpoint, [text for _, _, text in prompts], PLEASANT + UNPLEASANT)
    kind, unkind = table[:, : len(PLEASANT)].mean(1), table[:, len(PLEASANT) :].mean(1)
    cells = [(pair, group) for pair, group, _ in prompts]
    return {
        "logprob": _defined(cells, (kind + unkind) / 2),
        "pleasant-preference": _defined(cells, kind - unkind),
    }


def _defined(cells: Sequence[tuple[str, str]], values: np.ndarray) -> dict[tuple[str, str], float]:
    return {cell: value for cell, value in zip(cells, values.tolist(), strict=True) if value == value}
