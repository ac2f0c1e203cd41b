from pathlib import Path

import pytest

from headwater.core import ConfigError, InputError, UnknownName
from headwater.curate import SOURCES, read_source


def test_misspelt_source_offers_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="run.yaml:3: corpus: no source 'jsnol'; did you mean \"jsonl\""):
        read_source("jsnol", "run.yaml:3: corpus", path="x")


def test_misspelt_option_offers_the_nearest_name_and_the_place() -> None:
    with pytest.raises(
        ConfigError, match="run.yaml:3: corpus: no option 'pth' of source 'jsonl'; did you mean \"path\""
    ):
        read_source("jsonl", "run.yaml:3: corpus", pth="x")


def test_provenance_given_as_an_option_points_to_declared(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="write declared: {licence: ...}"):
        read_source("text", path=str(tmp_path), licence="MIT")


def test_missing_option_is_named() -> None:
    with pytest.raises(ConfigError, match="source 'jsonl' needs the option 'path'"):
        read_source("jsonl")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": 5}, "path: .*given: 5"),
        ({"path": "x", "groups": "gender"}, "groups: .*given: 'gender'"),
        ({"path": "x", "modality": "sound"}, "modality: .*'text' or 'table'"),
        ({"path": "x", "maximum_line_bytes": "many"}, "maximum_line_bytes: .*integer"),
    ],
)
def test_value_of_the_wrong_type_is_refused_with_its_key(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_source("jsonl", **options)


def test_place_stands_before_errors_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^run.yaml:3: corpus: .*no such file"):
        read_source("jsonl", "run.yaml:3: corpus", path=str(tmp_path / "absent.jsonl"))


def test_option_called_name_reaches_the_source() -> None:
    with pytest.raises(ConfigError, match="revision"):
        read_source("datasets", name="owner/data", split="train")


def test_every_source_is_registered_under_its_own_name() -> None:
    builtin = {"csv", "datasets", "digits", "image-folder", "installed-packages", "jsonl", "parquet", "text"}
    assert builtin <= set(SOURCES.names())
