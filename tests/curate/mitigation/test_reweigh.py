"""The filter ``reweigh``."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, Table
from headwater.curate import Judgement, build_steps, curate, read_source, reweigh
from headwater.curate.mitigation.weights import effective_number, weighted_rates, weights

Make = Callable[..., Corpus]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
COLUMNS = [
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship"),
    *("race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"),
]
CELLS = [("f", "n"), ("f", "y"), ("m", "n"), ("m", "y")]


def people(**cells: int) -> list[dict[str, str]]:
    """Rows of sex and pay: ``people(fn=3, my=2)`` has three women without and two men with high pay."""
    return [{"sex": name[0], "pay": name[1]} for name, number in cells.items() for _ in range(number)]


ROWS = people(fn=60, fy=20, mn=70, my=50)


def judge(corpus: Corpus, **options: Any) -> tuple[Any, Judgement]:
    step = reweigh(**{"groups": ["sex"], "label": "pay"} | options)
    return step, step.judge_corpus(corpus, SILENT)


def test_the_weights_of_the_example_in_the_paper() -> None:
    # Ten applicants as in the example of Kamiran & Calders 2012: women 2 of 5 and men 4 of 5 with the better label
    found = weights({("f", "+"): 2, ("f", "-"): 3, ("m", "+"): 4, ("m", "-"): 1})
    assert [float(found[cell]) for cell in (("f", "+"), ("f", "-"), ("m", "+"), ("m", "-"))] == [
        1.5,
        pytest.approx(2 / 3),
        0.75,
        2.0,
    ]


def test_each_document_has_the_weight_of_its_cell(corpus_of: Make) -> None:
    corpus = corpus_of(ROWS)
    _, judgement = judge(corpus)
    assert judgement.decisions == ()
    assert [note.id for note in judgement.annotations] == corpus.ids()
    assert {note.label for note in judgement.annotations} == {"weight"}
    size = {("f", "n"): 60, ("f", "y"): 20, ("m", "n"): 70, ("m", "y"): 50}
    margin = {"f": 80, "m": 120, "n": 130, "y": 70}
    for row, note in zip(ROWS, judgement.annotations, strict=True):
        group, label = row["sex"], row["pay"]
        assert note.score == pytest.approx(margin[group] * margin[label] / (200 * size[group, label]), rel=1e-15)


@given(st.lists(st.integers(1, 10_000), min_size=4, max_size=4))
def test_after_weighting_the_rate_is_that_of_the_whole_in_every_group(counts: list[int]) -> None:
    sizes = dict(zip(CELLS, counts, strict=True))
    rates = weighted_rates(sizes)
    positive = Fraction(sizes["f", "y"] + sizes["m", "y"], sum(counts))
    assert rates["f", "y"] == rates["m", "y"] == positive
    assert sum(sizes[cell] * weight for cell, weight in weights(sizes).items()) == sum(counts)


def test_equal_rates_need_no_weights_and_cost_nothing() -> None:
    sizes = {("f", "n"): 10, ("f", "y"): 20, ("m", "n"): 5, ("m", "y"): 10}
    assert set(weights(sizes).values()) == {Fraction(1)}
    assert effective_number(sizes) == 45


def test_the_cost_is_the_effective_number_of_documents(corpus_of: Make) -> None:
    _, judgement = judge(corpus_of(ROWS))
    scores = np.array([note.score for note in judgement.annotations])
    sizes = {("f", "n"): 60, ("f", "y"): 20, ("m", "n"): 70, ("m", "y"): 50}
    assert effective_number(sizes) == pytest.approx(scores.sum() ** 2 / (scores**2).sum())


def test_the_table_shows_rates_before_and_after(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of([*ROWS, {"sex": "f"}]))
    (table,) = step.exhibits(judgement.tallies, 201)
    rows = {row[:2]: row[2:] for row in table.rows}
    assert (rows["f", "y"][3], rows["f", "y"][-1]) == (0.25, 0.35)
    assert (rows["m", "y"][3], rows["m", "y"][-1]) == (50 / 120, 0.35)
    assert "1 documents lack a value" in table.note
    assert step.findings(judgement.tallies, 201) == ()


def test_a_group_that_lacks_a_label_is_told_and_its_rate_not_made_up(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of(people(fn=30, mn=20, my=10)))
    (finding,) = step.findings(judgement.tallies, 60)
    assert finding.code == "HW-C073"
    assert "f without y" in finding.meaning
    rates = {row[:2]: (row[4], row[-1]) for row in step.exhibits(judgement.tallies, 60)[0].rows}
    assert rates["f", "y"] == (None, 0.0)
    assert rates["f", "n"][1] == 1.0
    assert rates["m", "y"][1] == pytest.approx(10 / 60)


@pytest.mark.parametrize(("rows", "what"), [(people(fn=9, fy=1), "group"), (people(fn=9, mn=1), "label")])
def test_one_group_or_one_label_has_nothing_to_balance(corpus_of: Make, rows: list[Any], what: str) -> None:
    step, judgement = judge(corpus_of(rows))
    assert {note.score for note in judgement.annotations} == {1.0}
    (finding,) = step.findings(judgement.tallies, 10)
    assert (finding.code, finding.title) == ("HW-C074", f"Nothing to reweigh: there is one {what} only")


def test_a_group_of_one_document_has_a_weight(corpus_of: Make) -> None:
    _, judgement = judge(corpus_of(people(fn=2, fy=1, my=1)))
    assert [note.score for note in judgement.annotations] == [0.75, 0.75, 1.5, 0.5]


def test_groups_that_look_alike_once_redacted_stay_apart(corpus_of: Make) -> None:
    rows = [{"sex": f"{name}@corp-mail.org", "pay": pay} for name in ("jane", "john") for pay in "yn"]
    step, judgement = judge(corpus_of(rows))
    (table,) = step.exhibits(judgement.tallies, 4)
    assert len({row[0] for row in table.rows}) == 2
    assert "jane" not in str(table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": [], "label": "y"}, "groups needs at least one column"),
        ({"groups": ["y"], "label": "y"}, "'y' cannot be the label and a group"),
        ({"groups": "sex", "label": "y"}, r"write a list, \[sex\]"),
        ({"groups": ["sex"]}, "the parameter 'label' is missing"),
    ],
)
def test_impossible_columns_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([("reweigh", options)])


@pytest.mark.skipif(not (DATA / "adult").is_dir(), reason="HEADWATER_DATA has no adult")
@pytest.mark.parametrize("groups", [["sex"], ["sex", "race"]])
def test_adult_gets_the_weights_and_rates_that_pandas_computes(tmp_path: Path, groups: list[str]) -> None:
    path = DATA / "adult" / "adult-train.csv"
    source = read_source("csv", path=str(path), columns=COLUMNS, modality="table", groups=["sex"])
    report = curate(source, build_steps([("reweigh", {"groups": groups, "label": "income"})]), tmp_path)
    frame = pd.read_csv(path, names=COLUMNS, skipinitialspace=True)
    cell = frame.groupby([*groups, "income"]).age.transform("size")
    own, label = (frame.groupby(keys).age.transform("size") for keys in (groups, "income"))
    frame["weight"] = own * label / (len(frame) * cell)
    found = pq.read_table(tmp_path / "annotations").to_pandas().set_index("id").score
    scores = found.reindex(Corpus(tmp_path / "corpus").ids()).to_numpy()
    assert np.allclose(scores, frame.weight, rtol=1e-14, atol=0)
    chosen = frame[frame.income == ">50K"].groupby(groups).weight.sum() / frame.groupby(groups).weight.sum()
    assert np.allclose(chosen, (frame.income == ">50K").mean(), rtol=1e-12)
    (table,) = (exhibit for exhibit in report.exhibits if exhibit.name == "reweigh")
    assert isinstance(table, Table)
    assert {row[-1] for row in table.rows if row[1] == ">50K"} == {(frame.income == ">50K").mean()}
    if groups == ["sex"]:
        before = {row[0]: round(float(str(row[5])), 3) for row in table.rows if row[1] == ">50K"}
        assert before == {"Female": 0.109, "Male": 0.306}
