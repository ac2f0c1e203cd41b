import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import Corpus, HeadwaterError
from headwater.models import load
from headwater.pipeline.cli import app


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_step_names_its_documents_and_each_document_its_step(finished: Path) -> None:
    checkpoint, step = load(finished / "checkpoint"), 5
    found = json.loads(told("trace", str(finished), "--step", str(step), "--json"))
    names = [card["id"] for card in found["documents"]]
    assert tuple(names) == checkpoint.ledger.documents_at(step) and found["steps"] == 12
    story = json.loads(told("trace", str(finished), "--document", names[0], "--json"))
    assert step in story["steps"]
    known = Corpus(finished / "corpus").documents(names)
    assert all(card["source"] == known[card["id"]]["source"] for card in found["documents"] if card["id"] in known)


def test_what_a_step_saw_is_shown_redacted(finished: Path) -> None:
    assert all("@river-post.org" not in told("trace", str(finished), "--step", str(step)) for step in range(12))


@pytest.mark.parametrize(("arguments", "message"), [
    (["--step", "12"], "the training had 12 steps, from 0 to 11"), ([], "give one of"),
    (["some text", "--step", "1"], "give one of"),
])  # fmt: skip
def test_a_wrong_question_is_one_sentence(arguments: list[str], message: str, finished: Path) -> None:
    with pytest.raises(HeadwaterError, match=message):
        told("trace", str(finished), *arguments)


def test_a_model_tells_corpus_canaries_energy_and_parent(finished: Path) -> None:
    story = json.loads(told("explain", str(finished), "--json"))
    checkpoint = load(finished / "checkpoint")
    assert story["corpus"] == Corpus(finished / "corpus").hash and story["model"] == checkpoint.hash
    assert story["parent"] is None and story["energy"]["processes"] >= 1 and story["energy"]["kwh"] > 0
    shown = {canary["id"]: canary["repetitions"] for canary in story["canaries"]}
    assert shown == {canary.id: canary.repetitions for canary in checkpoint.canaries}
    assert all(bool(canary["steps"]) == (canary["repetitions"] > 0) for canary in story["canaries"])
    words = told("explain", str(finished / "checkpoint"))
    assert "none: trained from nothing" in words and "g CO2e" in words and story["corpus"] in words


def test_the_json_of_a_run_tells_its_energy(finished: Path) -> None:
    found = json.loads(told("train", str(finished), "--json"))
    assert found["energy"]["main"]["kwh_low"] < found["energy"]["main"]["kwh"] < found["energy"]["main"]["kwh_high"]
