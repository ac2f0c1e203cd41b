"""Which samples to draw: what a config says and a metric reads."""

import dataclasses
from dataclasses import dataclass

from .errors import UsageError


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """How many samples of each kind, and how long (in tokens). A number of 0 leaves a kind out.

    ``prefixes`` counts trained documents; as many held-out ones are added as control. Prefixes are continued greedily,
    everything else is drawn at ``temperature``. ``counterfactual`` counts pairs of prompts, with a sample each.
    ``sampler``, ``sampler_steps`` and ``guidance`` are for models of images; None stands for what the model does by
    itself.
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
    images: int = 1000
    sampler: str | None = None
    sampler_steps: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and value < 0:
                raise UsageError(f"sample.{field.name}: must be 0 or more, not {value}")
        if 0 in (self.prefix_tokens, self.continuation_tokens):
            raise UsageError("sample: prefix_tokens and continuation_tokens must be 1 or more")
        if self.sampler_steps == 0:
            raise UsageError("sample.sampler_steps: must be 1 or more")
