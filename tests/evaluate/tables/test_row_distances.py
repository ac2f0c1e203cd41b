from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_tables import tables_of

from headwater.core import generator
from headwater.evaluate.tables.row_distances import UNIT, axis_of, distances_of, nearest_rows


def rows(n: int, seed: int) -> list[dict[str, Any]]:
    rng = generator(seed, "mixed rows")
    return [
        {
            "age": None if rng.random() < 0.2 else int(rng.integers(18, 80)),
            "pay": round(float(rng.normal(10, 3)), 2),
            "city": "ABC"[int(rng.integers(3))],
            "note": "?" if rng.random() < 0.2 else str(int(rng.integers(5))),
        }
        for _ in range(n)
    ]


def gower(real: list[dict[str, Any]], one: dict[str, Any], other: dict[str, Any]) -> float:
    """From the definition, value by value."""
    total = 0.0
    for name in ("age", "pay", "note"):
        a, b = (None if row[name] in (None, "?") else float(row[name]) for row in (one, other))
        known = [float(row[name]) for row in real if row[name] not in (None, "?")]
        if a is None or b is None:
            total += float((a is None) != (b is None))
        else:
            total += min(abs(a - b) / (max(known) - min(known)), 6)
    return (total + float(one["city"] != other["city"])) / 4


def test_distances_are_those_of_the_definition_and_nearest_rows_of_brute_force(tmp_path: Path) -> None:
    real, made = rows(60, 1), rows(40, 2)
    tables = tables_of(tmp_path, real, made)
    axes = [axis_of(column) for column in tables.columns]
    assert {axis.name: axis.is_number for axis in axes} == {"age": True, "pay": True, "city": False, "note": True}
    left, right = [axis.made for axis in axes], [axis.whole for axis in axes]
    found = distances_of(axes, left, right) / (UNIT * 4)
    truth = np.array([[gower(real, one, other) for other in real] for one in made])
    assert found == pytest.approx(truth, abs=2e-6)
    nearest = nearest_rows(axes, left, right)
    assert nearest.nearest == pytest.approx(np.sort(truth, 1)[:, 0], abs=2e-6)
    assert nearest.second == pytest.approx(np.sort(truth, 1)[:, 1], abs=2e-6)
    assert nearest.ratios == pytest.approx(nearest.nearest / nearest.second)


def test_a_row_left_out_of_its_own_neighbours_finds_the_next(tmp_path: Path) -> None:
    real = rows(50, 3)
    tables = tables_of(tmp_path, real, rows(5, 4))
    axes = [axis_of(column) for column in tables.columns]
    right = [axis.whole for axis in axes]
    own = nearest_rows(axes, right, right, np.arange(50))
    truth = np.array([[gower(real, one, other) for other in real] for one in real]) + 9 * np.eye(50)
    assert own.nearest == pytest.approx(truth.min(1), abs=2e-6)
    assert not (own.source == np.arange(50)).any()
