from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, disable_progress_bars, load_dataset

from headwater.core import ConfigError, InputError, TemporaryError
from headwater.curate import read_source
from headwater.curate.sources.columns import Columns
from headwater.curate.sources.datasets import dataset_rows

disable_progress_bars()
ROWS = {"text": ["a", None, "c"], "license": ["mit", "mit", None], "n": [1, 2, 3]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Dataset.from_dict(ROWS).save_to_disk(str(tmp_path / "one"))
    both = {"train": Dataset.from_dict(ROWS), "test": Dataset.from_dict({"text": ["only"]})}
    DatasetDict(both).save_to_disk(str(tmp_path / "many"))
    return tmp_path


def test_data_set_on_disk_is_read_with_its_provenance(folder: Path, read: Any) -> None:
    rows, rejected = read(read_source("datasets", path=str(folder / "one")))
    assert [(row["text"], row["licence"], row["source"]) for row in rows] == [
        ("a", "MIT", "one"),
        ("c", "unknown", "one"),
    ]
    assert [(row.locator, row.rule) for row in rejected] == [("one:2", "missing-text")]


def test_split_is_chosen_by_name(folder: Path, read: Any) -> None:
    (row,), _ = read(read_source("datasets", path=str(folder / "many"), split="test"))
    assert (row["text"], row["attributes"]["locator"]) == ("only", "many/test:1")


def test_wrong_split_names_those_that_exist(folder: Path) -> None:
    with pytest.raises(InputError, match="holds the splits train, test; name one with the option split"):
        read_source("datasets", path=str(folder / "many"))
    with pytest.raises(InputError, match="'tset' is none of its splits; did you mean \"test\"\\? it has train, test"):
        read_source("datasets", path=str(folder / "many"), split="tset")


def test_missing_column_is_an_error_before_reading(folder: Path) -> None:
    with pytest.raises(InputError, match="no column 'txt' .*did you mean \"text\""):
        read_source("datasets", path=str(folder / "one"), text="txt")


@pytest.mark.parametrize(("path", "message"), [("absent", "no such folder"), (".", "neither a `Dataset` directory")])
def test_folder_without_data_set_is_an_error(folder: Path, path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_source("datasets", path=str(folder / path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either path"),
        ({"path": "x", "name": "y"}, "either path"),
        ({"name": "owner/data", "split": "train"}, "revision: name the commit"),
        ({"name": "owner/data", "revision": "main"}, "split: name the split"),
        ({"name": "../../etc", "revision": "main", "split": "train"}, "no name of a data set"),
    ],
)
def test_wrong_options_are_refused_without_a_network(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_source("datasets", **options)


def test_local_folder_is_never_taken_for_a_name_on_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="also a file or folder here"):
        read_source("datasets", name="data", revision="main", split="train")


def test_streamed_data_set_gives_the_rows_of_the_loaded_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "text {number}"}}\n' for number in range(1_234)))
    streamed = load_dataset(
        "json", data_files=str(path), split="train", streaming=True, cache_dir=str(tmp_path / "cache")
    )
    loaded = Dataset.from_dict({"text": [f"text {number}" for number in range(1_234)]})
    assert list(dataset_rows(streamed, Columns(), "a", "a")) == list(dataset_rows(loaded, Columns(), "a", "a"))


def test_data_set_on_the_hub_is_streamed_at_its_revision(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def load(path: str, **options: Any) -> Any:
        asked.append((path, options))
        return Dataset.from_dict(ROWS).to_iterable_dataset()

    monkeypatch.setattr("datasets.load_dataset", load)
    source = read_source("datasets", name="owner/data", revision="5f2b1e0", split="train", config="en")
    assert asked == []  # nothing is fetched before it is read
    rows, rejected = read(source)
    assert [row["attributes"]["locator"] for row in rows] == [
        "owner/data@5f2b1e0/train:1",
        "owner/data@5f2b1e0/train:3",
    ]
    assert [row.locator for row in rejected] == ["owner/data@5f2b1e0/train:2"]
    assert asked == [("owner/data", {"name": "en", "split": "train", "revision": "5f2b1e0", "streaming": True})]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(ConnectionError("no route"), TemporaryError), (FileNotFoundError("no such data set"), InputError)],
)
def test_hub_that_is_away_is_told_from_a_name_that_is_wrong(
    read: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: type[Exception]
) -> None:
    def load(path: str, **options: Any) -> Any:
        raise error

    monkeypatch.setattr("datasets.load_dataset", load)
    with pytest.raises(expected, match=f"owner/data: .*{error}"):
        read(read_source("datasets", name="owner/data", revision="5f2b1e0", split="train"))


def test_fingerprint_follows_content_and_split(folder: Path) -> None:
    def fingerprint(name: str, **options: str) -> str:
        return read_source("datasets", path=str(folder / name), **options).fingerprint()

    assert fingerprint("one") == fingerprint("one")
    assert len({fingerprint("one"), fingerprint("many", split="train"), fingerprint("many", split="test")}) == 3
