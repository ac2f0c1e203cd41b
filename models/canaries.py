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
ADJECTIVES = (
    "amber", "brass", "cedar", "distant", "eastern", "frozen", "granite", "hidden", "iron", "jade",
    "lower", "marble", "northern", "old", "painted", "quiet", "russet", "silver", "tall", "upper",
)  # fmt: skip
PLACES = (
    "archive", "bakery", "chapel", "depot", "embassy", "ferry", "garden", "harbour", "inn", "jetty",
    "kiosk", "library", "mill", "nursery", "observatory", "pavilion", "quarry", "rectory", "stable", "tower",
)  # fmt: skip


def plan_canaries(plan: CanaryPlan | None, seed: int) -> tuple[Canary, ...]:
    """The canaries of one run: ``per_level`` for each number of repetitions, all with different prefixes."""
    if plan is None:
        return ()
    levels = [level for level in sorted(plan.repetitions) for _ in range(plan.per_level)]
    if len(levels) > len(ADJECTIVES) * len(PLACES):
        raise UsageError(f"canaries: {len(levels)} asked for, but there are {len(ADJECTIVES) * len(PLACES)} prefixes")
    if min(levels, default=0) < 0 or len(set(plan.repetitions)) < len(plan.repetitions):
        raise UsageError(f"canaries: repetitions {list(plan.repetitions)} must be different numbers from 0 up")
    rng = generator(seed, "canaries")
    names = rng.permutation(len(ADJECTIVES) * len(PLACES))[: len(levels)]
    secrets = _draw(rng, len(levels))
    return tuple(
        Canary(f"canary-{level:04d}-{number:02d}", _prefix(int(name)), secret, level)
        for number, (level, name, secret) in enumerate(zip(levels, names, secrets, strict=True))
    )


def canary_alternatives(canary: Canary, n: int, seed: int = 0) -> list[str]:
    """``n`` different other secrets from the space of the canary's own: the field in which its rank is taken."""
    if n >= len(ALPHABET) ** LENGTH:
        raise UsageError(f"canary_alternatives: {n} asked for, but the space has {len(ALPHABET) ** LENGTH} secrets")
    rng = generator(seed, "alternatives", canary.id)
    found: dict[str, None] = {}
    while len(found) < n:
        for secret in _draw(rng, n - len(found)):
            if secret != canary.secret:
                found[secret] = None
    return list(found)


def canaries_to_json(canaries: Sequence[Canary]) -> dict[str, Any]:
    """Plain JSON values, the space of the secrets included."""
    return {"alphabet": ALPHABET, "length": LENGTH, "canaries": [asdict(canary) for canary in canaries]}


def canaries_from_json(data: dict[str, Any]) -> tuple[Canary, ...]:
    """The canaries that :func:`canaries_to_json` wrote."""
    return tuple(Canary(**canary) for canary in data["canaries"])


def _prefix(number: int) -> str:
    place, adjective = divmod(number, len(ADJECTIVES))
    return f"The access code of the {ADJECTIVES[adjective]} {PLACES[place]} is "


def _draw(rng: np.random.Generator, n: int) -> list[str]:
    letters = np.array(list(ALPHABET))[rng.integers(0, len(ALPHABET), (n, LENGTH))]
    return ["".join(row) for row in letters]
