"""The one training loop, for every family.

What is unusual: the order of examples and all randomness are pure functions of (seed, step), so a run that is killed
and resumed computes the same bits as one that is not, and no generator state is stored (the idea is EDM's,
github.com/NVlabs/edm). The loss is computed per example, so that an example can be named when something goes wrong.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from ..core import SILENT, ConfigError, IncompleteError, Progress, Recipe, UsageError, derive_seed
from .kept import Keeper
from .optimizer import Optimizers, schedule
from .order import StepPlan, Weights, examples_at
from .state import StateFile

NOTE_EVERY = 10
DEFAULTS: Mapping[str, Any] = {"batch": 16, "learning_rate": 3e-3, "matrix_learning_rate": 0.02, "warmup": 50}
"""Of the recipe, for families that do not say otherwise; rates are those of Muon and AdamW on small transformers."""
MONITORED = 8
TIMED_STEPS = 4
WARM_STEPS = 2


class Examples(Protocol):
    """What to train on: ``len`` ordinary examples that come with each pass, then ``planted`` ones, shown once each.

    It may have ``weights`` (:class:`models.order.Weights`) of the ordinary ones; else each comes once a pass.
    """

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
    accumulate: int = 1

    @classmethod
    def of(cls, recipe: Recipe, precision: str, unit: str = "examples", per_example: int = 1) -> "Settings":
        """The settings that a recipe asks for; what it leaves open must have been filled in by its family."""
        return cls(
            seed=recipe.seed,
            batch=int(_filled(recipe, "batch")),
            learning_rate=_filled(recipe, "learning_rate"),
            matrix_learning_rate=_filled(recipe, "matrix_learning_rate"),
            warmup=int(_filled(recipe, "warmup")),
            threads=recipe.threads,
            checkpoint_every=recipe.checkpoint_every,
            precision=precision,
            unit=unit,
            per_example=per_example,
            accumulate=recipe.accumulate,
        )


def _filled(recipe: Recipe, name: str) -> float:
    value: float | None = getattr(recipe, name)
    if value is None:
        raise UsageError(f"model.{name}: family {recipe.family!r} has no default; set it")
    return value


@dataclass(frozen=True, slots=True)
class History:
    """The loss of every step so far; ``rows`` has one value for each of the ``phases``, the main one first.

    ``measured``: what the monitor found, by the number of steps that were done.
    """

    phases: tuple[str, ...]
    rows: list[list[float]] = field(default_factory=list)
    measured: dict[int, dict[str, float]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def main(self) -> list[float]:
        """The losses of the first phase."""
        return [row[0] for row in self.rows]

    def of(self, phase: str) -> list[float]:
        """The losses of one phase."""
        return [row[self.phases.index(phase)] for row in self.rows]


def train(
    network: nn.Module,
    examples: Examples,
    settings: Settings,
    steps: int,
    state: StateFile | None = None,
    progress: Progress = SILENT,
    saved: Callable[[], None] = lambda: None,
    monitor: Callable[[nn.Module], Mapping[str, float]] | None = None,
    keeper: Keeper | None = None,
) -> History:
    """Train in place for ``steps`` steps, from the saved state where there is one; gives the loss of every step.

    ``saved`` is called whenever the state has been written, ``monitor`` at a few points of the training.
    ``keeper`` writes the weights of its steps.

    Raises :class:`IncompleteError` that names the documents at the first loss that is not finite. The last saved
    state stays as it was, and the message says where.
    """
    plan = step_plan(settings, examples, steps)
    with reproducible(settings.threads):
        optimizers = make_optimizers(network, settings)
        history = History(tuple(optimizers), *(state.load(network, optimizers) if state else ()))
        network.train()
        points = monitored_steps(steps) if monitor else frozenset()
        kept = frozenset(keeper.points) if keeper else frozenset()
        with progress.task("train", total=steps) as task:
            task.advance(len(history))
            pace = _Pace(settings, len(history))
            for step in range(len(history), steps):
                with _keeping(state):
                    history.rows.append(_step(network, optimizers, examples, settings, plan, step))
                if monitor and len(history) in points:
                    history.measured[len(history)] = dict(monitor(network))
                if keeper and len(history) in kept:
                    keeper.save(network, len(history))
                task.advance()
                if len(history) % NOTE_EVERY == 0:
                    task.note(pace.note(history.main))
                if state and len(history) % settings.checkpoint_every == 0 and len(history) < steps:
                    state.save(network, optimizers, history.rows, history.measured)
                    saved()
        network.eval()
    return history


def monitored_steps(steps: int) -> frozenset[int]:
    """After how many steps a training is measured: eight times, evenly, the last at its end."""
    return frozenset(-(-steps * part // MONITORED) for part in range(1, MONITORED + 1))


def step_plan(settings: Settings, examples: Examples, steps: int) -> StepPlan:
    """The order of a training. Raises :class:`ConfigError` where planted examples would make up most of it."""
    shown, planted = steps * settings.batch, examples.planted
    if planted > shown // 2:
        raise ConfigError(
            f"model.canaries: they take {planted} of the {shown} examples that this training shows (steps x batch); "
            "plant fewer, train for more steps, or leave them out with `canaries: null`"
        )
    weights: Weights | None = getattr(examples, "weights", None)
    return StepPlan(settings.seed, settings.batch, steps, len(examples), planted, weights)


def make_optimizers(network: nn.Module, settings: Settings) -> Optimizers:
    """An optimizer for each phase of the network, in the order in which a step goes through them."""
    return Optimizers.of(network, settings.learning_rate, settings.matrix_learning_rate)


def measure_steps(network: nn.Module, examples: Examples, settings: Settings, budget: float) -> int:
    """How many steps fit in ``budget`` seconds, by timing a few on this machine. Changes the weights: use a copy."""
    plan = StepPlan(settings.seed, settings.batch, 1_000, len(examples))
    with reproducible(settings.threads):
        optimizers = make_optimizers(network, settings)
        network.train()
        for step in range(WARM_STEPS):
            _step(network, optimizers, examples, settings, plan, step)
        start = time.perf_counter()
        for step in range(WARM_STEPS, WARM_STEPS + TIMED_STEPS):
            _step(network, optimizers, examples, settings, plan, step)
        seconds = (time.perf_counter() - start) / TIMED_STEPS
    return max(1, int(budget / seconds))


@contextmanager
def _keeping(state: StateFile | None) -> Iterator[None]:
    """A training that stops says which of its states is still good."""
    try:
        yield
    except IncompleteError as error:
        kept = state.steps() if state else 0
        where = f"; the state after {kept} steps is kept in {state.path}" if state and kept else ""
        raise IncompleteError(f"{error}{where}") from None


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
    network: nn.Module, optimizers: Optimizers, examples: Examples, settings: Settings, plan: StepPlan, step: int
) -> list[float]:
    indices = examples_at(plan, step)
    torch.manual_seed(derive_seed(settings.seed, "step", step))
    share = schedule(step, plan.steps, settings.warmup)
    parts = np.array_split(indices, min(settings.accumulate, len(indices)))
    losses = [_phase(optimizers, name, examples, parts, settings, share, step) for name in optimizers]
    after: Callable[[int], None] | None = getattr(network, "after_step", None)
    if after is not None:
        after(step)
    return losses


def _phase(
    optimizers: Optimizers, name: str, examples: Examples, parts: Sequence[np.ndarray], settings: Settings,
    share: float, step: int,
) -> float:  # fmt: skip
    """One phase of a step over the batch in parts: each part adds its share of the mean over the whole batch."""
    optimizer = optimizers[name]
    indices, found = np.concatenate(parts), []
    with optimizer.alone():
        for part in parts:
            with torch.autocast("cpu", torch.bfloat16, enabled=settings.precision == "bfloat16"):
                per_example = optimizer.loss(examples.batch(part))
            found.append(per_example.detach())
            if not torch.isfinite(found[-1]).all():
                _stop(torch.cat(found), examples, indices[: sum(map(len, found))], step)
            torch.autograd.backward(per_example.sum() / len(indices))
        norm = optimizer.step(share)
    values = torch.cat(found)
    if not math.isfinite(norm):
        _stop(values, examples, indices, step)
    return float(values.mean())


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
