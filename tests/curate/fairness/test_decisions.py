import csv
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_auc_score

from headwater.core import (
    SILENT,
    Chart,
    ConfigError,
    Corpus,
    NotMeasured,
    Score,
    StageReport,
    Table,
)
from headwater.curate import audit, build_audits
from headwater.curate.fairness import Decisions

MakeTable = Callable[..., Corpus]

MakeCorpus = Callable[..., Corpus]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[4] / "shared" / "data"))
ADULT = DATA / "adult" / "adult-train.csv"
RNG = np.random.default_rng(1)
SEX = RNG.integers(0, 2, 800)
RACE = RNG.integers(0, 3, 800)
Y = RNG.random(800) < 0.3 + 0.2 * SEX
GUESS = np.where(RNG.random(800) < 0.7 + 0.1 * RACE, Y, ~Y)
PEOPLE = [
    {"sex": "fm"[s], "race": "xyz"[r], "y": int(y), "guess": int(g)}
    for s, r, y, g in zip(SEX, RACE, Y, GUESS, strict=True)
]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return Decisions(**options).examine(corpus, 0, SILENT)


def score(report: StageReport, metric: str, **place: str) -> Score:
    return next(
        one
        for one in report.scores
        if isinstance(one, Score) and one.metric == metric and place.items() <= one.slice.items()
    )


def reasons(report: StageReport) -> str:
    return "\n".join(one.reason for one in report.scores if isinstance(one, NotMeasured))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, table_corpus: MakeTable) -> StageReport:
    corpus = table_corpus(tmp_path_factory.mktemp("people") / "corpus", PEOPLE)
    return examine(corpus, groups=["sex", "race"], label="y", prediction="guess")


def crossed() -> list[str]:
    return [f"{row['sex']} × {row['race']}" for row in PEOPLE]


@pytest.mark.parametrize("name", ["sex", "race", "sex × race"])
def test_gaps_and_ratios_equal_those_of_fairlearn(report: StageReport, name: str) -> None:
    groups = crossed() if "×" in name else [row[name] for row in PEOPLE]
    for metric, reference in {
        "demographic-parity-difference": demographic_parity_difference,
        "demographic-parity-ratio": demographic_parity_ratio,
        "equalized-odds-difference": equalized_odds_difference,
        "equalized-odds-ratio": equalized_odds_ratio,
    }.items():
        expected = reference(Y, GUESS, sensitive_features=groups)
        assert score(report, metric, dimension=name).value == pytest.approx(expected), metric


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        ("accuracy", accuracy_score),
        ("precision", precision_score),
        ("selection-rate", selection_rate),
        ("true-positive-rate", recall_score),
        ("false-positive-rate", false_positive_rate),
    ],
)
def test_rates_by_intersection_equal_those_of_fairlearn(report: StageReport, metric: str, reference: Any) -> None:
    frame = MetricFrame(metrics=reference, y_true=Y, y_pred=GUESS, sensitive_features=crossed())
    for group, value in frame.by_group.items():
        assert score(report, metric, dimension="sex × race", group=group).value == pytest.approx(value)


def test_every_score_of_a_rate_or_gap_has_an_interval_around_it(report: StageReport) -> None:
    found = [one for one in report.scores if isinstance(one, Score) and not one.metric.endswith("-by-chance")]
    assert all(one.low is not None and one.high is not None and one.low <= one.value <= one.high for one in found)


def test_the_gap_by_chance_stands_beside_each_gap(report: StageReport) -> None:
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "decisions-gaps")
    chance = table.columns.index("Gap by chance (95 %)")
    by_place = {(row[0], row[1]): row[chance] for row in table.rows}
    assert (
        by_place["base-rate (y = 1)", "sex"] == score(report, "base-rate-difference-by-chance", dimension="sex").value
    )
    assert len(by_place) == 6 * 3


def test_a_planted_difference_is_a_finding_with_the_rows_that_make_it(report: StageReport) -> None:
    (found,) = [one for one in report.findings if one.code == "HW-A080" and "race" not in one.title]
    rows = [PEOPLE[int(id.removeprefix("row-"))] for id in found.document_ids]
    assert len(rows) == 20 and all((row["sex"], row["y"]) == ("f", 0) for row in rows)
    assert found.examples[0].document_ids == found.document_ids[:1]


def test_errors_that_differ_are_a_finding_of_their_own(report: StageReport) -> None:
    found = [one for one in report.findings if one.code == "HW-A082" and "accuracy" in one.title]
    rows = [PEOPLE[int(id.removeprefix("row-"))] for one in found for id in one.document_ids]
    assert any("for race: x" in one.title for one in found)
    assert rows and any(row["y"] != row["guess"] for row in rows)


def scored_rows(number: int = 3_000) -> list[dict[str, Any]]:
    """A score that fits men and is twice too high for women, and tells nothing of race z."""
    rng = np.random.default_rng(4)
    rows = []
    for i in range(number):
        sex, race, score = "fm"[i % 2], "xyz"[i % 3], round(float(rng.random()), 3)
        chance = 0.35 if race == "z" else score * (0.5 if sex == "f" else 1.0)
        rows.append({"sex": sex, "race": race, "y": int(rng.random() < chance), "risk": score})
    return rows


