from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_tables import CITIES, people, table_corpus

from headwater.core import ConfigError, Corpus, Recipe, UsageError, generator
from headwater.models import MixtureCheckpoint, fit, training_report

RECIPE = Recipe(family="gaussian-mixture", held_out=0.1, canaries=None)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return table_corpus(tmp_path_factory.mktemp("table") / "corpus", people(400))


def mixture(corpus: Corpus, folder: Path, **options: Any) -> MixtureCheckpoint:
    made = fit(corpus, replace(RECIPE, options=options), folder)
    assert isinstance(made, MixtureCheckpoint)
    return made


@pytest.fixture(scope="module")
def model(table: Corpus, tmp_path_factory: pytest.TempPathFactory) -> MixtureCheckpoint:
    return mixture(table, tmp_path_factory.mktemp("mixture"), components=8)


def test_one_component_is_the_product_of_its_columns(tmp_path: Path) -> None:
    rows = [{"a": "xy"[k % 4 == 0], "b": k % 2} for k in range(400)]
    made = mixture(table_corpus(tmp_path / "corpus", rows), tmp_path / "m", components=1)
    seen = [rows[int(name[:16], 16)] for name in made.trained_ids()]
    a, b = (np.mean([row[name] == value for row in seen]) for name, value in (("a", "x"), ("b", 1)))
    assert made.log_likelihood([{"a": "x", "b": 1}])[0] == pytest.approx(np.log(a * b), abs=0.005)


def test_two_planted_groups_are_told_apart(tmp_path: Path) -> None:
    rng = generator(0, "groups")
    rows = [{"a": "xy"[k % 2], "b": "uv"[k % 2], "c": float(rng.normal(100 * (k % 2), 1))} for k in range(400)]
    made = mixture(table_corpus(tmp_path / "corpus", rows), tmp_path / "m", components=2)
    drawn = made.sample_records(400, 1)
    assert np.mean([(row["a"] == "x") == (row["b"] == "u") == (row["c"] < 50) for row in drawn]) > 0.97  # type: ignore[operator]
    agree, differ = made.log_likelihood([{"a": "x", "b": "u", "c": 0.0}, {"a": "x", "b": "v", "c": 0.0}])
    assert agree > differ + 3


def test_probabilities_of_all_rows_sum_to_one(tmp_path: Path) -> None:
    rng = generator(1, "small")
    rows = [
        {"a": str(rng.choice(["p", "q"])), "n": int(rng.integers(0, 30)), "c": bool(rng.random() < 0.3)}
        for _ in range(300)
    ]
    made = mixture(table_corpus(tmp_path / "corpus", rows), tmp_path / "m", components=3)
    every = [{"a": a, "n": n, "c": c} for a in "pq" for n in range(30) for c in (True, False)]
    assert np.exp(made.log_likelihood(every)).sum() == pytest.approx(1, abs=1e-9)


def test_single_columns_have_the_shares_of_training(model: MixtureCheckpoint) -> None:
    drawn = model.sample_records(2_000, 3)
    seen = people(400)
    for city in CITIES:
        wanted = np.mean([row["city"] == city for row in seen])
        assert np.mean([row["city"] == city for row in drawn]) == pytest.approx(wanted, abs=0.05)


def test_a_row_depends_on_seed_and_number_alone(model: MixtureCheckpoint) -> None:
    rows = model.sample_records(300, 5)
    assert model.sample_records(20, 5, first=255) == rows[255:275]


def test_any_value_can_be_asked_for_and_the_rest_follows_it(model: MixtureCheckpoint) -> None:
    means = []
    for city in ("Aarhus", "Delft"):
        rows = model.sample_records(300, 2, where={"city": city, "member": True})
        assert {(row["city"], row["member"]) for row in rows} == {(city, True)}
        means.append(np.mean([row["income"] for row in rows]))
    assert means[1] > means[0] + 10_000
    with pytest.raises(UsageError, match="no column 'cty'"):
        model.sample_records(1, where={"cty": "Delft"})
    with pytest.raises(UsageError, match="a gaussian-mixture model has none to choose from"):
        model.sample_records(1, sampler="prior")


def test_more_components_fit_better(table: Corpus, model: MixtureCheckpoint, tmp_path: Path) -> None:
    one = mixture(table, tmp_path / "one", components=1)
    better, worse = (np.array(each.log_likelihood(people(400))) for each in (model, one))
    known = np.isfinite(worse)
    assert known.sum() > 350 and better[known].mean() > worse[known].mean() + 0.5


def test_the_report_shows_nats_and_columns(model: MixtureCheckpoint) -> None:
    report = training_report(model)
    assert report.facts["components"] == 8 and "size" not in report.facts
    assert {score.slice["rows"] for score in report.scores} == {"trained", "held out"}
    assert {"training-samples", "column-distances"} <= {exhibit.name for exhibit in report.exhibits}


def test_more_components_than_rows_are_cut_and_wrong_ones_refused(tmp_path: Path) -> None:
    corpus = table_corpus(tmp_path / "corpus", [{"a": 1}, {"a": 2}, {"a": 2}])
    made = fit(corpus, replace(RECIPE, held_out=0.0), tmp_path / "m")
    assert made.run["network"]["components"] == 3 and len(made.sample_records(9)) == 9
    for wrong in (0, 1_001, True, 2.5):
        with pytest.raises(ConfigError, match="components"):
            fit(corpus, replace(RECIPE, options={"components": wrong}), tmp_path / "w")
