"""What a model of entailment is, and the registry of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ...core import InputError, Registry, UsageError
from ...curate import call_checked
from ..statistics import Floats

CLASSES = ("entailment", "neutral", "contradiction")


@runtime_checkable
class Entailment(Protocol):
    """Reads pairs of premise and hypothesis. ``protocol`` names it and its version in every score that rests on it."""

    protocol: str

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Probabilities of :data:`CLASSES` for each pair: float64 (pairs, 3), rows sum to 1."""


Spec = str | Mapping[str, Any] | Entailment
ENTAILMENTS: Registry[Callable[..., Entailment]] = Registry("entailment", "headwater.entailments")


def build_entailment(spec: Spec, place: str = "entailment") -> Entailment:
    """The model behind a name, ``{name: {option: value}}`` or an object; wrong ones raise :class:`UsageError`."""
    if isinstance(spec, str):
        spec = {spec: {}}
    if isinstance(spec, Mapping):
        if len(spec) != 1:
            raise UsageError(f"{place}: write the name of one model of entailment, or {{name: {{option: value}}}}")
        ((name, options),) = spec.items()
        made: Entailment = call_checked(ENTAILMENTS.get(str(name), place), dict(options or {}), place)
        return made
    if not isinstance(spec, Entailment):
        raise UsageError(f"{place}: {type(spec).__name__} is no model of entailment (it needs probabilities, protocol)")
    return spec


def checked_probabilities(model: Entailment, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
    """What the model says, with its shape and range checked: a broken model ends in an error, never in a number."""
    found = np.asarray(model.probabilities(premises, hypotheses), np.float64)
    if found.shape != (len(premises), len(CLASSES)):
        raise InputError(f"{model.protocol}: gave shape {found.shape}, not ({len(premises)}, {len(CLASSES)})")
    if not np.isfinite(found).all() or (found < -1e-6).any() or (np.abs(found.sum(1) - 1) > 1e-3).any():
        raise InputError(f"{model.protocol}: gave what are no probabilities of {', '.join(CLASSES)}")
    return found
