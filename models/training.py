"""The one training loop, for every family.

What is unusual: the order of examples and all randomness are pure functions of (seed, step), so a run that is killed
and resumed computes the same bits as one that is not, and no generator state is stored (the idea is EDM's,
github.com/NVlabs/edm). The loss is computed per example, so that an example can be named when something goes wrong.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from ..core import SILENT, ConfigError, IncompleteError, Progress, Recipe, derive_seed
from .optimizer import Optimizer, schedule
from .order import StepPlan, examples_at
from .state import StateFile

NOTE_EVERY = 10
TIMED_STEPS = 4
WARM_STEPS = 2


class Examples(Protocol):
    """What to train on: ``len`` ordinary examples that come with each pass, then ``planted`` ones, shown once each."""

    def __len__(self) -> int: ...

    @property
    def planted(self) -> int:
        """How many examples follow the ordinary ones."""

    def batch(self, indices: np.ndarray) -> Any:
        """The examples of these indices as the network's loss wants them: tensors, rows first."""

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of the documents behind these indices."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The part of a recipe that the loop reads. ``unit`` and ``per_example`` are for the progress bar alone."""

    seed: int
    batch: int
    learning_rate: float
    matrix_learning_rate: float
    warmup: int
    threads: int
    checkpoint_every: int
    precision: str = "float32"
    unit: str = "examples"
    per_example: int = 1

    @classmethod
    def of(cls, recipe: Recipe, precision: str, unit: str = "examples", per_example: int = 1) -> "Settings":
        """The settings that a recipe asks for."""
        return cls(
            seed=recipe.seed,
            batch=recipe.batch,
            learning_rate=recipe.learning_rate,
            matrix_learning_rate=recipe.matrix_learning_rate,
            warmup=recipe.warmup,
            threads=recipe.threads,
            checkpoint_every=recipe.checkpoint_every,
            precision=precision,
            unit=unit,
            per_example=per_example,
        )


def train(
    network: nn.Module,
    examples: Examples,
    settings: Settings,
    steps: int,
    state: StateFile | None = None,
    progress: Progress = SILENT,
) -> list[float]:
    """Train in place for ``steps`` steps, from the saved state where there is one; gives the loss of every step.

    Raises :class:`IncompleteError` that names the documents at the first loss that is not finite. The last saved
    state stays as it was.
    """
    plan = step_plan(settings, examples, steps)
    with reproducible(settings.threads):
        optimizer = make_optimizer(network, settings)
        losses = state.load(network, optimizer) if state else []
        network.train()
        with progress.task("train", total=steps) as task:
            task.advance(len(losses))
            pace = _Pace(settings, len(losses))
            for step in range(len(losses), steps):
                losses.append(_step(network, optimizer, examples, settings, plan, step))
                task.advance()
                if len(losses) % NOTE_EVERY == 0:
                    task.note(pace.note(losses))
                if state and len(losses) % settings.checkpoint_every == 0 and len(losses) < steps:
                    state.save(network, optimizer, losses)
        network.eval()
    return losses


def step_plan(settings: Settings, examples: Examples, steps: int) -> StepPlan:
    """The order of a training. Raises :class:`ConfigError` where planted examples would make up most of it."""
    shown, planted = steps * settings.batch, examples.planted
    if planted > shown // 2:
        raise ConfigError(
            f"model.canaries: they take {planted} of the {shown} examples that this training shows (steps x batch); "
            "plant fewer, train for more steps, or leave them out with `canaries: null`"
        )
    return StepPlan(settings.seed, settings.batch, steps, len(examples), planted)


def make_optimizer(network: nn.Module, settings: Settings) -> Optimizer:
    """The optimizer for one network; the network says which of its matrices are hidden."""
    hidden: Callable[[], list[str]] = network.hidden_matrices  # type: ignore[assignment]
    return Optimizer(network, hidden(), settings.learning_rate, settings.matrix_learning_rate)


def measure_steps(network: nn.Module, examples: Examples, settings: Settings, budget: float) -> int:
    """How many steps fit in ``budget`` seconds, by timing a few on this machine. Changes the weights: use a copy."""
    plan = StepPlan(settings.seed, settings.batch, 1_000, len(examples))
    with reproducible(settings.threads):
        optimizer = make_optimizer(network, settings)
        network.train()
        for step in range(WARM_STEPS):
            _step(network, optimizer, examples, settings, plan, step)
        start = time.perf_counter()
        for step in range(WARM_STEPS, WARM_STEPS + TIMED_STEPS):
            _step(network, optimizer, examples, settings, plan, step)
        seconds = (time.perf_counter() - start) / TIMED_STEPS
    return max(1, int(budget / seconds))


@contextmanager
def reproducible(threads: int) -> Iterator[None]:
    """Deterministic algorithms, a fixed number of threads and the caller's random state left as it was."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.set_num_threads(before[0])
            torch.use_deterministic_algorithms(before[1])


def _step(
    network: nn.Module, optimizer: Optimizer, examples: Examples, settings: Settings, plan: StepPlan, step: int
) -> float:
    indices = examples_at(plan, step)
    torch.manual_seed(derive_seed(settings.seed, "step", step))
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.precision == "bfloat16"):
        per_example: Tensor = network.loss(examples.batch(indices))  # type: ignore[operator]
    loss = per_example.mean()
    value = float(loss.detach())
    if not math.isfinite(value):
        _stop(per_example.detach(), examples, indices, step)
    torch.autograd.backward(loss)
    norm = optimizer.step(schedule(step, plan.steps, settings.warmup))
    if not math.isfinite(norm):
        _stop(per_example.detach(), examples, indices, step)
    return value


def _stop(per_example: Tensor, examples: Examples, indices: np.ndarray, step: int) -> None:
    bad = (~torch.isfinite(per_example)).numpy()
    names = examples.names(indices[bad] if bad.any() else indices)
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    raise IncompleteError(
        f"training stopped at step {step}: loss or gradient is not finite for documents {shown}; "
        "lower model.learning_rate or remove them, then run again"
    )


class _Pace:
    """Loss and speed for the progress bar. Its clock never reaches a result."""

    def __init__(self, settings: Settings, done: int) -> None:
        self.settings, self.start, self.done = settings, time.perf_counter(), done

    def note(self, losses: list[float]) -> str:
        now = time.perf_counter()
        steps, seconds = len(losses) - self.done, max(now - self.start, 1e-9)
        self.start, self.done = now, len(losses)
        rate = steps * self.settings.batch * self.settings.per_example / seconds
        return f"loss {sum(losses[-NOTE_EVERY:]) / NOTE_EVERY:.3f}, {rate:,.0f} {self.settings.unit}/s"
