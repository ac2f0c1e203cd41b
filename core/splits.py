"""Held-out documents, chosen by a pure function of id and seed: exchangeable with the rest by construction."""

import hashlib
from collections.abc import Sequence

import numpy as np


def held_out(ids: Sequence[str], fraction: float, seed: int) -> np.ndarray:
    """Boolean mask of shape (n,): True where a document is held out of training.

    The choice depends on the content half of the id, so that exact copies never stand on both sides.
    """
    limit = int(fraction * 2**64)
    salt = f"held-out:{seed}:".encode()
    digests = (hashlib.sha256(salt + name.split("-")[0].encode()).digest()[:8] for name in ids)
    return np.fromiter((int.from_bytes(digest, "big") < limit for digest in digests), bool, len(ids))
