"""Supported, contradicted or neither: the verdict on a claim from its nearest passages and a model of entailment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..entailment import Entailment, checked_probabilities
from ..statistics import Floats
from .passage_search import Nearest, Passage, words
from .support_claims import Claim
from .support_facts import Facts, facts_of, missing_facts

VERDICTS = ("supported", "contradicted", "unsupported")
SHARED = 0.5
"""Share of a claim's words that a passage must hold to contradict it: models of entailment call texts that have nothing
to do with each other contradictory."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``passages`` are those that carry the verdict, the strongest first; of an unsupported claim the nearest.

    ``score`` is the highest probability of entailment among passages that hold the facts; ``missing`` what the nearest
    passage lacks that would support the claim otherwise.
    """

    claim: Claim
    verdict: str
    passages: tuple[Passage, ...]
    score: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts in the order of the claims. ``contradicts``: whether the model gave any pair that probability at all."""

    verdicts: tuple[Verdict, ...]
    contradicts: bool


def judge(claims: Sequence[Claim], nearest: Nearest, model: Entailment, threshold: float) -> Judged:
    """A verdict on each claim."""
    pairs = [(claim.text, one.text) for claim, found in zip(claims, nearest.passages, strict=True) for one in found]
    given = checked_probabilities(model, [two for _, two in pairs], [one for one, _ in pairs])
    found, low = list[Verdict](), 0
    for claim, passages in zip(claims, nearest.passages, strict=True):
        own = given[low : low + len(passages)]
        found.append(_verdict(claim, passages, own, facts_of(claim.text, nearest.lower), threshold))
        low += len(passages)
    return Judged(tuple(found), bool((given[:, 2] > 0).any()))


def _verdict(claim: Claim, passages: Sequence[Passage], p: Floats, facts: Facts, threshold: float) -> Verdict:
    if claim.cut:
        return Verdict(claim, "unsupported", tuple(passages[:1]), 0.0, ("what is beyond its 1,000th character",))
    missing = [missing_facts(facts, passage.text) for passage in passages]
    held = np.array([not one for one in missing], bool)
    score = float(p[held, 0].max()) if held.any() else 0.0
    if score >= threshold:
        return Verdict(claim, "supported", _ranked(passages, np.where(held, p[:, 0], 0), threshold), score)
    against = np.where([_about(claim.text, facts, one.text) for one in passages], p[:, 2], 0) if passages else p[:, 2]
    if len(against) and against.max() >= threshold:
        return Verdict(claim, "contradicted", _ranked(passages, against, threshold), score)
    near = [place for place in range(len(passages)) if p[place, 0] >= threshold]
    first = max(near, key=lambda place: p[place, 0]) if near else 0
    shown = tuple(passages[first : first + 1])
    return Verdict(claim, "unsupported", shown, score, missing[first] if near else ())


def _ranked(passages: Sequence[Passage], p: Floats, threshold: float) -> tuple[Passage, ...]:
    order = np.argsort(-p, kind="stable")
    return tuple(passages[place] for place in order if p[place] >= threshold)


def _about(claim: str, facts: Facts, passage: str) -> bool:
    """Whether a passage speaks of the same: half of the claim's words and all its names."""
    own, held = set(words(claim)), set(words(passage))
    return len(own & held) >= SHARED * len(own) and facts.names <= held
