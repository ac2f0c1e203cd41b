from pathlib import Path

import pytest
from fakes import write_corpus
from made_samples import made_samples

from headwater.core import IncompleteError, InputError
from headwater.evaluate import Subject
from headwater.evaluate.outputs import outputs_of


def test_a_file_or_samples_are_read(tmp_path: Path) -> None:
    path = tmp_path / "outputs.csv"
    path.write_text("id,prompt,output\na,p,x\n,,\n")
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]), samples=made_samples("free", ["one"]))
    found = [(one.id, one.prompt, one.text) for one in outputs_of(subject, str(path))]
    assert found == [("a", "p", "x"), ("row 2", "", "")]
    assert [(one.id, one.text) for one in outputs_of(subject, None)] == [("free-0", "one")]


def test_an_id_twice_is_refused_and_nothing_to_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "outputs.jsonl"
    path.write_text('{"id": "a", "output": "x"}\n{"id": "a", "output": "y"}\n')
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]))
    with pytest.raises(InputError, match="'a' stands at"):
        outputs_of(subject, str(path))
    with pytest.raises(IncompleteError, match="no samples of text"):
        outputs_of(subject, None)
