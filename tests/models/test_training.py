import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from headwater.core import ConfigError, IncompleteError
from headwater.models.optimizer import Phase
from headwater.models.state import StateFile
from headwater.models.training import Settings, measure_steps, monitored_steps, reproducible, step_plan, train

SETTINGS = Settings(0, 4, 1e-2, 0.02, warmup=2, threads=1, checkpoint_every=5)


class Line(nn.Module):
    """Fits y = 3 x; uses random numbers, so that resuming and repeating are put to the test."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 1))

    def hidden_matrices(self) -> list[str]:
        return []

    def loss(self, batch: Tensor) -> Tensor:
        noise = 0.01 * torch.randn(len(batch))
        return (batch[:, 1] - batch[:, 0] * self.weight[0, 0] + noise).square()


class Points:
    planted = 0

    def __init__(self, bad: int | None = None) -> None:
        x = torch.linspace(-1, 1, 10)
        self.rows = torch.stack((x, 3 * x), 1)
        if bad is not None:
            self.rows[bad, 1] = math.inf

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: np.ndarray) -> Tensor:
        return self.rows[indices]

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        return tuple(f"point-{index}" for index in indices)


def test_planted_examples_may_not_crowd_out_the_documents() -> None:
    points = Points()
    points.planted = 8
    assert step_plan(SETTINGS, points, 4).planted == 8
    points.planted = 9
    with pytest.raises(ConfigError, match="they take 9 of the 16 examples"):
        step_plan(SETTINGS, points, 4)


def test_the_loop_finds_the_minimum() -> None:
    line = Line()
    losses = train(line, Points(), replace(SETTINGS, learning_rate=0.1), 300).main
    assert float(line.weight.detach()) == pytest.approx(3, abs=0.05)
    assert len(losses) == 300 and losses[-1] < losses[0]


def test_the_same_seed_gives_the_same_bits_whatever_the_caller_drew_before() -> None:
    first, second = Line(), Line()
    train(first, Points(), SETTINGS, 20)
    torch.manual_seed(99)
    torch.rand(1000)
    train(second, Points(), SETTINGS, 20)
    assert torch.equal(first.weight, second.weight)


def test_another_seed_gives_other_bits() -> None:
    first, second = Line(), Line()
    train(first, Points(), SETTINGS, 20)
    train(second, Points(), replace(SETTINGS, seed=1), 20)
    assert not torch.equal(first.weight, second.weight)


def test_the_callers_random_state_and_threads_are_left_alone() -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    train(Line(), Points(), replace(SETTINGS, threads=2), 3)
    assert torch.equal(torch.rand(3), wanted)
    assert torch.get_num_threads() == 1 and not torch.are_deterministic_algorithms_enabled()


def test_deterministic_algorithms_are_on_inside_and_off_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), reproducible(1):
        assert torch.are_deterministic_algorithms_enabled()
        raise ZeroDivisionError
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_loss_that_is_not_finite_names_step_and_document() -> None:
    with pytest.raises(IncompleteError, match=r"stopped at step \d+: .* for documents point-7;"):
        train(Line(), Points(bad=7), SETTINGS, 50)


def test_the_weights_are_not_touched_by_a_batch_that_is_not_finite() -> None:
    line = Line()
    with pytest.raises(IncompleteError):
        train(line, Points(bad=7), SETTINGS, 50)
    assert torch.isfinite(line.weight).all()


def test_a_budget_becomes_a_number_of_steps_that_grows_with_it() -> None:
    few = measure_steps(Line(), Points(), SETTINGS, 0.0)
    many = measure_steps(Line(), Points(), SETTINGS, 60.0)
    assert few == 1 and many > 60


def test_parts_of_a_batch_add_up_to_the_same_step() -> None:
    class Quiet(Line):
        def loss(self, batch: Tensor) -> Tensor:
            return (batch[:, 1] - batch[:, 0] * self.weight[0, 0]).square()

    whole, parts = Quiet(), Quiet()
    one = train(whole, Points(), SETTINGS, 20).main
    other = train(parts, Points(), replace(SETTINGS, accumulate=3), 20).main
    assert one == pytest.approx(other, rel=1e-6)
    assert torch.allclose(whole.weight, parts.weight, rtol=1e-6)


def test_every_phase_has_its_losses_and_what_follows_a_step_is_called() -> None:
    class Twice(Line):
        followed = 0

        def phases(self) -> list[Phase]:
            return [Phase("first", self.loss), Phase("second", lambda batch: 2 * self.loss(batch))]

        def after_step(self, step: int) -> None:
            assert step == self.followed
            self.followed += 1

    twice = Twice()
    history = train(twice, Points(), SETTINGS, 7)
    assert history.phases == ("first", "second") and history.main == history.of("first") != history.of("second")
    assert len(history) == twice.followed == 7


def test_a_training_that_stops_keeps_its_last_good_state_and_says_where(tmp_path: Path) -> None:
    class Late(Points):
        def batch(self, indices: np.ndarray) -> Tensor:
            self.asked = getattr(self, "asked", 0) + 1
            return self.rows[indices] * (math.nan if self.asked == 13 else 1)

    line, good, state = Line(), Line(), StateFile(tmp_path / "state", "plan")
    with pytest.raises(IncompleteError, match=r"step 12: .* documents point-.*; the state after 10 steps is kept in"):
        train(line, Late(), SETTINGS, 50, state)
    train(good, Points(), SETTINGS, 50, StateFile(tmp_path / "other", "plan"))
    resumed = Line()
    train(resumed, Points(), SETTINGS, 50, state)
    assert torch.equal(resumed.weight, good.weight)


def test_a_monitor_measures_eight_times_and_changes_nothing() -> None:
    watched, plain = Line(), Line()
    history = train(watched, Points(), SETTINGS, 20, monitor=lambda network: {"weight": float(network.weight.detach())})
    train(plain, Points(), SETTINGS, 20)
    assert list(history.measured) == [3, 5, 8, 10, 13, 15, 18, 20] == sorted(monitored_steps(20))
    assert torch.equal(watched.weight, plain.weight)
    assert history.measured[20]["weight"] == pytest.approx(float(watched.weight.detach()))


def test_a_short_training_is_measured_after_each_step() -> None:
    assert monitored_steps(3) == {1, 2, 3} and monitored_steps(1) == {1}
