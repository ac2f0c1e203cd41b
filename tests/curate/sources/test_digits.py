from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from headwater.curate import read_source


def test_digits_are_those_of_scikit_learn_scaled_to_a_byte(read: Any) -> None:
    rows, rejected = read(read_source("digits"))
    data = load_digits()
    images = np.stack([np.frombuffer(row["image"], np.uint8).reshape(8, 8) for row in rows])
    assert rejected == []
    assert np.abs(images / 255 * 16 - data.images).max() < 0.04
    assert [row["groups"]["label"] for row in rows] == [str(digit) for digit in data.target]
    assert (images.min(), images.max()) == (0, 255)


def test_digits_say_where_they_come_from(read: Any) -> None:
    rows, _ = read(read_source("digits"))
    assert {(row["source"], row["licence"]) for row in rows} == {("digits", "CC-BY-4.0")}
    assert len({row["id"] for row in rows}) == 1797


def test_fingerprint_is_stable() -> None:
    assert read_source("digits").fingerprint() == read_source("digits").fingerprint()
