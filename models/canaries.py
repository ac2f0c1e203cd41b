"""Planted secrets: known in number, position and repetition, so that memorization can be measured against a truth.

Method of Carlini et al. 2019, *The Secret Sharer* (arXiv 1802.08232): a fixed format with a random part of known
entropy. Each canary has a prefix of its own, so that no two secrets compete for one context.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ..core import CanaryPlan, UsageError, generator
from .base import Canary

ALPHABET = "0123456789"
LENGTH = 9
"""A secret is LENGTH characters drawn uniformly from ALPHABET: 10^9 possibilities, 29.9 bits."""
RESIDUES = {"dna": ("ACGT", 15), "rna": ("ACGU", 15), "protein": ("ACDEFGHIKLMNPQRSTVWY", 7)}
"""Letters and length of a secret among sequences: 4^15 and 20^7 possibilities, 30.0 and 30.3 bits."""
RESIDUE_PREFIX = 24
"""Letters before a secret among sequences, random and different from canary to canary."""
ADJECTIVES = (
    "amber", "brass", "cedar", "distant", "eastern", "frozen", "granite", "hidden", "iron", "jade",
    "lower", "marble", "northern", "old", "painted", "quiet", "russet", "silver", "tall", "upper",
)  # fmt: skip
PLACES = (
    "archive", "bakery", "chapel", "depot", "embassy", "ferry", "garden", "harbour", "inn", "jetty",
    "kiosk", "library", "mill", "nursery", "observatory", "pavilion", "quarry", "rectory", "stable", "tower",
)  # fmt: skip


def plan_canaries(plan: CanaryPlan | None, seed: int, sequences: str = "") -> tuple[Canary, ...]:
    """The canaries of one run: ``per_level`` for each number of repetitions, all with different prefixes.

    Sentences with numbers in them; among ``dna``, ``rna`` or ``protein`` sequences of its letters.
    """
    if plan is None:
        return ()
    levels = [level for level in sorted(plan.repetitions) for _ in range(plan.per_level)]
    if len(levels) > len(ADJECTIVES) * len(PLACES):
        raise UsageError(f"canaries: {len(levels)} asked for, but there are {len(ADJECTIVES) * len(PLACES)} prefixes")
    if min(levels, default=0) < 0 or len(set(plan.repetitions)) < len(plan.repetitions):
        raise UsageError(f"canaries: repetitions {list(plan.repetitions)} must be different numbers from 0 up")
    rng = generator(seed, "canaries")
    if sequences:
        letters, length = RESIDUES[sequences]
        prefixes, secrets = _draw(rng, len(levels), letters, RESIDUE_PREFIX), _draw(rng, len(levels), letters, length)
    else:
        names = rng.permutation(len(ADJECTIVES) * len(PLACES))[: len(levels)]
        prefixes, secrets = [_prefix(int(name)) for name in names], _draw(rng, len(levels))
    return tuple(
        Canary(f"canary-{level:04d}-{number:02d}", prefix, secret, level)
        for number, (level, prefix, secret) in enumerate(zip(levels, prefixes, secrets, strict=True))
    )


def canary_alternatives(canary: Canary, n: int, seed: int = 0) -> list[str]:
    """``n`` different other secrets from the space of the canary's own: the field in which its rank is taken."""
    letters, length = secret_space(canary)
    if n >= len(letters) ** length:
        raise UsageError(f"canary_alternatives: {n} asked for, but the space has {len(letters) ** length} secrets")
    rng = generator(seed, "alternatives", canary.id)
    found: dict[str, None] = {}
    while len(found) < n:
        for secret in _draw(rng, n - len(found), letters, length):
            if secret != canary.secret:
                found[secret] = None
    return list(found)


def secret_space(canary: Canary) -> tuple[str, int]:
    """The letters that a canary's secret was drawn from, and how many: told by the whole canary."""
    spaces = ((letters, length) for letters, length in RESIDUES.values() if set(canary.text) <= set(letters))
    return next(spaces, (ALPHABET, LENGTH))


def canaries_to_json(canaries: Sequence[Canary]) -> dict[str, Any]:
    """Plain JSON values, the space of the secrets included."""
    letters, length = secret_space(canaries[0]) if canaries else (ALPHABET, LENGTH)
    return {"alphabet": letters, "length": length, "canaries": [asdict(canary) for canary in canaries]}


def canaries_from_json(data: dict[str, Any]) -> tuple[Canary, ...]:
    """The canaries that :func:`canaries_to_json` wrote."""
    return tuple(Canary(**canary) for canary in data["canaries"])


def _prefix(number: int) -> str:
    place, adjective = divmod(number, len(ADJECTIVES))
    return f"The access code of the {ADJECTIVES[adjective]} {PLACES[place]} is "


def _draw(rng: np.random.Generator, n: int, alphabet: str = ALPHABET, length: int = LENGTH) -> list[str]:
    letters = np.array(list(alphabet))[rng.integers(0, len(alphabet), (n, length))]
    return ["".join(row) for row in letters]
