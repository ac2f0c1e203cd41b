"""How to train: what a config says and a checkpoint repeats."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class CanaryPlan:
    """Which secrets to plant: ``per_level`` canaries for each number of repetitions. 0 is the untrained control.

    ``repetitions`` is how often the whole training shows a canary, however many passes it makes over the documents.
    """

    repetitions: tuple[int, ...] = (0, 1, 2, 4, 16)
    per_level: int = 3


@dataclass(frozen=True, slots=True)
class LoRAPlan:
    """Low-rank adapters (Hu et al. 2021, arXiv 2106.09685). ``alpha`` None means the rank (their section 4.1).

    ``targets`` names matrices by the last part of their name, or any run of its parts; without any the query and value
    projections are adapted. ``adapter`` is the folder of an adapter in peft's format to go on with.
    """

    rank: int = 8
    alpha: float | None = None
    dropout: float = 0.0
    targets: tuple[str, ...] = ()
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Exactly one of ``steps`` and ``budget`` (seconds) is set; a budget is resolved once to steps.

    ``documents`` limits training to that many documents, drawn by the seed; None means all.
    ``held_out`` is the share of documents that is never trained on. ``threads`` is part of the recipe because the
    order of float sums, and so the last bit of the weights, depends on it; so does ``precision``: ``float32``,
    ``bfloat16`` (matrix products only; weights stay float32), ``auto``, which takes bfloat16 where the processor has
    instructions for it, or ``fastest``, found by the clock; both are resolved once, like a budget. ``batch`` examples
    make a step; they are computed in ``accumulate`` parts, which saves memory and changes nothing but the last bits.
    ``options`` are the family's own (``headwater explain FAMILY``). ``weights`` names the attribute or label that says
    how often a document is seen beside others, ``balance`` one whose values get equal shares of the training. None
    stands for the default of the family. ``keep_checkpoints`` weights, evenly spaced over the training, stay in the
    checkpoint folder: what attribution by gradients looks back on.

    ``start`` is a model to go on from: a checkpoint folder, a Hugging Face folder or a GGUF file; a checkpoint names it
    by its hash. ``freeze`` lists beginnings of the names of parameters that stand still; with ``lora`` all of them do,
    and adapters train. Only with ``start`` may ``steps`` be 0: the model is then taken as it is.
    """

    family: str = "transformer"
    size: str = "xs"
    steps: int | None = 300
    budget: float | None = None
    batch: int | None = None
    accumulate: int = 1
    context: int = 256
    vocabulary: int = 4096
    learning_rate: float | None = None
    matrix_learning_rate: float | None = None
    warmup: int | None = None
    dropout: float = 0.0
    documents: int | None = None
    held_out: float = 0.05
    weights: str | None = None
    balance: str | None = None
    threads: int = 1
    precision: str = "auto"
    checkpoint_every: int = 100
    keep_checkpoints: int = 0
    canaries: CanaryPlan | None = field(default_factory=CanaryPlan)
    options: Mapping[str, Any] = field(default_factory=dict)
    start: str | None = None
    freeze: tuple[str, ...] = ()
    lora: LoRAPlan | None = None
    seed: int = 0

    def with_defaults(self, defaults: Mapping[str, Any]) -> "Recipe":
        """The same with ``defaults`` in place of what is None."""
        return replace(self, **{name: value for name, value in defaults.items() if getattr(self, name) is None})
