from collections.abc import Sequence
from typing import Literal

import pytest

from headwater.core import ConfigError, UsageError
from headwater.curate.parameters import call_checked


def factory(size: int, names: Sequence[str] = (), mode: Literal["a", "b"] = "a") -> tuple[int, Sequence[str], str]:
    if size < 0:
        raise UsageError("size must not be negative")
    return size, names, mode


def test_right_values_are_handed_on() -> None:
    assert call_checked(factory, {"size": 2, "names": ["x"], "mode": "b"}, "here") == (2, ["x"], "b")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sise": 2}, r'here: no parameter .sise.; did you mean "size"'),
        ({}, "here: the parameter 'size' is missing"),
        ({"size": True}, "here.size"),
        ({"size": 1, "names": "abc"}, "here.names"),
        ({"size": 1, "mode": "c"}, r"here.mode: .*'a' or 'b'.*given: 'c'"),
        ({"size": -1}, "here: size must not be negative"),
    ],
)
def test_a_wrong_value_names_its_place(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        call_checked(factory, values, "here")


def test_the_types_of_a_class_are_those_of_its_constructor() -> None:
    class Audit:
        def __init__(self, share: float = 0.5) -> None:
            self.share = share

    assert call_checked(Audit, {"share": 0.4}, "here").share == 0.4
    with pytest.raises(ConfigError, match=r"here.share: .*given: 'much'"):
        call_checked(Audit, {"share": "much"}, "here")
