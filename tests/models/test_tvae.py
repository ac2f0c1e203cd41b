import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from small_tables import CITIES, TABLE_RECIPE, people, table_corpus, table_rows

from headwater.core import (
    TABLE_SCHEMA,
    ConfigError,
    Corpus,
    CorpusWriter,
    InputError,
    IntegrityError,
    UsageError,
    record_batch,
)  # fmt: skip
from headwater.models import TVAECheckpoint, fit, load, training_report
from headwater.models.table_vae import TableVAE, TVAEConfig


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return table_corpus(tmp_path_factory.mktemp("table") / "corpus", people(400))


def trained(corpus: Corpus, folder: Path, **changes: Any) -> TVAECheckpoint:
    made = fit(corpus, replace(TABLE_RECIPE, **changes), folder)
    assert isinstance(made, TVAECheckpoint)
    return made


@pytest.fixture(scope="module")
def model(table: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TVAECheckpoint:
    return trained(table, tmp_path_factory.mktemp("tvae"), steps=900, learning_rate=4e-3)


@pytest.fixture(scope="module")
def conditional(table: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TVAECheckpoint:
    folder = tmp_path_factory.mktemp("conditional")
    return trained(table, folder, steps=900, learning_rate=4e-3, options={"conditional": "city"})


def test_a_row_depends_on_seed_and_number_alone(model: TVAECheckpoint) -> None:
    rows = model.sample_records(300, 5)
    assert model.sample_records(40, 5, first=250) == rows[250:290]
    assert model.sample_records(300, 6) != rows
    assert model.sample_records(0) == []


def test_rows_have_the_types_and_ranges_of_training(model: TVAECheckpoint) -> None:
    rows = model.sample_records(500, 1)
    seen = people(400)
    assert all(isinstance(row["age"], int) and 18 <= row["age"] < 80 for row in rows)
    assert all(row["work"] is None or isinstance(row["work"], int) for row in rows)
    assert all(round(row["income"], 2) == row["income"] for row in rows)  # type: ignore[arg-type, call-overload]
    assert {row["city"] for row in rows} == set(CITIES)
    assert {type(row["member"]) for row in rows} == {bool}
    assert {row["always"] for row in rows} == {"yes"} and {row["never"] for row in rows} == {None}
    dates = [row["joined"] for row in seen]
    assert all(min(dates) <= str(row["joined"]) <= max(dates) and len(str(row["joined"])) == 10 for row in rows)
    assert "id" not in rows[0]


def test_a_typed_table_has_nulls_and_whole_numbers(model: TVAECheckpoint) -> None:
    found = model.sample_rows(200, 2)
    types = {field.name: str(field.type) for field in found.schema}
    assert types["age"] == types["work"] == types["gain"] == "int64" and types["member"] == "bool"
    assert types["income"] == "double" and types["joined"] == types["city"] == types["never"] == "string"
    assert 0 < found["work"].null_count < 200 and found["never"].null_count == 200


def test_what_goes_together_in_training_goes_together_in_samples(model: TVAECheckpoint) -> None:
    rows = model.sample_records(600, 3)
    means = [np.mean([row["income"] for row in rows if row["city"] == city]) for city in CITIES]
    assert all(low + 7_000 < high for low, high in zip(means[:-1], means[1:], strict=True))
    both = np.array([(row["age"], row["work"]) for row in rows if row["work"] is not None], float)
    assert np.corrcoef(both.T)[0, 1] > 0.7
    zeros = np.mean([row["gain"] == 0 for row in rows])
    assert zeros == pytest.approx(np.mean([row["gain"] == 0 for row in people(400)]), abs=0.1)


def test_a_conditional_model_makes_rows_of_the_value_it_is_asked_for(conditional: TVAECheckpoint) -> None:
    rows = conditional.sample_records(200, 1, where={"city": "Delft"})
    assert {row["city"] for row in rows} == {"Delft"}
    other = conditional.sample_records(200, 1, where={"city": "Aarhus"})
    incomes = [np.mean([row["income"] for row in part]) for part in (rows, other)]
    assert incomes[0] > incomes[1] + 20_000
    free = conditional.sample_records(400, 1)
    shares = [np.mean([row["city"] == city for row in free]) for city in CITIES]
    assert shares == pytest.approx([np.mean([row["city"] == city for row in people(400)]) for city in CITIES], abs=0.08)


def test_a_wrong_condition_is_refused_with_the_nearest(
    table: Corpus, model: TVAECheckpoint, conditional: TVAECheckpoint, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="model.options.conditional: no column 'citi'; did you mean \"city\""):
        trained(table, tmp_path / "a", options={"conditional": "citi"})
    with pytest.raises(ConfigError, match="'income' has too many values"):
        trained(table, tmp_path / "b", options={"conditional": "income"})
    with pytest.raises(ConfigError, match="column 'id' is left out of the model: it has a value of its own"):
        trained(table, tmp_path / "c", options={"conditional": "id"})
    with pytest.raises(UsageError, match='did you mean "Delft"'):
        conditional.sample_records(1, where={"city": "Delf"})
    with pytest.raises(UsageError, match="only 'city', not 'member'"):
        conditional.sample_records(1, where={"member": True})
    with pytest.raises(UsageError, match="none; train with options"):
        model.sample_records(1, where={"city": "Delft"})


def test_the_bound_rises_with_samples_to_the_true_value(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"a": "xy"[k % 2], "b": "uv"[k % 2], "n": k % 31} for k in range(200)]
    model = trained(table_corpus(tmp_path / "corpus", rows), tmp_path / "m", steps=100, options={"beta": 1.0})
    one, many = (model.log_likelihood(rows[:60], k=k).mean() for k in (1, 64))
    assert one < many
    assert model.log_likelihood(rows[:5], k=5_000) == pytest.approx(brute_force(model, rows[:5], 40_000), abs=0.2)


@torch.inference_mode()
def brute_force(model: TVAECheckpoint, rows: list[dict[str, Any]], k: int) -> np.ndarray:
    """log p(row) by drawing from the prior: independent of the posterior."""
    from headwater.models.row_distribution import Targets, row_log_likelihood

    network, targets = model.network, Targets.of(model.schema.encode_rows(rows))
    found = []
    z = torch.randn(k, network.config.latent, generator=torch.Generator().manual_seed(0))
    logits, centres = network.decode(z, None)
    for row in range(len(rows)):
        one = Targets(*(getattr(targets, name)[row : row + 1] for name in Targets.__dataclass_fields__)).repeat(k)
        logs = row_log_likelihood(model.schema, one, logits, centres, network.widths.expand(k, -1))
        found.append(logsumexp(logs.numpy()) - np.log(k))
    return np.array(found)


def test_an_impossible_row_has_no_likelihood_and_a_row_without_the_columns_is_refused(model: TVAECheckpoint) -> None:
    row = people(1)[0]
    assert model.log_likelihood([{**row, "city": "Elsewhere"}])[0] == -np.inf
    with pytest.raises(InputError, match="log_likelihood: no row has the column 'age'"):
        model.log_likelihood([{"city": "Cork"}])
    with pytest.raises(UsageError, match="k = 0 must be 1 or more"):
        model.log_likelihood([row], k=0)


def test_the_loss_counts_the_numbers_themselves_and_is_a_bound(model: TVAECheckpoint, table: Corpus) -> None:
    told = model.run["diagnostics"]
    assert model.run["final_loss"] == pytest.approx(told["nats_per_row_train"], rel=0.2)
    assert [point["step"] for point in model.run["loss"]["measured"]][-1] == 900
    assert told["active_units"] > 0 and len(told["kl_per_dimension"]) == told["latent"]


def test_rows_are_trained_on_or_held_out_and_the_ledger_knows_their_steps(model: TVAECheckpoint, table: Corpus) -> None:
    held = model.held_out_ids()
    assert 20 < len(held) < 80 and not set(held) & set(model.trained_ids())
    name = model.trained_ids()[0]
    assert all(name in model.ledger.documents_at(step) for step in model.ledger.steps_of(name))
    assert model.ledger.steps_of(held[0]) == () and model.energy.cpu_seconds > 0


def test_a_plan_of_columns_that_was_changed_is_noticed(model: TVAECheckpoint, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(model.folder, tmp_path / "copy")
    path = tmp_path / "copy" / "schema.json"
    path.write_text(path.read_text().replace("Aarhus", "Aalborg"))
    with pytest.raises(IntegrityError, match=r"schema.json: does not match its hash"):
        load(tmp_path / "copy")
    assert sorted(item.suffix for item in model.folder.iterdir() if item.is_file()) == [
        ".json", ".json", ".json", ".json", ".json", ".parquet", ".safetensors",
    ]  # fmt: skip


def test_samplers_have_names_and_a_wrong_one_is_refused(model: TVAECheckpoint) -> None:
    assert model.sample_records(5, sampler="prior") == model.sample_records(5, sampler="prior")
    assert model.sample_records(5, sampler="prior") != model.sample_records(5, sampler="ex-post")
    with pytest.raises(UsageError, match="no sampler 'pior'; did you mean \"prior\""):
        model.sample_records(5, sampler="pior")


def test_rows_are_balanced_by_a_declared_group(tmp_path: Path) -> None:
    rows = table_rows(people(200))
    for k, row in enumerate(rows):
        row["groups"] = [("side", "left" if k % 10 else "right")]
    with CorpusWriter(tmp_path / "corpus", TABLE_SCHEMA) as writer:
        writer.write(record_batch(rows, TABLE_SCHEMA))
    made = trained(Corpus(tmp_path / "corpus"), tmp_path / "m", steps=20, accumulate=4, balance="side")
    groups = made.run["weighting"]["groups"]
    assert groups["right"]["weighted_share"] == pytest.approx(0.5) and groups["right"]["share"] < 0.2


@pytest.mark.parametrize(
    "rows",
    [
        [{"a": 1}],
        [{"a": "x"}] * 30,
        [{"a": None, "b": k % 3} for k in range(30)],
        [{"<script>alert(1)</script>": "</script><b>"[k % 2 :], "x": float(k)} for k in range(40)],
        [{"x": [float("inf"), float("-inf"), float(k % 31)][min(k, 2)]} for k in range(80)],
        [{"note": f"word {k} and {'more ' * (k % 9)}", "x": k % 5} for k in range(80)],
        [{"a": {"b": k}, "x": k % 5} for k in range(40)],
        [{"x": "12" if k % 2 else 7, "y": "NA" if k % 3 else "ok"} for k in range(40)],
    ],
    ids=["one-row", "constant", "all-missing", "script", "infinite", "free-text", "nested", "strings-and-numbers"],
)
def test_odd_tables_train_sample_and_report(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    corpus = table_corpus(tmp_path / "corpus", rows)
    made = trained(corpus, tmp_path / "model", steps=3, batch=8, held_out=0.0)
    assert len(made.sample_records(20)) == 20 and made.sample_rows(20).num_rows == 20
    report = training_report(made)
    assert json.dumps(report.to_json(), allow_nan=False)
    assert np.isfinite(made.log_likelihood(rows[:1], k=4)).all() or not made.schema.encode_rows(rows[:1]).known[0]


def test_left_out_and_pooled_columns_are_findings(tmp_path: Path) -> None:
    rows = [{"id": f"P-{k:05d}", "town": f"town {k % 40}", "x": k % 7} for k in range(400)]
    made = trained(table_corpus(tmp_path / "corpus", rows), tmp_path / "model", steps=3, options={"categories": 10})
    found = {finding.code: finding.meaning for finding in training_report(made).findings}
    assert "id has a value of its own" in found["HW-T063"] and "town (31 values)" in found["HW-T064"]
    assert {row["town"] for row in made.sample_records(2_000)} == {f"town {k}" for k in range(40)}


def test_a_value_that_never_comes_is_a_finding(model: TVAECheckpoint) -> None:
    made = load(model.folder)
    assert isinstance(made, TVAECheckpoint)
    assert "HW-T065" not in {finding.code for finding in training_report(made).findings}
    with torch.no_grad():
        first = sum(made.schema.widths[: made.schema.place_of("city")])
        made.network.row.bias[first] = -1e4
    named = {finding.code: finding.meaning for finding in training_report(made).findings}
    assert f"city: {made.schema.columns[made.schema.place_of('city')].values[0]}" in named["HW-T065"]


def test_options_out_of_bounds_are_refused(table: Corpus, tmp_path: Path) -> None:
    for options, told in (
        ({"categories": 1}, "categories: 1 must be a whole number from 2"),
        ({"modes": 0}, "modes: 0 must be a whole number from 1"),
        ({"beta": -1}, "beta: -1 must be 0 or more"),
        ({"columns": "city"}, "columns: write a list"),
    ):
        with pytest.raises(ConfigError, match=told):
            trained(table, tmp_path, options=options)
    with pytest.raises(ConfigError, match="model.size: no size 'xxs'"):
        trained(table, tmp_path, size="xxs")


def test_posterior_and_loss_are_those_of_each_row_alone() -> None:
    config = TVAEConfig((3, 4), (), 16, 4)
    network = TableVAE(config, torch.Generator().manual_seed(0)).eval()
    codes, offsets = torch.tensor([[0, 1], [2, 3]]), torch.zeros(2, 0)
    mean, _ = network.encode((codes, offsets))
    alone, _ = network.encode((codes[:1], offsets[:1]))
    assert torch.allclose(mean[:1], alone, atol=1e-6)
    assert network.loss((codes, offsets)).shape == (2,)
