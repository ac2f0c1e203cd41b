"""Labelled texts from files."""

import json
from pathlib import Path

import pytest

from headwater.core import ConfigError, InputError
from headwater.curate import read_labelled


def test_one_file_with_labels_gives_texts_and_labels_and_counts_the_rest(comments: Path) -> None:
    found = read_labelled({"path": str(comments), "label": "is_toxic", "positive": "Toxic"})
    assert (len(found.texts), int(found.labels.sum()), found.rejected) == (120, 60, 1)


def test_a_file_for_each_label(tmp_path: Path) -> None:
    (tmp_path / "yes.jsonl").write_text("\n".join(json.dumps({"answer": f"yes {n}"}) for n in range(3)), "utf-8")
    (tmp_path / "no.jsonl").write_text('{"answer": "no"}\nnot json', "utf-8")
    sides = {"positives": str(tmp_path / "yes.jsonl"), "negatives": str(tmp_path / "no.jsonl")}
    found = read_labelled({**sides, "text": "answer"})
    assert found.texts == ("yes 0", "yes 1", "yes 2", "no") and found.labels.tolist() == [True, True, True, False]
    assert found.rejected == 1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"path": "a.csv", "positives": "b.csv", "negatives": "c.csv"},
        {"positives": "a"},
        {"path": "a", "lable": "x"},
    ],
)
def test_other_options_end_in_a_sentence_that_shows_the_forms(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"write labelled: \{path"):
        read_labelled(options)


def test_a_file_without_the_column_or_of_unknown_kind_is_refused(comments: Path) -> None:
    with pytest.raises(InputError, match="name the column"):
        read_labelled({"path": str(comments), "label": "toxic"})
    with pytest.raises(InputError, match="cannot tell the format"):
        read_labelled({"path": "comments.pdf"})


def test_too_few_of_one_label_are_refused(comments: Path) -> None:
    with pytest.raises(InputError, match="0 positive and 120 negative"):
        read_labelled({"path": str(comments), "label": "is_toxic", "positive": "yes"}).require(20)


def test_the_hash_covers_texts_and_labels(comments: Path) -> None:
    toxic = read_labelled({"path": str(comments), "label": "is_toxic", "positive": "Toxic"})
    other = read_labelled({"path": str(comments), "label": "is_toxic", "positive": "Not Toxic"})
    assert toxic.texts == other.texts and toxic.hash != other.hash
