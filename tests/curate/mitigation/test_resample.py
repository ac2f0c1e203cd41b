"""The filter ``resample``."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, Table, UsageError
from headwater.curate import Judgement, build_steps, curate, read_source, resample, source_from
from headwater.curate.mitigation.targets import independent_shares, targets

DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
Make = Callable[..., Corpus]
Cells = Counter[tuple[str | None, ...]]


def people(**cells: int) -> list[dict[str, str]]:
    """Rows of sex and pay: ``people(fn=3, my=2)`` has three women without and two men with high pay."""
    return [{"sex": name[0], "pay": name[1]} for name, number in cells.items() for _ in range(number)]


ROWS = people(fn=60, fy=20, mn=70, my=50)


def judge(corpus: Corpus, **options: Any) -> tuple[Any, Judgement]:
    step = resample(**{"groups": ["sex"], "seed": 1} | options)
    return step, step.judge_corpus(corpus, SILENT)


def kept(rows: Sequence[dict[str, str]], corpus: Corpus, judgement: Judgement, *columns: str) -> Cells:
    removed = {decision.id for decision in judgement.decisions}
    pairs = zip(corpus.ids(), rows, strict=True)
    return Counter(tuple(row.get(column) for column in columns) for name, row in pairs if name not in removed)


def test_groups_reach_equal_shares_and_the_smaller_keeps_all(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    _, judgement = judge(corpus)
    assert kept(ROWS, corpus, judgement, "sex") == {("f",): 80, ("m",): 80}


def test_groups_reach_declared_shares(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    _, judgement = judge(corpus, shares={"f": 0.6, "m": 0.4})
    assert kept(ROWS, corpus, judgement, "sex") == {("f",): 80, ("m",): 53}  # N = 80 / 0.6


def test_cells_of_group_and_label_reach_equal_shares(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    _, judgement = judge(corpus, label="pay")
    assert set(kept(ROWS, corpus, judgement, "sex", "pay").values()) == {20}


def test_cells_are_declared_by_group_and_label(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    shares = {"f & n": 0.3, "f & y": 0.2, "m & n": 0.3, "m & y": 0.2}
    _, judgement = judge(corpus, label="pay", shares=shares)
    found = kept(ROWS, corpus, judgement, "sex", "pay")
    assert found == {("f", "n"): 30, ("f", "y"): 20, ("m", "n"): 30, ("m", "y"): 20}


def test_independent_shares_give_each_group_the_rate_of_the_whole(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    step, judgement = judge(corpus, label="pay", shares="independent")
    found = kept(ROWS, corpus, judgement, "sex", "pay")
    # P(f) = 0.4, P(y) = 0.35, N = 20 / 0.14 = 1000/7
    assert found == {("f", "n"): 37, ("f", "y"): 20, ("m", "n"): 55, ("m", "y"): 30}
    rates = {row[:2]: row[-1] for row in step.exhibits(judgement.tallies, 200)[1].rows}
    assert (rates["f", "y"], rates["m", "y"]) == (20 / 57, 30 / 85)  # 0.351 and 0.353, from 0.25 and 0.417


@given(st.lists(st.integers(1, 500), min_size=4, max_size=4))
def test_independent_targets_are_within_one_document_of_the_closed_form(sizes: list[int]) -> None:
    cells = dict(zip([("f", "n"), ("f", "y"), ("m", "n"), ("m", "y")], sizes, strict=True))
    total = sum(sizes)
    wanted = {(g, y): (cells[g, "n"] + cells[g, "y"]) * (cells["f", y] + cells["m", y]) / total**2 for g, y in cells}
    most = min(cells[cell] / wanted[cell] for cell in cells)
    found = targets(cells, independent_shares(cells), 1)
    assert all(-1e-6 <= most * wanted[cell] - found[cell] < 1 + 1e-6 for cell in cells)
    assert all(found[cell] <= cells[cell] for cell in cells)
    assert any(found[cell] == cells[cell] for cell in cells)


def test_intersections_of_groups_are_cells(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    _, judgement = judge(corpus, groups=["sex", "pay"])
    assert set(kept(ROWS, corpus, judgement, "sex", "pay").values()) == {20}


def test_a_cell_that_is_too_small_stays_and_is_named(corpus_of: Make) -> None:
    rows = [*ROWS, *people(xn=3)]
    corpus = corpus_of(rows)
    step, judgement = judge(corpus)
    assert kept(rows, corpus, judgement, "sex") == {("f",): 80, ("m",): 80, ("x",): 3}
    finding = step.findings(judgement.tallies, len(rows))[0]
    assert (finding.code, finding.title) == ("HW-C071", "1 of 3 cells could not be balanced")
    assert "Fewer than 20 documents: x (3). They stay as they are." in finding.meaning
    assert step.exhibits(judgement.tallies, len(rows))[0].rows[-1][-1] == "fewer than 20: left as it is"


def test_a_cell_that_no_document_has_is_named_and_not_made_up(corpus_of: Make) -> None:
    rows = people(fn=30, fy=25, mn=40)
    corpus = corpus_of(rows)
    step, judgement = judge(corpus, label="pay")
    assert sum(kept(rows, corpus, judgement, "sex", "pay").values()) == 75
    assert "m & y (0)" in step.findings(judgement.tallies, 95)[0].meaning


def test_a_declared_value_that_does_not_occur_is_named(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of(ROWS), shares={"female": 0.5, "m": 0.5})
    finding = step.findings(judgement.tallies, 200)[0]
    assert judgement.decisions == ()
    assert "female (0). Nothing was removed, for there are not two cells to balance." in finding.meaning


def test_one_group_only_removes_nothing_and_says_so(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of(people(fn=40)))
    assert judgement.decisions == ()
    assert [finding.code for finding in step.findings(judgement.tallies, 40)] == ["HW-C071"]


def test_cells_without_a_declared_share_stay(corpus_of: Make) -> None:
    rows = [*ROWS, *people(xn=90)]
    corpus = corpus_of(rows)
    step, judgement = judge(corpus, shares={"f": 0.5, "m": 0.5})
    assert kept(rows, corpus, judgement, "sex") == {("f",): 80, ("m",): 80, ("x",): 90}
    notes = {row[0]: row[-1] for row in step.exhibits(judgement.tallies, len(rows))[0].rows}
    assert notes == {"f": "", "m": "", "x": "no share declared: left as it is"}


def test_the_cost_is_shown_by_cell_and_told(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of([*ROWS, {"pay": "y"}]))
    (table,) = step.exhibits(judgement.tallies, 201)
    assert table.rows == (("m", 120, 80, 40, 40 / 120, 0.6, 0.5, ""), ("f", 80, 80, 0, 0.0, 0.4, 0.5, ""))
    assert "1 documents lack a value" in table.note
    (finding,) = step.findings(judgement.tallies, 201)
    assert (finding.code, finding.title) == ("HW-C072", "Resampling took 40 of 200 documents (20.0%)")
    assert "Most of its own lost m: 40 of 120 (33.3%)." in finding.meaning


def test_a_decision_states_the_rank_and_how_many_stay(corpus_of: Make) -> None:
    _, judgement = judge(corpus_of(ROWS))
    assert {(one.action, one.rule, one.limit) for one in judgement.decisions} == {("removed", "over-share", 80)}
    assert sorted(one.measured or 0 for one in judgement.decisions) == list(range(81, 121))


def test_the_draw_does_not_favour_one_part_of_the_corpus(corpus_of: Make) -> None:
    rows = people(fn=200, mn=1000)
    _, judgement = judge(corpus_of(rows))
    ids = corpus_of(rows).ids()
    removed = {decision.id for decision in judgement.decisions}
    first_half = sum(name not in removed for name in ids[200:700])
    assert first_half == pytest.approx(100, abs=35)  # 5 standard deviations


def test_what_two_names_share_is_refused(corpus_of: Make) -> None:
    rows = [{"sex": "a & b", "pay": "c"}, {"sex": "a", "pay": "b & c"}]
    with pytest.raises(UsageError, match="shares: 'a & b & c' names two cells; rename a value"):
        judge(corpus_of(rows), label="pay", shares={"a & b & c": 1.0})


def test_intersections_do_not_mix_up_values_with_an_ampersand(corpus_of: Make) -> None:
    rows = [{"sex": "a & b", "pay": "c"}] * 30 + [{"sex": "a", "pay": "b & c"}] * 20
    step, judgement = judge(corpus_of(rows), groups=["sex", "pay"])
    assert len(judgement.decisions) == 10


def test_too_many_cells_are_refused(corpus_of: Make) -> None:
    rows = [{"sex": str(number), "pay": str(number)} for number in range(40)]
    with pytest.raises(UsageError, match="resample: 40 groups x 40 labels are more than 1,000 cells"):
        judge(corpus_of(rows), label="pay")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": []}, "groups needs at least one column"),
        ({"groups": "sex"}, r"write a list, \[sex\]"),
        ({"groups": ["sex"], "minimum": 0}, "minimum must be at least 1"),
        ({"groups": ["sex"], "shares": "independent"}, "needs a label"),
        ({"groups": ["sex"], "shares": {"f": 0.5, "m": 0.6}}, "above 0 and add up to 1"),
        ({"groups": ["sex"], "shares": {"f": 1.5, "m": -0.5}}, "above 0 and add up to 1"),
        ({"groups": ["sex"], "shares": {"f": float("nan")}}, "above 0 and add up to 1"),
    ],
)
def test_impossible_shares_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([("resample", options)])


def test_shares_are_exact_decimals() -> None:
    shares = {("a", ""): Fraction("0.1"), ("b", ""): Fraction("0.9")}
    assert targets({("a", ""): 3, ("b", ""): 100}, shares, 1) == {("a", ""): 3, ("b", ""): 27}


def test_the_report_of_a_run_holds_the_tables(tmp_path: Path) -> None:
    rows = [{"text": f"Text number {number}."} | row for number, row in enumerate(ROWS)]
    steps = build_steps([("resample", {"groups": ["sex"], "label": "pay", "shares": "independent"})])
    report = curate(source_from(rows), steps, tmp_path)
    tables = {exhibit.name: exhibit for exhibit in report.exhibits}
    assert isinstance(tables["resample"], Table)
    assert len(tables["resample-rates"].rows) == 4  # type: ignore[union-attr]
    assert "HW-C072" in {finding.code for finding in report.findings}


@pytest.mark.skipif(not (DATA / "adult").is_dir(), reason="HEADWATER_DATA has no adult")
def test_adult_keeps_the_numbers_that_pandas_computes(tmp_path: Path) -> None:
    path = DATA / "adult" / "adult-train.csv"
    names = [f"c{number}" for number in range(15)]
    source = read_source("csv", path=str(path), columns=names, modality="table")
    steps = build_steps([("resample", {"groups": ["c9"], "label": "c14", "shares": "independent"})])
    report = curate(source, steps, tmp_path)
    frame = pd.read_csv(path, names=names, skipinitialspace=True)
    counts = pd.crosstab(frame.c9, frame.c14)
    wanted = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / len(frame) ** 2
    kept = np.floor((counts.to_numpy() / wanted).min() * wanted + 1e-9)
    (table,) = (exhibit for exhibit in report.exhibits if exhibit.name == "resample")
    assert isinstance(table, Table)
    found = {row[0]: row[2] for row in table.rows}
    assert found == {
        f"{group} & {label}": kept[i, j] for i, group in enumerate(counts.index) for j, label in enumerate(counts)
    }
    assert len(Corpus(tmp_path / "corpus")) == kept.sum()
