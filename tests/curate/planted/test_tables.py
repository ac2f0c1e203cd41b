import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, Table
from headwater.curate.planted import PlantedControls, tables
from headwater.curate.planted.tables import draw_rows, table_trials

MakeTable = Callable[..., Corpus]


def rows(number: int = 900) -> list[dict[str, Any]]:
    rng = random.Random(6)
    return [{f"c{n}": rng.randrange(30) for n in range(8)} | {"x": round(rng.gauss(0, 5), 1)} for _ in range(number)]


def test_planted_faults_are_found_and_look_alikes_are_not() -> None:
    trials = list(table_trials(rows(), 20, 0))
    assert {t.detector for t in trials} == {
        "duplicate-rows", "leakage", "table-schema", "decisions", "proxies", "missingness",
    }  # fmt: skip
    assert all(t.planted and t.reported == t.planted for t in trials if t.positive)
    assert all(t.planted and not t.reported for t in trials if not t.positive)


def test_a_blind_search_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "cell_hashes", lambda column: tables.np.arange(len(column.codes), dtype="uint64"))
    found = {t.level: t for t in table_trials(rows(120), 10, 0) if t.detector == "duplicate-rows"}
    assert found["exact copy"].reported == 0


def test_rows_are_drawn_in_order_and_by_the_seed(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", [{"n": n} for n in range(50)])
    drawn = [row["n"] for row in draw_rows(corpus, 10, 3)]
    assert drawn == sorted(drawn) and len(set(drawn)) == 10
    assert drawn == [row["n"] for row in draw_rows(corpus, 10, 3)] != [row["n"] for row in draw_rows(corpus, 10, 4)]


@pytest.mark.parametrize("content", [[{"a": 1}], [{"a": "<script>"}] * 5, [{}] * 3, [{"a": None}] * 40])
def test_tables_too_small_for_a_control_are_not_measured(
    tmp_path: Path, table_corpus: MakeTable, content: list[dict[str, Any]]
) -> None:
    report = PlantedControls(per_type=5).examine(table_corpus(tmp_path / "c", content), 0, SILENT)
    (shown,) = [e for e in report.exhibits if isinstance(e, Table)]
    assert report.findings == () and "Jaccard" not in shown.note and "planted five times" in shown.note
