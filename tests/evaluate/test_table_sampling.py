import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.core import TABLE_SCHEMA, Corpus, CorpusWriter, NotMeasured, UsageError, generator, record_batch
from headwater.evaluate import TABLE_SAMPLE_SCHEMA, SamplingPlan, Subject, draw_samples, evaluate, open_subject
from headwater.models import Recipe, TableCheckpoint, fit

FAMILIES = ("tvae", "gaussian-mixture", "copying")


def corpus_of(folder: Path) -> Corpus:
    rng, rows = generator(0, "rows"), []
    for k in range(120):
        row: dict[str, object] = {name: None for name in TABLE_SCHEMA.names}
        values = {
            "age": int(rng.integers(18, 80)),
            "sex": "fm"[k % 2],
            "pay": float(rng.normal(10, 2)),
            "id": f"A-{k:04d}",
        }
        rows.append(row | {"id": f"{k:016x}-00000000", "table": json.dumps(values), "source": "tests", "groups": []})
    with CorpusWriter(folder, TABLE_SCHEMA) as writer:
        writer.write(record_batch(rows, TABLE_SCHEMA))
    return Corpus(folder)


@pytest.fixture(scope="module", params=FAMILIES)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TableCheckpoint, Corpus, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    corpus = corpus_of(folder / "corpus")
    options = {"conditional": "sex"} if request.param == "tvae" else {}
    model = fit(corpus, Recipe(family=request.param, steps=5, options=options, canaries=None), folder / "checkpoint")
    assert isinstance(model, TableCheckpoint)
    return model, corpus, folder


def test_rows_are_drawn_by_number_and_stand_typed_beside(
    made: tuple[TableCheckpoint, Corpus, Path], tmp_path: Path
) -> None:
    model, corpus, _ = made
    table = draw_samples(model, corpus, SamplingPlan(rows=1_100), tmp_path, seed=3)
    assert table.schema == TABLE_SAMPLE_SCHEMA and table.num_rows == 1_100
    records = model.sample_records(1_100, table["seed"][0].as_py())
    assert [json.loads(row) for row in table["table"].to_pylist()] == records
    typed = pq.read_table(tmp_path / "samples" / "rows.parquet")
    assert str(typed.schema.field("age").type) == "int64" and typed["sex"].to_pylist() == [
        row["sex"] for row in records
    ]
    again = draw_samples(model, corpus, SamplingPlan(rows=1_100), tmp_path / "again", seed=3)
    assert again.equals(table)


def test_values_that_are_asked_for_stand_in_every_row(
    made: tuple[TableCheckpoint, Corpus, Path], tmp_path: Path
) -> None:
    model, corpus, _ = made
    table = draw_samples(model, corpus, SamplingPlan(rows=40, where={"sex": "f"}), tmp_path)
    assert {json.loads(row)["sex"] for row in table["table"].to_pylist()} == {"f"}
    assert json.loads(table["parameters"][0].as_py()) == {"where": {"sex": "f"}}
    with pytest.raises(UsageError, match="no column 'sexx'; did you mean \"sex\""):
        draw_samples(model, corpus, SamplingPlan(rows=4, where={"sexx": "f"}), tmp_path)


def test_a_plan_without_rows_leaves_none(made: tuple[TableCheckpoint, Corpus, Path], tmp_path: Path) -> None:
    model, corpus, _ = made
    assert draw_samples(model, corpus, SamplingPlan(rows=0), tmp_path).num_rows == 0
    assert not (tmp_path / "samples" / "rows.parquet").exists()


def test_metrics_of_texts_and_images_say_why_they_are_not_measured(made: tuple[TableCheckpoint, Corpus, Path]) -> None:
    model, corpus, folder = made
    draw_samples(model, corpus, SamplingPlan(rows=20), folder)
    subject = open_subject(folder)
    for metrics in (["perplexity", "verbatim-overlap"], ["frechet-distance"]):
        report = evaluate(subject, metrics)
        assert report.scores and all(isinstance(score, NotMeasured) for score in report.scores)
        assert all("table" in score.reason or "cannot" in score.reason for score in report.scores)  # type: ignore[union-attr]


def test_a_metric_sees_the_rows_as_columns_like_those_of_the_corpus(made: tuple[TableCheckpoint, Corpus, Path]) -> None:
    model, corpus, folder = made
    samples = draw_samples(model, corpus, SamplingPlan(rows=30), folder)
    found = Subject(folder, corpus, model, samples).sampled_columns()
    assert found.rows == 30 and set(found.found["sex"].values) <= {"f", "m"}
    assert Subject(folder, corpus, model).sampled_columns().rows == 0
