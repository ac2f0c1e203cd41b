"""Audits before and after: joining, intervals, verdicts, harm; and the whole of it on Adult, recomputed by pandas."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, wilson
from headwater.curate import compare_audits, mitigation_cost, score_changes
from headwater.curate.mitigation.changes import difference_bounds
from headwater.curate.mitigation.distances import group_distances
from headwater.pipeline.cli import app

Make = Callable[..., Corpus]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
COLUMNS = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
]


def score(hits: int, n: int, group: str = "a", metric: str = "base-rate", **more: Any) -> Score:
    low, high = wilson(hits, n)
    place = {"dimension": "g", "of": "y", "group": group}
    return Score(metric, hits / n, n, "share of rows", "m/1", low, high, slice=place, **more)


def report(*scores: Score | NotMeasured) -> StageReport:
    return StageReport("audit", "t", scores=scores)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, example a, method 10: 56/70 - 48/80
    low, high = difference_bounds(score(48, 80), score(56, 70)) or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_scores_of_other_protocols_are_not_subtracted() -> None:
    one, two = score(1, 10), Score("base-rate", 0.5, 10, "share of rows", "m/2", slice=score(1, 10).slice)
    found = compare_audits(report(one), report(two))
    (refused,) = found.scores
    assert isinstance(refused, NotMeasured)
    assert "not comparable: protocols m/1 and m/2" in refused.reason
    assert found.facts["numbers compared"] == 0


def test_better_and_worse_follow_the_direction() -> None:
    pairs = [(score(10, 1000, direction=d), score(200, 1000, direction=d)) for d in ("higher", "lower", "none")]
    assert [score_changes([one], [two])[0].verdict for one, two in pairs] == ["better", "worse", "changed"]
    assert score_changes([pairs[0][0]], [score(11, 1000)])[0].verdict == "not distinguishable"
    assert score_changes([pairs[0][0]], [pairs[0][0]])[0].verdict == "the same"


def test_an_odds_ratio_is_better_the_nearer_it_is_to_1() -> None:
    def ratio(value: float) -> Score:
        return Score("association-odds-ratio", value, 9, "odds ratio", "m/1", value * 0.9, value * 1.1)

    assert [score_changes([ratio(a)], [ratio(b)])[0].verdict for a, b in ((4, 1.5), (0.2, 0.5), (1.1, 3))] == [
        "better", "better", "worse",
    ]  # fmt: skip


def test_the_distance_of_a_group_is_that_of_its_rate_to_all_others() -> None:
    found = {
        one.slice["group"]: one for one in group_distances([score(30, 100), score(10, 50, "b"), score(9, 90, "c")])
    }
    assert found["a"].value == pytest.approx(0.3 - 19 / 140)
    assert found["c"].value == pytest.approx(40 / 150 - 0.1)
    low, high = difference_bounds(score(19, 140), score(30, 100)) or (0, 0)
    assert (found["a"].low, found["a"].high) == (pytest.approx(low), pytest.approx(high))


def test_one_group_only_has_no_distance() -> None:
    assert list(group_distances([score(3, 10)])) == []


def test_harm_to_one_group_is_a_finding_that_names_it() -> None:
    before = report(score(500, 1000), score(100, 1000, "b"), score(300, 1000, "c"))
    after = report(score(350, 1000), score(300, 1000, "b"), score(50, 1000, "c"))
    codes = {one.code: one for one in compare_audits(before, after).findings}
    assert set(codes) == {"HW-A120"}
    finding = codes["HW-A120"]
    assert (finding.severity, "group c" in finding.meaning) == ("high", True)
    assert "group b" in finding.meaning.split("became better")[1]
    same = compare_audits(
        before, report(*(score(round(s.value * 1010), 1010, s.slice["group"]) for s in before.scores))
    )
    assert [one.code for one in same.findings] == ["HW-A122"]


def test_what_is_no_longer_measured_is_a_finding() -> None:
    place = dict(score(1, 10, "b").slice)
    gone = NotMeasured("base-rate", "3 rows that count, fewer than 30", place)
    found = compare_audits(report(score(5, 10), score(5, 10, "b")), report(score(5, 10), gone))
    finding = next(one for one in found.findings if one.code == "HW-A121")
    assert "group b" in finding.meaning and "3 rows that count" in finding.meaning


def test_nothing_to_compare_makes_nothing_up() -> None:
    found = compare_audits(report(), report())
    assert (found.scores, found.findings, found.facts["numbers compared"]) == ((), (), 0)


def test_the_cost_is_counted(make_corpus: Make) -> None:
    texts = [f"stone number {n} falls in the river {n % 7}" for n in range(60)]
    sources = [f"s{n % 2}" for n in range(60)]
    before = make_corpus(texts, source=sources)
    after = make_corpus(texts[::2], "after", source=sources[::2])
    found = {(one.metric, one.slice["side"]): one for one in mitigation_cost(before, after, 0, SILENT).scores}
    value = {key: one.value for key, one in found.items() if isinstance(one, Score)}
    assert (value["documents", "before"], value["documents", "after"]) == (60, 30)
    words = [word for text in texts for word in text.split()]
    assert (value["words", "before"], value["distinct-words", "before"]) == (len(words), len(set(words)))
    assert (value["source-entropy", "before"], value["source-entropy", "after"]) == (1.0, 0.0)
    fixed = len([word for text in texts[::2] for word in text.split()])
    kinds = len({word for text in texts[::2] for word in text.split()})
    assert value["type-token-ratio", "after"] == pytest.approx(kinds / fixed)
    one, two = found["reference-perplexity", "before"], found["reference-perplexity", "after"]
    assert isinstance(one, Score) and isinstance(two, Score)
    assert 1 < one.value < 60 and one.low is not None and one.low < one.value < (one.high or math.inf)


def test_the_cost_of_one_document_leaves_perplexity_unmeasured(make_corpus: Make) -> None:
    corpus = make_corpus(["one stone"])
    found = mitigation_cost(corpus, corpus, 0, SILENT)
    assert {one.metric for one in found.scores if isinstance(one, NotMeasured)} == {"reference-perplexity"}


def audited(folder: Path, step: dict[str, Any]) -> StageReport:
    """The part of the report on mitigation of an audit of Adult with one step."""
    config = {
        "corpus": {
            "source": "csv", "path": str(DATA / "adult" / "adult-train.csv"), "modality": "table", "columns": COLUMNS,
            "groups": ["sex", "race"],
        },
        "curate": [step],
        "audit": [{"decisions": {"groups": ["sex", "race"], "label": "income", "permutations": 99}}],
    }  # fmt: skip
    (folder / "c.yaml").write_text(yaml.safe_dump(config))
    done = CliRunner().invoke(app, ["audit", str(folder / "c.yaml"), "--out", str(folder / "run"), "--quiet"])
    assert done.exit_code == 0, done.output
    return StageReport.load(folder / "run" / "mitigation.json")


def numbers(found: StageReport, metric: str, **place: str) -> tuple[float, float]:
    """A number before and after."""
    for entry in found.detail["changes"]:
        after = entry["after"] or entry["before"]
        if after["metric"] == metric and place.items() <= after["slice"].items():
            return entry["before"]["value"], entry["after"]["value"]
    raise AssertionError(f"{metric} {place} is not there")


@pytest.fixture(scope="module")
def adult() -> pd.DataFrame:
    if not (DATA / "adult").is_dir():
        pytest.skip("HEADWATER_DATA has no adult")
    frame = pd.read_csv(DATA / "adult" / "adult-train.csv", names=COLUMNS, skipinitialspace=True)
    return frame.assign(y=frame.income == ">50K")


def test_reweighing_adult_makes_the_weighted_rates_equal(tmp_path: Path, adult: pd.DataFrame) -> None:
    found = audited(tmp_path, {"reweigh": {"groups": ["sex"], "label": "income"}})
    rates = adult.groupby("sex").y.mean()
    for sex in ("Male", "Female"):
        before, after = numbers(found, "weighted-base-rate", group=sex, dimension="sex")
        assert before == pytest.approx(rates[sex])
        assert after == pytest.approx(adult.y.mean(), abs=1e-12)
    before, after = numbers(found, "weighted-base-rate-difference", dimension="sex")
    assert (before, after) == (pytest.approx(rates.Male - rates.Female), pytest.approx(0, abs=1e-12))
    cell = adult.groupby(["sex", "income"]).age.transform("size")
    weight = adult.groupby("sex").age.transform("size") * adult.groupby("income").age.transform("size")
    weight = weight / (len(adult) * cell)
    by_race = (weight * adult.y).groupby(adult.race).sum() / weight.groupby(adult.race).sum()
    for race, rate in by_race.items():
        assert numbers(found, "weighted-base-rate", group=str(race), dimension="race")[1] == pytest.approx(rate)
    scores = {(s.metric, s.slice["side"]): s.value for s in found.scores if isinstance(s, Score)}
    assert scores["effective-documents", "after"] == round(weight.sum() ** 2 / (weight**2).sum())
    assert scores["documents", "after"] == len(adult)


def test_resampling_adult_changes_the_rates_as_computed_by_hand(tmp_path: Path, adult: pd.DataFrame) -> None:
    found = audited(tmp_path, {"resample": {"groups": ["sex"], "label": "income", "shares": "independent"}})
    n = adult.groupby(["sex", "income"]).size()
    share = {c: adult.sex.eq(c[0]).mean() * adult.income.eq(c[1]).mean() for c in n.index}
    total = min(n[cell] / share[cell] for cell in n.index)
    kept = {cell: math.floor(total * share[cell] + 1e-9) for cell in n.index}
    for sex in ("Male", "Female"):
        after = kept[sex, ">50K"] / (kept[sex, ">50K"] + kept[sex, "<=50K"])
        before_found, after_found = numbers(found, "base-rate", group=sex, dimension="sex")
        assert before_found == pytest.approx(adult[adult.sex == sex].y.mean())
        assert after_found == pytest.approx(after, abs=1e-4)
    scores = {(s.metric, s.slice["side"]): s.value for s in found.scores if isinstance(s, Score)}
    assert scores["documents", "after"] == pytest.approx(sum(kept.values()), abs=4)
    harm = next(one for one in found.findings if one.code == "HW-A120")
    assert "Male × Black" in harm.meaning


def test_a_cap_on_a_group_changes_its_size_as_computed_by_hand(tmp_path: Path, adult: pd.DataFrame) -> None:
    found = audited(tmp_path, {"cap": {"by": "sex", "documents": 5_000}})
    scores = {(s.metric, s.slice["side"]): s.value for s in found.scores if isinstance(s, Score)}
    assert scores["documents", "after"] == sum(min(5_000, n) for n in adult.sex.value_counts())
    before, after = numbers(found, "base-rate", group="Female", dimension="sex")
    assert abs(after - before) < 4 * np.sqrt(before * (1 - before) / 5_000)


def test_a_run_without_mitigation_or_with_compare_off_has_no_comparison(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "He sings in the house."}\n{"text": "A stone lies in the river."}\n')
    for name, lines in (
        ("none", "curate: [exact-duplicates]"),
        ("off", "curate: [{cap: {documents: 1}}]\ncompare: false"),
    ):
        (tmp_path / f"{name}.yaml").write_text(
            f"corpus: {{source: text, path: t.jsonl}}\n{lines}\naudit: [composition]\n"
        )
        arguments = ["audit", str(tmp_path / f"{name}.yaml"), "--out", str(tmp_path / name), "--quiet"]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        assert not (tmp_path / name / "mitigation.json").exists()
