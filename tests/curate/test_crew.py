import operator
import os
from collections.abc import Callable
from typing import Any

import pytest

from headwater.core import TemporaryError
from headwater.curate.crew import Crew


def collect(found: list[int], item: int) -> None:
    found.append(item)


def test_one_worker_works_here_and_in_order() -> None:
    found: list[int] = []
    with Crew(1, [found]) as crew:
        assert len(list(crew.map(collect, found, iter(range(5))))) == 5
    assert found == [0, 1, 2, 3, 4]


def test_settings_that_cannot_travel_stay_here() -> None:
    found: list[int] = []
    setting: Callable[[int], None] = lambda item: found.append(item)  # noqa: E731
    with Crew(3, [setting]) as crew:
        list(crew.map(lambda call, item: call(item), setting, iter(range(3))))
    assert found == [0, 1, 2]


def test_work_is_only_done_when_it_is_asked_for() -> None:
    found: list[int] = []
    with Crew(1, [found]) as crew:
        crew.map(collect, found, iter(range(5)))
    assert found == []


def test_a_worker_that_dies_is_one_clear_error() -> None:
    settings: list[Any] = [os._exit]
    with Crew(2, settings) as crew, pytest.raises(TemporaryError, match="a worker process of the curation died"):
        list(crew.map(operator.call, os._exit, iter([3])))


def test_an_error_in_a_worker_arrives() -> None:
    with Crew(2, [int]) as crew, pytest.raises(ValueError, match="invalid literal"):
        list(crew.map(operator.call, int, iter(["no number"])))
