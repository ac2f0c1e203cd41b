"""How to train: what a config says and a checkpoint repeats."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CanaryPlan:
    """Which secrets to plant: ``per_level`` canaries for each number of repetitions. 0 is the untrained control.

    ``repetitions`` is how often the whole training shows a canary, however many passes it makes over the documents.
    """

    repetitions: tuple[int, ...] = (0, 1, 2, 4, 16)
    per_level: int = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Exactly one of ``steps`` and ``budget`` (seconds) is set; a budget is resolved once to steps.

    ``documents`` limits training to that many documents, drawn by the seed; None means all.
    ``held_out`` is the share of documents that is never trained on. ``threads`` is part of the recipe because the
    order of float sums, and so the last bit of the weights, depends on it; so does ``precision``: ``float32``,
    ``bfloat16`` (matrix products only; weights stay float32) or ``auto``, which takes bfloat16 where the processor has
    instructions for it and is resolved once, like a budget.
    """

    family: str = "transformer"
    size: str = "xs"
    steps: int | None = 300
    budget: float | None = None
    batch: int = 16
    context: int = 256
    vocabulary: int = 4096
    learning_rate: float = 3e-3
    matrix_learning_rate: float = 0.02
    warmup: int = 50
    dropout: float = 0.0
    documents: int | None = None
    held_out: float = 0.05
    threads: int = 1
    precision: str = "auto"
    checkpoint_every: int = 100
    canaries: CanaryPlan | None = field(default_factory=CanaryPlan)
    seed: int = 0
