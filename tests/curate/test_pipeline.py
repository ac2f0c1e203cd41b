"""What goes in comes back as the same kind; the oracle is the rows that the steps must keep, worked out by hand."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value, disable_progress_bars
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import ConfigError, Corpus, EmptyCorpus, InputError, StageReport, UnknownName, UsageError
from headwater.curate import Pipeline, curate, length, read_source

disable_progress_bars()
TEXTS = ["Rivers rise somewhere.", "Short.", "They end in the sea.\r\n", None, "Rivers rise somewhere."]
COLUMNS = {"n": [1, 2, 3, 4, 5], "text": TEXTS, "nested": [[1], [], None, [2], [3]], "z": ["a", "b", None, "d", "e"]}
KEPT = [0, 2]
STEPS: list[Any] = [("unicode", {}), {"length": {"minimum_characters": 10}}, "exact-duplicates"]
EXPECTED = ["Rivers rise somewhere.", "They end in the sea.\n"]


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(STEPS)


def test_frame_gives_a_frame_with_its_index_types_and_columns(pipeline: Pipeline) -> None:
    frame = pd.DataFrame({**COLUMNS, "small": np.array([1, 2, 3, 4, 5], np.int8)}, index=[10, 10, 7, 3, 1])
    before = frame.copy()
    found = pipeline.run(frame)
    expected = before.iloc[KEPT].copy()
    expected["text"] = pd.Series(EXPECTED, index=expected.index, dtype=expected["text"].dtype)
    pd.testing.assert_frame_equal(found, expected)
    pd.testing.assert_frame_equal(frame, before)


def test_table_gives_a_table_with_its_schema(pipeline: Pipeline) -> None:
    table = pa.table(COLUMNS).replace_schema_metadata({"made": "by hand"})
    found = pipeline.run(table)
    assert found.schema.equals(table.schema, check_metadata=True)
    assert found.to_pydict() == {**table.take(KEPT).to_pydict(), "text": EXPECTED}


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_type_of_the_text_column_stays(kind: pa.DataType) -> None:
    column = pa.array(TEXTS, pa.string())
    column = column.dictionary_encode() if pa.types.is_dictionary(kind) else column.cast(kind)
    found = Pipeline(STEPS).run(pa.table({"text": column}))
    assert (found.schema.field("text").type, found.column("text").to_pylist()) == (kind, EXPECTED)


def test_record_batch_gives_a_record_batch(pipeline: Pipeline) -> None:
    found = pipeline.run(pa.RecordBatch.from_pydict(COLUMNS))
    assert isinstance(found, pa.RecordBatch) and found.column("text").to_pylist() == EXPECTED
    assert isinstance(pipeline.removed, pa.RecordBatch)


MAKERS: dict[str, Callable[[pa.Table], Any]] = {
    "list": lambda table: table.to_batches(2),
    "reader": lambda table: table.to_reader(2),
    "iterator": lambda table: iter(table.to_batches(2)),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_record_batches_come_back_batch_for_batch(pipeline: Pipeline, kind: str) -> None:
    found = pipeline.run(MAKERS[kind](pa.table(COLUMNS)))
    types = {"list": list, "reader": pa.RecordBatchReader, "iterator": Iterator}
    assert isinstance(found, types[kind])
    assert [batch.column("text").to_pylist() for batch in found] == [EXPECTED[:1], EXPECTED[1:], []]


def test_data_set_gives_a_data_set_with_its_features_and_format(pipeline: Pipeline) -> None:
    features = Features({"n": Value("int16"), "text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    data = Dataset.from_dict({"n": [1, 2, 3, 4, 5], "text": TEXTS, "label": [0, 1, 0, 1, 0]}, features=features)
    data = data.with_format("numpy")
    found = pipeline.run(data)
    assert (found.features, found.format["type"]) == (features, "numpy")
    assert (found["text"][:].tolist(), found["n"][:].tolist()) == (EXPECTED, [1, 3])
    assert isinstance(pipeline.removed, Dataset)


def test_data_set_with_chosen_rows_is_curated_in_their_order(pipeline: Pipeline) -> None:
    data = Dataset.from_dict({"text": TEXTS}).select([2, 4, 0])
    assert pipeline.run(data)["text"][:] == [EXPECTED[1], "Rivers rise somewhere."]


def test_list_of_dicts_gives_the_same_objects_where_nothing_was_edited(pipeline: Pipeline) -> None:
    rows = [{"text": text, "n": number} for number, text in enumerate(TEXTS)]
    found = pipeline.run(rows)
    assert found[0] is rows[0]
    assert (found[1], rows[2]["text"]) == ({"text": EXPECTED[1], "n": 2}, TEXTS[2])


@pytest.mark.parametrize("where", ["folder", "temporary"])
def test_path_gives_a_corpus_as_curate_makes_it(tmp_path: Path, where: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Rivers rise somewhere."}\n{"text": "Short."}\nbroken\n')
    pipeline = Pipeline([length(minimum_characters=10)])
    corpus = pipeline.run(path, folder=tmp_path / "out" if where == "folder" else None)
    curate(read_source("jsonl", path=str(path)), [length(minimum_characters=10)], tmp_path / "expected")
    assert isinstance(corpus, Corpus) and corpus.hash == Corpus(tmp_path / "expected/corpus").hash
    assert pipeline.removed.hash == Corpus(tmp_path / "expected/removed").hash


def test_temporary_folder_lasts_as_long_as_someone_looks_at_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rivers rise somewhere.")
    pipeline = Pipeline(["unicode"])
    folder = pipeline.run(tmp_path / "a.txt").folder.parent
    removed = pipeline.removed
    del pipeline
    gc.collect()
    assert folder.is_dir() and len(removed) == 0
    del removed
    gc.collect()
    assert not folder.exists()


def test_source_and_its_options_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("body;n\nRivers rise.;1\n")
    found = Pipeline([], text="body", source="csv", delimiter=";").run(tmp_path / "a.dat")
    assert found.column("text").to_pylist() == ["Rivers rise."]


def test_removed_rows_say_where_they_stood_and_why(pipeline: Pipeline) -> None:
    pipeline.run(pd.DataFrame(COLUMNS))
    removed = pipeline.removed
    assert isinstance(removed, pd.DataFrame)
    assert list(zip(removed["row"], removed["step"], removed["rule"], strict=True)) == [
        (1, "length", "minimum-characters"),
        (3, "read", "missing-text"),
        (4, "exact-duplicates", "exact-copy"),
    ]


def test_report_counts_every_row(pipeline: Pipeline) -> None:
    pipeline.run(pa.table(COLUMNS))
    assert isinstance(pipeline.report, StageReport)
    assert pipeline.report.facts["documents in"] == 5


def test_rows_removed_for_personal_data_lose_their_content() -> None:
    pipeline = Pipeline([{"personal-data": {"action": "remove"}}])
    kept = pipeline.run(["Write to mary@river-post.org now.", "Rivers rise somewhere."])
    assert kept == ["Rivers rise somewhere."]
    assert "mary" not in str(pipeline.removed)


def test_everything_removed_gives_the_same_kind_empty() -> None:
    pipeline = Pipeline([("length", {"minimum_words": 100})])
    table = pa.table(COLUMNS)
    assert pipeline.run(table).equals(table.slice(0, 0))
    assert pipeline.run(pd.DataFrame(COLUMNS)).columns.tolist() == list(COLUMNS)
    assert pipeline.run(["a"]) == [] and len(pipeline.removed) == 1
    assert len(pipeline.run(Dataset.from_dict({"text": ["a"]}))) == 0
    assert [batch.num_rows for batch in pipeline.run(table.to_batches(2))] == [0, 0, 0]


@pytest.mark.parametrize("data", [[], pd.DataFrame({"text": []}), pa.table({"text": pa.array([], pa.string())})])
def test_nothing_to_begin_with_is_an_error(pipeline: Pipeline, data: Any) -> None:
    with pytest.raises(EmptyCorpus):
        pipeline.run(data)


def test_empty_source_is_no_result_of_an_earlier_run(tmp_path: Path, pipeline: Pipeline) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Rivers rise somewhere."}\n')
    pipeline.run(path, folder=tmp_path / "out")
    path.write_text("")
    with pytest.raises(EmptyCorpus):
        pipeline.run(path, folder=tmp_path / "out")


def test_other_column_can_hold_the_text() -> None:
    frame = pd.DataFrame({"body": ["Rivers rise somewhere.", "Short."], "text": [1, 2]})
    assert Pipeline([("length", {"minimum_characters": 10})], text="body").run(frame)["text"].tolist() == [1]


def test_category_that_no_row_had_is_written_out() -> None:
    frame = pd.DataFrame({"text": pd.Categorical(["a\r\nb", "c"])})
    assert Pipeline(["unicode"]).run(frame)["text"].tolist() == ["a\nb", "c"]


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (["lenght"], UnknownName, "steps.0.: no filter 'lenght'; did you mean \"length\""),
        ([("length", {"minimum": 3})], ConfigError, "steps.0..length: no parameter 'minimum'"),
        ([("length",)], ConfigError, "steps.0.: write a name"),
        ([{"length": {}, "unicode": {}}], ConfigError, "steps.0.: write a name"),
    ],
)
def test_wrong_step_is_an_error_with_its_place(steps: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Pipeline(steps)


@pytest.mark.parametrize("data", [3, b"text", {"text": "a"}, iter([1, 2]), pa.array(["a"])])
def test_other_kinds_are_refused(pipeline: Pipeline, data: Any) -> None:
    with pytest.raises(InputError, match="cannot curate"):
        pipeline.run(data)


def test_data_sets_by_split_are_refused_with_the_way_to_one_of_them(pipeline: Pipeline) -> None:
    both = DatasetDict({"train": Dataset.from_dict({"text": ["a"]})})
    with pytest.raises(InputError, match=r"give one of its values, data\['train'\]"):
        pipeline.run(both)


def test_missing_column_names_those_that_exist(pipeline: Pipeline) -> None:
    with pytest.raises(InputError, match="no column 'text' .* it has txt"):
        pipeline.run(pd.DataFrame({"txt": ["a"]}))


def test_nothing_is_reported_before_the_first_run(pipeline: Pipeline) -> None:
    for name in ("report", "removed"):
        with pytest.raises(UsageError, match="call run"):
            getattr(pipeline, name)


def test_folder_is_for_a_path_only(pipeline: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only for a path"):
        pipeline.run(["a"], folder=tmp_path)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=12))
def test_kept_and_removed_rows_are_all_rows(texts: list[str]) -> None:
    pipeline = Pipeline(["unicode", ("length", {"minimum_characters": 3}), "exact-duplicates"])
    numbers = pipeline.run(pa.table({"text": texts, "row": list(range(len(texts)))})).column("row").to_pylist()
    removed = pipeline.removed.column("row").to_pylist()
    assert sorted(numbers + removed) == list(range(len(texts)))
    assert numbers == sorted(numbers) and removed == sorted(removed)
