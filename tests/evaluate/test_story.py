import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import Corpus, InputError, IntegrityError, write_parquet
from headwater.curate import Change, Edit, Replay
from headwater.evaluate import SAMPLE_SCHEMA, Subject, document_story
from headwater.evaluate.story import longest_shared
from headwater.models import Canary

DECISION_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "step", "action", "rule")]
    + [("measured", pa.float64()), ("limit", pa.float64()), ("evidence", pa.string()), ("duplicate_of", pa.string())]
)
ANNOTATION_SCHEMA = pa.schema(
    [("id", pa.string()), ("step", pa.string()), ("label", pa.string())]
    + [("start", pa.int64()), ("end", pa.int64()), ("score", pa.float64())]
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 900) for seed in range(4)])


def decide(folder: Path, number: int, step: str, *rows: dict[str, Any]) -> None:
    """The decisions of one step."""
    empty = dict.fromkeys(DECISION_SCHEMA.names)
    table = pa.Table.from_pylist([{**empty, "step": step, "rule": "r", **row} for row in rows], schema=DECISION_SCHEMA)
    write_parquet(folder / "decisions" / f"{number:02d}-{step}.parquet", table)


def run_with_copies(corpus: Corpus) -> tuple[str, str, str]:
    """A chain: the second removed document is a copy of the first, which is a copy of document 0."""
    folder = corpus.folder.parent
    first, second = write_corpus(folder / "removed", ["one copy", "another copy"]).ids()
    decide(folder, 0, "read")
    decide(folder, 1, "unicode", {"id": first, "action": "edited"}, {"id": corpus.ids()[1], "action": "edited"})
    decide(folder, 2, "exact", {"id": second, "action": "removed", "duplicate_of": first})
    near = {"id": first, "action": "removed", "measured": 0.9, "limit": 0.7, "evidence": "by jane.doe@mail.org"}
    decide(folder, 3, "near", near | {"duplicate_of": corpus.ids()[0]})
    decide(folder, 4, "last", {"id": corpus.ids()[2], "action": "quarantined"})
    return corpus.ids()[0], first, second


def test_the_path_tells_every_step_in_order(corpus: Corpus) -> None:
    _, first, _ = run_with_copies(corpus)
    story = document_story(subject_of(corpus), first)
    assert [(step["number"], step["step"], step["outcome"]) for step in story["path"]] == [
        (0, "read", "kept"),
        (1, "unicode", "edited"),
        (2, "exact", "kept"),
        (3, "near", "removed"),
        (4, "last", "not reached"),
    ]
    assert (story["path"][3]["measured"], story["path"][3]["limit"]) == (0.9, 0.7)
    assert "[EMAIL]" in story["path"][3]["evidence"]


def test_where_a_document_was_read_comes_with_its_provenance(corpus: Corpus) -> None:
    read = document_story(subject_of(corpus), corpus.ids()[2])["read"]
    assert (read["source"], read["locator"], read["licence"]) == ("lake", "lake.txt:2", "MIT")


def test_a_copy_leads_to_the_document_at_the_end_of_the_chain(corpus: Corpus) -> None:
    kept, _, second = run_with_copies(corpus)
    survivor = document_story(subject_of(corpus), second)["survivor"]
    assert (survivor["id"], survivor["status"], survivor["licence"]) == (kept, "kept", "MIT")


def test_a_survivor_names_the_copies_of_its_copies(corpus: Corpus) -> None:
    kept, first, second = run_with_copies(corpus)
    story = document_story(subject_of(corpus), kept)
    assert story["survivor"] is None and story["duplicate_count"] == 2
    assert [(copy["id"], copy["step"]) for copy in story["duplicates"]] == [(first, "near"), (second, "exact")]


def test_the_status_is_where_the_document_ended(corpus: Corpus) -> None:
    kept, first, second = run_with_copies(corpus)
    subject = subject_of(corpus)
    ids = (kept, corpus.ids()[1], first, second)
    assert [document_story(subject, name)["status"] for name in ids] == ["kept", "edited", "removed", "removed"]


def test_a_quarantined_document_is_not_called_removed(corpus: Corpus) -> None:
    (name,) = write_corpus(corpus.folder.parent / "removed", ["put aside"]).ids()
    decide(corpus.folder.parent, 1, "doubt", {"id": name, "action": "quarantined"})
    assert document_story(subject_of(corpus), name)["status"] == "quarantined"


def test_annotations_stand_at_their_step_and_are_counted(corpus: Corpus) -> None:
    run_with_copies(corpus)
    name = corpus.ids()[0]
    rows = [{"id": name, "step": "unicode", "label": "hidden", "start": n, "end": n + 1, "score": 1} for n in range(30)]
    path = corpus.folder.parent / "annotations" / "01-unicode.parquet"
    write_parquet(path, pa.Table.from_pylist([*rows, rows[0] | {"id": "other"}], schema=ANNOTATION_SCHEMA))
    step = document_story(subject_of(corpus), name)["path"][1]
    assert step["annotation_count"] == 30 and len(step["annotations"]) == 20
    assert step["annotations"][0] == {"label": "hidden", "start": 0, "end": 1, "score": 1}


