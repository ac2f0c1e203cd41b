"""Published sets come from a folder; an absent one is named, and a hash of the files stands in protocols."""

from pathlib import Path

import pytest
from fakes import random_text, write_corpus

from headwater.core import ConfigError, IncompleteError, InputError
from headwater.evaluate import Subject, files_of_sets, open_set, set_rows

ROWS = "sent_more,sent_less\nshe cooks,he cooks\n"


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    corpus = write_corpus(tmp_path / "corpus", [random_text(1, 50)])
    folder = tmp_path / "sets" / "crows_pairs"
    folder.mkdir(parents=True)
    (folder / "crows_pairs_anonymized.csv").write_text(ROWS)
    return Subject(tmp_path, corpus, sets=tmp_path / "sets")


def test_rows_and_a_label_that_changes_with_the_content(subject: Subject) -> None:
    rows, label = set_rows(subject, "crows_pairs", needed=("sent_more",))
    assert [row.values["sent_less"] for row in rows] == ["he cooks"]
    assert subject.sets is not None
    before = files_of_sets(subject.sets)
    (subject.sets / "crows_pairs" / "crows_pairs_anonymized.csv").write_text(ROWS + "a,b\n")
    again, other = set_rows(subject, "crows_pairs")
    assert (len(again), other.split("@")[0]) == (2, "crows_pairs") and other != label
    assert files_of_sets(subject.sets) != before and list(before) == ["crows_pairs/crows_pairs_anonymized.csv"]


def test_an_absent_set_says_what_to_give(subject: Subject, tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="--sets DIR with a folder honest/"):
        open_set(Subject(tmp_path, subject.corpus), "honest")
    with pytest.raises(IncompleteError, match="holds no folder honest"):
        open_set(subject, "honest")
    with pytest.raises(IncompleteError, match="there is no such folder of honest"):
        open_set(subject, "honest", str(tmp_path / "nowhere"))
    (tmp_path / "sets" / "honest").mkdir()
    with pytest.raises(IncompleteError, match="lacks en_binary_template.tsv, en_queer_template.tsv"):
        open_set(subject, "honest")


def test_wrong_data_are_named(subject: Subject) -> None:
    with pytest.raises(InputError, match="no column 'sentence'"):
        set_rows(subject, "crows_pairs", needed=("sentence",))
    with pytest.raises(ConfigError, match="no key 'revison'; did you mean \"revision\""):
        set_rows(subject, "crows_pairs", {"name": "a/b", "revison": "c", "split": "test"})
    with pytest.raises(ConfigError, match="is read from its published files"):
        open_set(subject, "bold", {"name": "a/b"})
