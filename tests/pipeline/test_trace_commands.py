import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import Corpus, HeadwaterError
from headwater.pipeline.cli import app
from headwater.pipeline.show import steps_seen


def told(*arguments: str, given: bytes | None = None) -> str:
    done = CliRunner().invoke(app, [*arguments], input=given)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_sample_a_finding_and_a_source_are_traced_by_name(finished: Path) -> None:
    words = told("trace", str(finished), "free-00000")
    assert words.startswith("sample free-00000  kind free")
    codes = [found["code"] for found in json.loads((finished / "evaluation.json").read_text())["findings"]]
    (found, *_) = json.loads(told("trace", str(finished), codes[0], "--json"))
    assert found["finding"]["code"] == codes[0]
    assert codes[0] in told("trace", str(finished), codes[0])
    assert told("trace", str(finished), "--source", "source-1").startswith("source source-1")


def test_binary_input_is_traced_as_text(finished: Path) -> None:
    words = told("trace", str(finished), "-", given=bytes(range(256)))
    assert "in the corpus; the longest has" in words


@pytest.mark.parametrize(("arguments", "message"), [
    (["HW-Z999"], "the run has no finding HW-Z999; it has HW-"),
    (["--source", "sorce-1"], 'did you mean "source-1"'),
    (["free-00000", "--source", "source-1"], "give one of"),
    (["free-99999"], "the run has no sample free-99999"),
    ([""], "a text to trace has 1 to 100,000 characters"),
])  # fmt: skip
def test_a_wrong_question_is_one_sentence(arguments: list[str], message: str, finished: Path) -> None:
    with pytest.raises(HeadwaterError, match=message):
        told("trace", str(finished), *arguments)


def test_data_are_indexed_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("A very plain note about the harbour, and nothing else.\n" * 3)
    folder = told("index", str(tmp_path / "notes.txt"), "--out", str(tmp_path / "run"), "--quiet").strip()
    assert len(Corpus(Path(folder) / "corpus")) >= 1
    assert "100% of the text" in told("trace", folder, "plain note about the harbour, and nothing")
    assert json.loads(told("index", folder, "--json"))["documents"] == len(Corpus(Path(folder) / "corpus"))


def test_what_cannot_be_indexed_is_refused(tmp_path: Path, finished: Path) -> None:
    with pytest.raises(HeadwaterError, match="no such file"):
        told("index", str(tmp_path / "none"))
    with pytest.raises(HeadwaterError, match="leave --out away"):
        told("index", str(finished), "--out", str(tmp_path / "x"))


def test_a_stretch_that_explains_nothing_is_no_share_of_the_corpus(finished: Path) -> None:
    words = told("trace", str(finished), "e")
    assert words.startswith("no span of 32 bytes or more stands in the corpus; the longest has 1")
    assert "1 byte, in " in words and "% of the text" not in words


def test_a_card_counts_all_steps_and_not_those_it_lists() -> None:
    assert steps_seen(range(50), 101).endswith("6, 7 and 93 more")
    assert steps_seen((1, 2), 2) == "seen at training steps 1, 2"