def test_a_damaged_file_of_annotations_is_an_integrity_error(corpus: Corpus) -> None:
    run_with_copies(corpus)
    path = corpus.folder.parent / "annotations" / "01-unicode.parquet"
    path.parent.mkdir()
    path.write_bytes(b"PAR1 broken")
    with pytest.raises(IntegrityError, match="01-unicode"):
        document_story(subject_of(corpus), corpus.ids()[0])


def test_edits_are_rebuilt_up_to_the_step_that_left_the_document_in(corpus: Corpus) -> None:
    _, first, _ = run_with_copies(corpus)
    asked = []

    def rebuild(until: int) -> Replay:
        asked.append(until)
        return Replay(True, (Edit(1, "unicode", 1, (Change("a", "b"),)),), "one copy")

    story = document_story(subject_of(corpus), first, rebuild)
    assert asked == [2]
    assert story["path"][1]["edit"] == {"count": 1, "changes": [{"before": "a", "after": "b"}]}
    assert any("byte for byte" in note for note in story["notes"])


@pytest.mark.parametrize(
    ("replayed", "said"),
    [
        (Replay(False, note="the file is gone"), "the file is gone"),
        (Replay(True, (Edit(1, "unicode", 1, ()),), "something else"), "has changed"),
        (Replay(True, (), "one copy"), "step 1 changed cannot be rebuilt"),
    ],
)
def test_what_cannot_be_rebuilt_is_said(corpus: Corpus, replayed: Replay, said: str) -> None:
    _, first, _ = run_with_copies(corpus)
    notes = document_story(subject_of(corpus), first, lambda until: replayed)["notes"]
    assert any(said in note for note in notes)


def test_a_document_without_edits_is_not_read_again(corpus: Corpus) -> None:
    kept, _, _ = run_with_copies(corpus)
    story = document_story(subject_of(corpus), kept, lambda until: pytest.fail("read again"))
    assert all(not step.get("edit") for step in story["path"])


def test_training_steps_and_split_come_from_the_checkpoint(corpus: Corpus) -> None:
    model = ByteModel(corpus)
    subject = subject_of(corpus, model)
    splits = {document_story(subject, name)["split"] for name in corpus.ids()}
    trained = next(iter(model.ledger.seen))
    story = document_story(subject, trained)
    assert (story["split"], story["steps"]) == ("training", [0]) and splits <= {"training", "held out"}


def samples(*outputs: str) -> pa.Table:
    empty = dict.fromkeys(SAMPLE_SCHEMA.names)
    rows = [{**empty, "id": f"s{n}", "kind": "free", "output": output} for n, output in enumerate(outputs)]
    return pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)


def test_samples_that_repeat_it_are_listed_the_longest_first(corpus: Corpus) -> None:
    text = corpus.column("text")[1].as_py()
    drawn = samples("nothing of it", "# " + text[10:70], text[100:300] + " jane.doe@mail.org")
    subject = Subject(corpus.folder.parent, corpus, samples=drawn)
    found = document_story(subject, corpus.ids()[1])["samples"]
    assert [(one["id"], one["characters"]) for one in found] == [("s2", 200), ("s1", 60)]
    assert "jane" not in json.dumps(found)


def test_without_samples_repetition_is_unknown_and_not_none(corpus: Corpus) -> None:
    story = document_story(subject_of(corpus), corpus.ids()[0])
    assert story["samples"] is None and any("no samples" in note for note in story["notes"])


def test_a_planted_secret_has_a_story_without_steps(corpus: Corpus) -> None:
    model = ByteModel(corpus, canaries=[Canary("canary-0016-00", "the code is ", "918273645", 16)])
    story = document_story(subject_of(corpus, model), "canary-0016-00")
    assert (story["status"], story["path"], len(story["steps"])) == ("planted", [], 16)


def test_an_unknown_document_has_no_story(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="no document 'nobody'"):
        document_story(subject_of(corpus), "nobody")


@pytest.mark.parametrize("seed", range(5))
def test_the_longest_shared_stretch_is_that_of_all_pairs_of_places(seed: int) -> None:
    text = random_text(seed, 300)
    output = random_text(seed + 50, 40) + text[37:150] + random_text(seed + 90, 30) + text[10:70]
    best = max(
        (end - start for start in range(len(output)) for end in range(start + 50, len(output) + 1)
         if output[start:end] in text),
    )  # fmt: skip
    start, length = longest_shared(output, text)
    assert length == best and output[start : start + length] in text


def test_short_texts_share_nothing() -> None:
    assert longest_shared("a" * 49, "a" * 49) == (0, 0)
