"""The dataset card: parsed back by huggingface_hub, loadable by datasets, true to the run."""

from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset
from huggingface_hub import DatasetCard, DatasetCardData

from headwater.reports import EXPORTERS, ExportedRun
from headwater.reports.exports.card_text import plain
from headwater.reports.exports.hub_values import LICENCES, SIZES, front_matter, licence, size_category
from headwater.reports.hidden import visible

from .held import ROWS, SAFE, data_run, hostile_data_run, images_run, table_run, texts_run
from .made import CANARY, bare_run, hostile_exported

KINDS = [texts_run, data_run, images_run, table_run, bare_run, hostile_exported]


def text_of(run: ExportedRun) -> str:
    return EXPORTERS.get("dataset-card")(run)


def card(run: ExportedRun) -> DatasetCard:
    return DatasetCard(text_of(run))


@pytest.mark.parametrize("make", KINDS)
def test_the_hub_reads_its_metadata(make: Any, tmp_path: Path) -> None:
    found = card(make(tmp_path)).data.to_dict()
    assert found["license"] in LICENCES | {"unknown", "other"}
    assert set(found.get("size_categories", [])) <= {name for _, name in SIZES}
    assert DatasetCardData(**found).to_dict() == found
    assert "headwater" in found["tags"]


def test_its_metadata_are_those_of_the_run(tmp_path: Path) -> None:
    governance = {"data": {"name": "river-letters", "licence": "CC-BY-4.0", "tasks": ["fill-mask"]}}
    found = card(texts_run(tmp_path, governance)).data
    assert (found.pretty_name, found.license) == ("river-letters", "cc-by-4.0")
    assert (found.language, found.task_categories, found.size_categories) == (["en", "de"], ["fill-mask"], ["n<1K"])
    (info,) = found.dataset_info
    (split,) = info["splits"]
    assert split["num_examples"] == len(ROWS)
    assert split["num_bytes"] == sum(len(row["text"].encode()) for row in ROWS)


@pytest.mark.parametrize("make", [texts_run, data_run, images_run, table_run])
def test_the_library_datasets_reads_the_documents_by_the_card(make: Any, tmp_path: Path) -> None:
    run = make(tmp_path / "run" if (tmp_path / "run").mkdir() is None else tmp_path)
    (run.folder / "README.md").write_text(text_of(run), "utf-8")
    found = load_dataset(str(run.folder), "default", split="train", cache_dir=str(tmp_path / "cache"))
    (info,) = card(run).data.dataset_info
    assert len(found) == info["splits"][0]["num_examples"]
    assert found.column_names == [feature["name"] for feature in info["features"]]


def test_it_tells_counts_shares_and_what_was_not_measured(tmp_path: Path) -> None:
    text = text_of(texts_run(tmp_path))
    size = sum(len(row["text"].encode()) for row in ROWS)
    assert f"4 documents (text), {size:,} bytes of text, 3 sources" in text
    assert "| MIT | 2 | 50.0% |" in text
    assert "2024-05-02 to 2025-01-31; 2 documents bear no date" in text
    assert "- dialect-share, audit: no dialect labels in this corpus and no declared population" in text
    assert "**not measured:** the audit of this run did not look at it" in text


def test_a_run_without_a_corpus_says_so(tmp_path: Path) -> None:
    assert "**The run holds no corpus:**" in text_of(bare_run(tmp_path))


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (None, {"license": "unknown"}),
        ("MIT", {"license": "mit"}),
        ("My own: licence!", {"license": "other", "license_name": "my-own-licence"}),
        ("https://example.org/l", {"license": "other", "license_name": "https-example.org-l",
                                   "license_link": "https://example.org/l"}),
        ("javascript:1", {"license": "other", "license_name": "javascript-1"}),
    ],
)  # fmt: skip
def test_a_licence_is_one_of_the_hub_or_other(stated: str | None, found: dict[str, str]) -> None:
    assert licence(stated) == found


@pytest.mark.parametrize(("documents", "name"), [(0, "n<1K"), (10**6, "1M<n<10M"), (10**13, "n>1T")])
def test_sizes_at_their_bounds(documents: int, name: str) -> None:
    assert size_category(documents) == name


HOSTILE_YAML = [
    "a\n---\n# b", "--- !!python/object:os.system", "x: y", "*alias", "&anchor", "'", '"', "@", "%TAG", "null",
    "2026-01-01", "\u0085---\u0085", "\u2028---\u2028", "# comment", "{}", "- a", "yes", "1e3",
]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE_YAML, *SAFE])
def test_no_text_ends_or_changes_the_block_of_metadata(text: str, tmp_path: Path) -> None:
    found = DatasetCard(front_matter({"pretty_name": text or "x", "tags": [text or "x", "last"]}) + "\nbody\n")
    shown = " ".join(visible(text or "x").split())
    assert found.data.to_dict() == {"pretty_name": shown, "tags": [shown, "last"]}
    assert found.text.strip() == "body"


@pytest.mark.parametrize("at", range(len(SAFE)))
def test_hostile_texts_do_no_harm(at: int, tmp_path: Path) -> None:
    run = hostile_data_run(tmp_path, SAFE[at])
    found = card(run)
    shown = " ".join(visible(SAFE[at][:1_000]).split())
    if shown:
        assert found.data.pretty_name == shown
        assert f"# {plain(SAFE[at][:1_000])}\n" in found.text
    assert "<" not in found.text.replace("< 0.1%", "")
    assert not any(character in found.content for character in "\u202e\u200b\x00\x1b\u2028")


def test_no_line_of_the_text_begins_with_markup_that_is_not_ours(tmp_path: Path) -> None:
    found = card(texts_run(tmp_path, {"data": {"description": "# A\n\n---\n\n- [x](javascript:1)\n\n| a |\n|---|"}}))
    assert "\n\\# A\n" in found.text
    assert "\n\\---\n" in found.text
    assert "](javascript" not in found.text.replace("\\](", "")


def test_what_the_run_keeps_of_people_is_not_shown(tmp_path: Path) -> None:
    text = text_of(hostile_exported(tmp_path))
    assert "hunter2" not in text
    assert CANARY[:19] not in text
