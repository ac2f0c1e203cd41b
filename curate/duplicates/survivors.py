"""Which document of a cluster stays."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

from ..licences import licence_keys

Survivor = Literal["first", "longest", "best-licence"]
# From the licence that asks least to the one that asks most; what is not listed here is more restrictive than these.
_RANKS: tuple[tuple[str, ...], ...] = (
    ("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD", "MIT-0", "LicenseRef-Public-Domain"),
    ("MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "PSF-2.0", "Zlib", "BSL-1.0", "NCSA", "HPND"),
    ("CC-BY-4.0", "CC-BY-3.0", "CC-BY-2.5", "CC-BY-2.0", "CC-BY-1.0", "ODC-By-1.0", "BSD-4-Clause"),
    ("CC-BY-SA-", "ODbL-", "MPL-", "EPL-", "EUPL-", "CDDL-", "GFDL-", "GPL-", "LGPL-", "AGPL-"),
)
OTHER, UNKNOWN_RANK = len(_RANKS), len(_RANKS) + 1


@lru_cache(maxsize=4096)
def licence_rank(expression: str) -> int:
    """0 for public domain, 1 permissive, 2 attribution, 3 share-alike, 4 any other, 5 unknown.

    Of several licences in one expression the one that asks most counts.

    >>> [licence_rank(name) for name in ("CC0-1.0", "MIT", "CC-BY-4.0", "MIT AND GPL-3.0-only", "unknown")]
    [0, 1, 2, 3, 5]
    """
    keys = licence_keys(expression)
    return max(map(_rank, keys)) if keys else UNKNOWN_RANK


def _rank(key: str) -> int:
    for rank, names in enumerate(_RANKS):
        if key in names or (rank == 3 and key.startswith(names)):
            return rank
    return OTHER


def survivor_by(rule: Survivor, words: np.ndarray, licences: np.ndarray) -> Callable[[Sequence[int]], int]:
    """The choice by a rule; the first of the corpus decides between equals."""
    if rule == "longest":
        return lambda members: min(members, key=lambda member: (-int(words[member]), member))
    if rule == "best-licence":
        return lambda members: min(members, key=lambda member: (int(licences[member]), member))
    return min
