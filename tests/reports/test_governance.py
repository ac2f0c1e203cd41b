"""The facts that only a person knows: typed, checked with their place, and never silently absent."""

from pathlib import Path

import pytest

from headwater.core import ConfigError
from headwater.pipeline.config import effective_yaml, load_config
from headwater.reports import DATASHEET_FIELDS, EXPORTERS, missing_facts, stated
from headwater.reports.governance import all_keys, asked_by, fact

from .exports.held import filled, own, texts_run

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("croissant", "dataset-card", "datasheet", "eu-training-summary", "model-card")


def config(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text("corpus: {source: jsonl, path: x.jsonl}\n" + text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "governance:\n  provder: {}\n",
            "run.yaml:3: governance.provder: no key 'provder'; did you mean \"provider\"?",
        ),
        ("governance:\n  data:\n    licens: MIT\n", "run.yaml:4: governance.data.licens"),
        ("governance: [1]\n", "run.yaml:2: governance: write keys and their texts"),
        ("governance: {data: {licence: [a, b]}}\n", "governance.data.licence"),
        ("governance: {data: 3}\n", "governance.data: write keys and their texts"),
        ("governance: {sme: maybe}\n", "governance.sme"),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(config(tmp_path, text))
    assert said in str(error.value)


def test_what_is_stated_survives_the_effective_config_and_the_rest_is_left_out(tmp_path: Path) -> None:
    found = load_config(config(tmp_path, "governance: {sme: false, data: {creators: Mill, licence: MIT}}\n"))
    assert found.governance.values() == {"sme": False, "data": {"creators": ["Mill"], "licence": "MIT"}}
    (tmp_path / "again.yaml").write_text(effective_yaml(found), "utf-8")
    assert load_config(tmp_path / "again.yaml").governance == found.governance


def test_nothing_and_blanks_are_missing() -> None:
    assert fact({}, "data.licence") is None
    assert fact({"data": {"licence": " \n", "creators": ["", " "]}}, "data.creators") is None
    assert fact({"sme": False}, "sme") == ("no",)
    assert missing_facts({}) == DATASHEET_FIELDS


def test_filled_and_missing_are_all_keys() -> None:
    one, other = stated({"data": {"licence": "MIT"}, "sme": True})
    assert one == ("sme", "data.licence")
    assert sorted(one + other) == sorted(key for key, _ in all_keys())
    assert stated(filled("x"))[1] == ()


def test_every_key_is_described_is_asked_for_and_stands_on_the_page() -> None:
    page = (ROOT / "docs" / "governance.md").read_text("utf-8")
    asked = {key for document in DOCUMENTS for key in asked_by(document)}
    for key, info in all_keys():
        assert info.description
        assert key in asked
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{key}` |")]
        assert info.description in row
        assert all((f"exporters/{document}.md" in row) == (key in asked_by(document)) for document in DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_fact_that_a_document_asks_for_is_shown_as_missing_and_then_as_stated(name: str, tmp_path: Path) -> None:
    exporter = EXPORTERS.get(name)
    for part in ("empty", "filled"):
        (tmp_path / part).mkdir()
    missing = exporter(texts_run(tmp_path / "empty"))
    assert [key for key in asked_by(name) if f"governance.{key}" not in missing] == []
    told = exporter(texts_run(tmp_path / "filled", filled()))
    assert "not stated" not in told.lower()
    assert [key for key in asked_by(name) if key != "sme" and own(key) not in told] == []
