"""Windows of training text with a canary in them, shown once each however many passes the documents get."""

from collections.abc import Sequence

import numpy as np

from ..core import generator
from .base import Canary

Named = tuple[str, str]
"""Id and role of a text in the ledger."""


def plant(
    pieces: Sequence[np.ndarray],
    names: Sequence[Named],
    canaries: Sequence[tuple[Canary, np.ndarray]],
    begin: int,
    context: int,
    seed: int,
) -> tuple[np.ndarray, list[list[Named]]]:
    """Each canary in ``repetitions`` stretches of the stream of ``pieces``, written over the text there.

    Returns the windows, int32 of shape (n, context + 1), and the texts that stand in each. A stretch is as many windows
    as the canary needs with the begin tokens around it; place and offset are drawn by the seed.
    """
    stream = np.concatenate([part for piece in pieces for part in (np.array([begin], np.int32), piece)])
    owners = np.concatenate([[-1] + [row] * len(piece) for row, piece in enumerate(pieces)])
    names, rng = [*names, ("", "canary")], generator(seed, "plant")
    windows: list[np.ndarray] = []
    inside: list[list[Named]] = []
    for canary, tokens in canaries:
        written = np.concatenate([[begin], tokens, [begin]]).astype(np.int32)
        owned = np.concatenate([[-1], np.full(len(tokens), len(pieces)), [-1]])
        names[-1] = (canary.id, "canary")
        for _ in range(canary.repetitions):
            n = -(-len(written) // context)
            start, offset = rng.integers(len(stream)), rng.integers(n * context + 2 - len(written))
            around = (start + np.arange(n * context + 1)) % len(stream)
            text, owner = stream[around], owners[around]
            text[offset : offset + len(written)] = written
            owner[offset : offset + len(written)] = owned
            cut = np.arange(n)[:, None] * context + np.arange(context + 1)
            windows.append(text[cut])
            inside += [[names[row] for row in np.unique(part[part >= 0])] for part in owner[cut]]
    return np.concatenate([np.zeros((0, context + 1), np.int32), *windows]), inside
