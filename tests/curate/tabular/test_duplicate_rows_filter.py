import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, UsageError
from headwater.curate import Judgement, build_steps, duplicate_rows

MakeTable = Callable[..., Corpus]


def judge(corpus: Corpus, **options: Any) -> Judgement:
    return duplicate_rows(**options).judge_corpus(corpus, SILENT)


def removed(judgement: Judgement) -> dict[int, int]:
    """Place of each removed row with that of the row that stays for it."""
    return {int(d.id[4:]): int((d.duplicate_of or "")[4:]) for d in judgement.decisions}


def test_the_first_of_equal_rows_stays_whatever_their_numbers(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"id": n, "a": n % 20, "b": n % 20} for n in range(40)]
    corpus = table_corpus(tmp_path / "c", rows)
    judgement = judge(corpus)
    assert removed(judgement) == {n + 20: n for n in range(20)} and judgement.tallies == {"equal-row": 20}
    assert {(d.rule, d.measured, d.limit) for d in judgement.decisions} == {("equal-row", 2.0, 1.0)}
    assert removed(judge(corpus, identifiers=False)) == {}


def test_near_rows_follow_a_slow_search(tmp_path: Path, table_corpus: MakeTable) -> None:
    rng = random.Random(4)
    for near in (1, 2):
        rows = [{f"c{n}": rng.randrange(4) for n in range(6)} for _ in range(80)]
        kept: list[int] = []
        expected = {}
        for place, row in enumerate(rows):
            close = [k for k in kept if sum(row[c] != rows[k][c] for c in row) <= near]
            if close:
                expected[place] = next((k for k in close if rows[k] == row), min(close))
            else:
                kept.append(place)
        found = removed(judge(table_corpus(tmp_path / str(near), rows), near=near))
        assert found.keys() == expected.keys()
        assert all(
            sum(rows[a][c] != rows[b][c] for c in rows[a]) <= near or rows[a] in rows[:a] for a, b in found.items()
        )


def test_only_the_columns_named_count(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}])
    assert removed(judge(corpus, columns=["a"])) == {1: 0}
    assert removed(judge(corpus, ignore=["a"])) == {2: 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["c"]}, "no row has a value in a column 'c'"),
        ({"ignore": ["c"]}, "no row has a value in a column 'c'"),
        ({"ignore": ["a", "b"]}, "no column with a value is left"),
        ({"near": 2}, "makes all rows near"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, table_corpus: MakeTable, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        judge(table_corpus(tmp_path / "c", [{"a": 1, "b": 1}] * 2), **options)


def test_texts_and_wrong_options_are_refused(make_corpus: Callable[..., Corpus]) -> None:
    with pytest.raises(UsageError, match="exact-duplicates or near-duplicates"):
        judge(make_corpus(["a text"]))
    with pytest.raises(Exception, match="near: must be 0, 1 or 2"):
        build_steps([("duplicate-rows", {"near": 3})])


def test_what_was_removed_is_a_finding() -> None:
    step = duplicate_rows()
    (finding,) = step.findings({"equal-row": 9, "near-equal-row": 1}, 100)
    assert finding.code == "HW-C075" and finding.severity == "medium" and "10 rows" in finding.title
    assert step.findings({}, 100) == ()
