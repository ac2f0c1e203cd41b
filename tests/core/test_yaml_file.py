from pathlib import Path

import pytest

from headwater.core import ConfigError, InputError
from headwater.core.yaml_file import load_yaml


def read(tmp_path: Path, text: str):
    path = tmp_path / "run.yaml"
    path.write_text(text, "utf-8")
    return load_yaml(path)


def test_every_key_and_item_knows_its_line(tmp_path: Path) -> None:
    file = read(tmp_path, "corpus:\n  source: jsonl\ncurate:\n  - unicode\n  - language: {keep: [en]}\n")
    assert file.values == {"corpus": {"source": "jsonl"}, "curate": ["unicode", {"language": {"keep": ["en"]}}]}
    assert file.place(("curate", 1, "language", "keep")) == "run.yaml:5: curate[1].language.keep"
    assert file.place(("corpus", "source")) == "run.yaml:2: corpus.source"


def test_a_key_given_twice_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run.yaml:2: key 'seed' is given twice"):
        read(tmp_path, "seed: 1\nseed: 2\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x\n", "run.yaml:2: aliases"),
        ("a: " + "[" * 40 + "]" * 40, "nested deeper"),
        ("a: !!python/object/apply:os.system ['true']\n", "run.yaml:1: the tag .* is not allowed"),
        ("- 1\n- 2\n", "a config is a mapping"),
        ("a: [1\n", "not valid YAML"),
        ("1: x\n", "a key must be a word"),
        ("a: " + "x" * (1 << 20), "bytes; a config may have"),
    ],
)
def test_hostile_or_broken_yaml_is_one_clear_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_dates_stay_text(tmp_path: Path) -> None:
    assert read(tmp_path, "collected: 2026-11-23\n").values == {"collected": "2026-11-23"}


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="headwater init"):
        load_yaml(tmp_path / "absent.yaml")