SCORED = scored_rows()


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, table_corpus: MakeTable) -> StageReport:
    corpus = table_corpus(tmp_path_factory.mktemp("scored") / "corpus", SCORED)
    return examine(corpus, groups=["sex", "race"], label="y", score="risk")


def test_the_area_by_group_is_that_of_scikit_learn(scored: StageReport) -> None:
    frame = pd.DataFrame(SCORED)
    for race, part in frame.groupby("race"):
        found = score(scored, "auc", dimension="race", group=str(race))
        assert found.value == pytest.approx(roc_auc_score(part.y, part.risk)) and found.n == len(part)


def test_calibration_in_the_large_by_group_is_that_of_pandas(scored: StageReport) -> None:
    frame = pd.DataFrame(SCORED)
    for (sex, race), part in frame.groupby(["sex", "race"]):
        found = score(scored, "calibration-in-the-large", dimension="sex × race", group=f"{sex} × {race}")
        assert found.value == pytest.approx(part.y.mean() - part.risk.mean())


def test_a_gap_of_calibration_is_a_finding_with_the_rows_that_are_furthest_off(scored: StageReport) -> None:
    (found,) = [one for one in scored.findings if "Calibration" in one.title and "race" not in one.title]
    rows = [SCORED[int(id.removeprefix("row-"))] for id in found.document_ids]
    women = sorted((row["risk"] for row in SCORED if row["sex"] == "f" and not row["y"]), reverse=True)
    assert found.code == "HW-A082" and [row["risk"] for row in rows] == women[:20]
    assert all(row["sex"] == "f" for row in rows) and found.severity == "medium"


def test_a_gap_of_areas_is_a_finding_of_the_group_that_is_told_worst(scored: StageReport) -> None:
    (found,) = [one for one in scored.findings if one.title.startswith("AUC") and "sex" not in one.title]
    assert "race: z" in found.title
    assert all(SCORED[int(id.removeprefix("row-"))]["race"] == "z" for id in found.document_ids)


def test_scores_have_curves_by_group_and_a_line_of_a_perfect_one(scored: StageReport) -> None:
    chart = next(one for one in scored.exhibits if one.name == "decisions-score-sex-reliability")
    assert isinstance(chart, Chart) and [one.name for one in chart.series] == ["f", "m", "a perfect score"]
    assert all(one.low is not None for one in scored.scores if isinstance(one, Score) and "chance" not in one.metric)


def test_a_prediction_that_holds_probabilities_is_a_score(
    scored: StageReport, tmp_path: Path, table_corpus: MakeTable
) -> None:
    report = examine(table_corpus(tmp_path / "c", SCORED), groups=["sex", "race"], label="y", prediction="risk")
    assert report.to_json() == scored.to_json()


def test_a_score_and_a_decision_stand_side_by_side(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "guess": int(row["risk"] > 0.5)} for row in SCORED]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y", prediction="guess", score="risk")
    assert score(report, "selection-rate", group="f") and score(report, "auc", group="f")


def test_a_score_that_fits_all_alike_is_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    rng = np.random.default_rng(2)
    rows = [{"sex": "fm"[i % 2], "risk": (s := float(rng.random())), "y": int(rng.random() < s)} for i in range(2_000)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y", score="risk")
    assert report.findings == ()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"score": "rsk"}, "no row has a value in a column 'rsk'; did you mean .risk."),
        ({"risk": "high"}, {}, "the column 'risk' has a value that is no number: 'high'"),
        ({"risk": 7}, {}, "the column 'risk' has 7; a score is a probability, a number from 0 to 1"),
        ({"risk": "nan"}, {}, "the column 'risk' has nan; a score is a probability"),
        ({"risk": 0.5}, {}, "the column 'risk' has 1 values: name a decision with prediction, not score"),
        ({"risk": None}, {}, "no row has a value in a column 'risk'"),
        ({"y": 1}, {}, "scores need a label of two values"),
        ({}, {"minimum": 2_000}, "fewer than two groups have 2000 rows with label and score"),
    ],
)
def test_a_score_that_cannot_be_compared_is_not_measured(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    corpus = table_corpus(tmp_path / "c", [{**row, **change} for row in SCORED])
    report = examine(corpus, **{"groups": ["sex"], "label": "y", "score": "risk", **options})
    assert re.search(message, reasons(report)), reasons(report)
    assert not any(isinstance(one, Score) and one.metric == "auc" for one in report.scores)


def test_a_group_with_one_label_has_no_area(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "y": 0 if row["sex"] == "f" else row["y"]} for row in SCORED]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y", score="risk")
    assert "fewer than two positive or two negative rows" in reasons(report)
    assert score(report, "calibration-in-the-large", group="f").value < -0.4


