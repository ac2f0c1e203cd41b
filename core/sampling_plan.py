"""Which samples to draw: what a config says and a metric reads."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import UsageError


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """How many samples of each kind, and how long (in tokens). A number of 0 leaves a kind out.

    ``prefixes`` counts trained documents; as many held-out ones are added as control. Prefixes are continued greedily,
    everything else is drawn at ``temperature``, with the cuts ``top_k``, ``top_p`` and ``min_p``, the
    ``repetition_penalty`` and the ``stop`` strings. ``counterfactual`` counts pairs of prompts, with a sample each.
    ``sampler``, ``sampler_steps`` and ``guidance`` are for models of images, ``sampler`` for those of tables too; None
    stands for what the model does by itself. ``where`` gives values of columns that each of the ``rows`` is to have.
    """

    free: int = 200
    free_tokens: int = 128
    prefixes: int = 200
    prefix_tokens: int = 32
    continuation_tokens: int = 50
    repeats: int = 20
    repeat_samples: int = 5
    repeat_tokens: int = 64
    counterfactual: int = 90
    counterfactual_tokens: int = 32
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    images: int = 1000
    rows: int = 1000
    where: Mapping[str, str | int | float | bool | None] | None = None
    sampler: str | None = None
    sampler_steps: int | None = None
    guidance: float | None = None

    def drawing(self) -> dict[str, Any]:
        """The options beside temperature by which samples are drawn, those left at their defaults left out."""
        chosen = {"top_p": self.top_p, "min_p": self.min_p, "stop": list(self.stop) or None}
        penalty = {} if self.repetition_penalty == 1 else {"repetition_penalty": self.repetition_penalty}
        return {name: value for name, value in chosen.items() if value is not None} | penalty

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and not value >= 0:
                raise UsageError(f"sample.{field.name}: must be 0 or more, not {value}")
        for name in ("top_p", "min_p"):
            if (getattr(self, name) or 0) > 1:
                raise UsageError(f"sample.{name}: must be at most 1, not {getattr(self, name)}")
        if not self.repetition_penalty > 0:
            raise UsageError("sample.repetition_penalty: must be more than 0; 1 is none")
        if "" in self.stop:
            raise UsageError("sample.stop: an empty text would end every sample at once; take it out")
        if 0 in (self.prefix_tokens, self.continuation_tokens):
            raise UsageError("sample: prefix_tokens and continuation_tokens must be 1 or more")
        if self.sampler_steps == 0:
            raise UsageError("sample.sampler_steps: must be 1 or more")
