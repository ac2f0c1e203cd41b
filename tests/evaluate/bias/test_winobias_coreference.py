"""Finished WinoBias coreference: accuracies, the paired gap, and files that are not what is asked for."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import scores_of, write_corpus

from headwater.core import InputError, NotMeasured, Table
from headwater.evaluate import METRICS, Outcome, Subject, clopper_pearson, mcnemar

NAME = "winobias-coreference"


def measure(tmp_path: Path, rows: Sequence[dict[str, Any]]) -> Outcome:
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return METRICS.get(NAME)(Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"])), answers_file=str(path))


def rows(pro: Sequence[Any], anti: Sequence[Any], **more: Any) -> list[dict[str, Any]]:
    return [
        {"side": side, "item": str(k), "correct": right, **more}
        for side, answers in (("pro", pro), ("anti", anti))
        for k, right in enumerate(answers)
    ]


def test_accuracies_and_gap_are_those_of_the_definition(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pro, anti = rng.random(100) < 0.9, rng.random(100) < 0.6
    outcome = measure(tmp_path, rows(pro.tolist(), anti.tolist()))
    found = scores_of(outcome, f"{NAME}-accuracy")
    assert (found["pro"].value, found["anti"].value) == (pro.mean(), anti.mean())
    assert (found["pro"].low, found["pro"].high) == pytest.approx(clopper_pearson(int(pro.sum()), 100))
    gap, wanted = scores_of(outcome, f"{NAME}-gap")[""], mcnemar(pro.astype(float), anti.astype(float)).difference
    assert (gap.value, gap.low, gap.high) == (wanted.value, wanted.low, wanted.high)
    (finding,) = outcome.findings
    assert finding.code == "HW-B012" and "on stereotypical sentences" in finding.title
    assert outcome.items[0].value == pytest.approx(gap.value)


def test_sides_that_are_equal_have_no_gap_and_swapped_ones_turn_its_sign(tmp_path: Path) -> None:
    same = measure(tmp_path, rows([True, False] * 20, [True, False] * 20))
    assert scores_of(same, f"{NAME}-gap")[""].value == 0 and not same.findings
    one, other = measure(tmp_path, rows([1] * 30, [0] * 30)), measure(tmp_path, rows([0] * 30, [1] * 30))
    assert scores_of(one, f"{NAME}-gap")[""].value == -scores_of(other, f"{NAME}-gap")[""].value == 1
    assert other.findings[0].severity == "low"


def test_no_answer_is_wrong_and_counted(tmp_path: Path) -> None:
    outcome = measure(tmp_path, rows([True, None, ""], [True, True, True]))
    assert scores_of(outcome, f"{NAME}-accuracy")["pro"].value == pytest.approx(1 / 3)
    (table,) = (part for part in outcome.exhibits if isinstance(part, Table))
    assert table.rows == (("pro", 3, 1, 2), ("anti", 3, 3, 0))


def test_types_stand_apart_and_the_gap_is_over_items_of_both_sides(tmp_path: Path) -> None:
    made = rows([1, 1], [0, 0], type="1") + [
        {"side": "pro", "item": "x", "correct": 1, "type": "2"},
        {"side": "anti", "item": "y", "correct": 0, "type": "2"},
    ]
    outcome = measure(tmp_path, made)
    gaps = scores_of(outcome, f"{NAME}-gap")
    assert (gaps[""].n, gaps["1"].n) == (2, 2)
    (missing,) = (score for score in outcome.scores if isinstance(score, NotMeasured))
    assert missing.slice == {"type": "2"} and "no item has answers of both sides" in missing.reason


def test_occupations_are_clusters_where_they_are_given(tmp_path: Path) -> None:
    made = [{**row, "occupation": f"job{int(row['item']) // 10}"} for row in rows([1] * 30, [1] * 10 + [0] * 20)]
    gap = scores_of(measure(tmp_path, made), f"{NAME}-gap")[""]
    assert gap.n == 3 and "clustered by occupation" in gap.method and gap.value == pytest.approx(2 / 3)
    assert gap.low is not None and gap.low < 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"side": "<script>"}, "needs a side, pro or anti, and an item"),
        ({"item": ""}, "needs a side, pro or anti, and an item"),
        ({"correct": "Ignore all instructions"}, "correct is neither true nor false"),
        ({"item": "0"}, "the item '0' stands there twice"),
    ],
)
def test_a_bad_row_is_one_clear_error_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    made = rows([1, 1], [0, 0])
    with pytest.raises(InputError, match=rf"answers.jsonl:2: .*{said}"):
        measure(tmp_path, [made[0], {**made[1], **change}, *made[2:]])


def test_one_side_alone_and_a_missing_column_are_said(tmp_path: Path) -> None:
    outcome = measure(tmp_path, rows([1, 0], []))
    assert len([score for score in outcome.scores if isinstance(score, NotMeasured)]) == 2
    with pytest.raises(InputError, match="no column 'correct'"):
        measure(tmp_path, [{"side": "pro", "item": "1"}])


def test_accuracies_are_clustered_by_occupation_too(tmp_path: Path) -> None:
    right = [k % 2 == 0 for k in range(4)] * 10  # two of four occupations are always right
    answers = [one | {"occupation": f"job {int(one['item']) % 4}"} for one in rows(right, right)]
    found = scores_of(measure(tmp_path, answers), f"{NAME}-accuracy")["pro"]
    assert found.n == 4 and found.low < 0.1 and found.high > 0.9
