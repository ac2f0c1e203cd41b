import operator
import os
from collections.abc import Callable, Iterator
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
        list(crew.map(operator.call, os._exit, iter([3, 3])))


def test_an_error_in_a_worker_arrives() -> None:
    with Crew(2, [int]) as crew, pytest.raises(ValueError, match="invalid literal"):
        list(crew.map(operator.call, int, iter(["no number", "1"])))


def test_one_item_is_worked_on_here() -> None:
    with Crew(2, [os.getpid]) as crew:
        assert list(crew.map(lambda call, item: call(), os.getpid, iter([0]))) == [os.getpid()]


def test_results_come_in_the_order_of_the_items_and_items_are_not_taken_all_at_once() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    with Crew(2, [abs]) as crew:
        results = crew.map(operator.call, abs, items())
        assert next(results) == 0
        assert len(taken) < 20
        assert list(results) == list(range(1, 100))