def test_labels_that_do_not_depend_on_the_group_are_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "fm"[i % 2], "y": (i // 2) % 3 == 0} for i in range(600)]
    assert examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y").findings == ()


def test_a_small_difference_is_no_finding_however_significant(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "fm"[i % 2], "y": int((i // 2) % 100 < 50 + 5 * (i % 2))} for i in range(20_000)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y")
    assert score(report, "base-rate-difference").value == pytest.approx(0.05) and report.findings == ()


def test_a_group_of_size_one_is_listed_as_not_measured(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [*PEOPLE, {"sex": "only", "race": "x", "y": 1}]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y")
    small = [one for one in report.scores if isinstance(one, NotMeasured)]
    assert [(one.slice["group"], one.reason) for one in small] == [
        ("only", "1 rows that count, fewer than 30 (option minimum)")
    ]
    assert any(one.name == "decisions-small" for one in report.exhibits)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"sex": "f"}, {}, "every row with a value of 'sex' has 'f': there is no other group"),
        ({"y": 1}, {}, "the column 'y' has one value in every row that has any: '1'"),
        ({}, {"label": "gues"}, "no row has a value in a column 'gues'; did you mean .guess."),
        ({}, {"label": None}, "no label and no prediction is named"),
        ({}, {"groups": []}, "no column of groups is named"),
        ({}, {"positive": "2"}, "no row has the value '2' of positive in the column 'y'"),
        ({}, {"label": "race"}, "has 3 values .*name the one that counts as positive"),
        ({}, {"minimum": 1_000}, "fewer than two groups have 1000 rows"),
        ({}, {"maximum_groups": 2, "groups": ["race"]}, "'race' has 3 values, more than maximum_groups"),
    ],
)
def test_what_cannot_be_compared_is_not_measured(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    corpus = table_corpus(tmp_path / "c", [{**row, **change} for row in PEOPLE])
    report = examine(corpus, **{"groups": ["sex"], "label": "y", **options})
    assert re.search(message, reasons(report)), reasons(report)
    assert not any(isinstance(one, Score) for one in report.scores) and report.findings == ()


def test_the_prediction_is_positive_where_the_label_is_called_positive(tmp_path: Path, table_corpus: MakeTable) -> None:
    """Most rows are positive in the label and few in the prediction: the rarer value of each would be opposite ones."""
    rows = [{"sex": "fm"[i % 2], "y": "ab"[i % 10 > 6], "guess": "ab"[i % 10 > 2]} for i in range(400)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y", prediction="guess")
    assert score(report, "selection-rate").slice["of"] == "guess = b"
    assert score(report, "selection-rate", group="f").value == pytest.approx(0.6)


def test_a_prediction_alone_gives_demographic_parity_only(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", PEOPLE), groups=["sex"], prediction="guess")
    assert {one.metric for one in report.scores if one.metric.endswith("difference")} == {
        "demographic-parity-difference"
    }


def test_missing_values_are_left_out(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [*PEOPLE, *({"sex": None, "y": 1} for _ in range(50)), *({"sex": "f", "y": ""} for _ in range(50))]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], label="y")
    assert score(report, "base-rate-difference").n == 800
    assert report.detail["missing"] == {"sex": 50, "y": 50}


def test_texts_are_compared_by_their_groups_and_attributes(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(
        [f"text {i}" for i in range(200)],
        groups=[{"sex": "fm"[i % 2]} for i in range(200)],
        attributes=[{"label": str(int(i % 4 == 1))} for i in range(200)],
    )
    report = examine(corpus)
    assert score(report, "base-rate", group="m").value == 0.5 and score(report, "base-rate", group="f").value == 0
    assert [one.code for one in report.findings] == ["HW-A080"]


def test_markup_in_a_column_name_stays_a_name(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"<script>": row["sex"], "y": row["y"]} for row in PEOPLE]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["<script>"], label="y")
    assert score(report, "base-rate-difference").slice["dimension"] == "<script>"


def test_a_table_is_audited_by_default(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = audit(table_corpus(tmp_path / "c", PEOPLE))
    assert "no column of groups is named" in reasons(report)


@pytest.mark.parametrize(
    "options", [{"minimum": 0}, {"effect": 0.0}, {"rate": 1.0}, {"groups": ["a", "a"]}, {"groups": ["a"], "label": "a"},
     {"groups": ["a"], "score": "a"}, {"label": "a", "score": "a"}, {"score_gap": 0.0}]
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        build_audits([("decisions", options)])


@pytest.mark.skipif(not ADULT.is_file(), reason="HEADWATER_DATA has no adult")
def test_the_known_disparity_of_adult_comes_out(tmp_path: Path, table_corpus: MakeTable) -> None:
    with ADULT.open(encoding="utf-8") as file:
        rows = [
            {"race": row[8], "sex": row[9], "income": row[14]} for row in csv.reader(file, skipinitialspace=True) if row
        ]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex", "race"], label="income")
    men, women = (score(report, "base-rate", dimension="sex", group=group) for group in ("Male", "Female"))
    assert (men.n, round(men.value, 3), women.n, round(women.value, 3)) == (21790, 0.306, 10771, 0.109)
    assert score(report, "base-rate-difference-by-chance", dimension="sex").value < 0.011
    assert (
        len([one for one in report.scores if one.slice.get("dimension") == "sex × race" and "group" in one.slice]) == 10
    )
