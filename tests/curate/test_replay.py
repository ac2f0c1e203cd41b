from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Corpus, Progress
from headwater.curate import Decision, Judgement, build_steps, curate
from headwater.curate import replay as again
from headwater.curate.replay import _stretches

Make = Callable[..., Any]
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (("unicode", {}), ("exact-duplicates", {}), ("personal-data", {}))
BROKEN = "In the CafÃ© at noon.\nAsk jane.doe@corp-mail.org for the bill.\nGood bye."


class Upper:
    """Writes one word in capitals; a step of a third party."""

    name = "upper"

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        rows = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
        edits = {name: text.replace("noon", "NOON") for name, text in rows if "noon" in text}
        return Judgement(tuple(Decision(name, "edited", "upper") for name in edits), edits)


def test_the_texts_of_a_replay_are_those_of_the_run(tmp_path: Path, source: Make) -> None:
    given = source([BROKEN, "plain text", BROKEN + "!"])
    curate(given, build_steps(STEPS), tmp_path)
    for name, row in Corpus(tmp_path / "corpus").documents(Corpus(tmp_path / "corpus").ids()).items():
        found = again(given, build_steps(STEPS), name)
        assert found.found and found.text == row["text"]


def test_each_edit_shows_what_it_changed(source: Make) -> None:
    given = source(["x", BROKEN])
    found = again(given, [*build_steps(STEPS[:1]), Upper()], given.rows[1]["id"])
    assert [(edit.number, edit.step, edit.count) for edit in found.edits] == [(1, "unicode", 1), (2, "upper", 1)]
    (change,) = found.edits[0].changes
    assert "CafÃ© at noon" in change.before and "Café at noon" in change.after
    assert "at NOON." in found.edits[1].changes[0].after


def test_personal_data_is_shown_nowhere_and_its_length_is(source: Make) -> None:
    given = source([BROKEN])
    found = again(given, [*build_steps(STEPS), Upper()], given.rows[0]["id"])
    shown = str([edit.changes for edit in found.edits])
    assert "jane" not in shown and "corp-mail" not in shown
    (change,) = next(edit for edit in found.edits if edit.step == "personal-data").changes
    assert "Ask (22 characters, not shown) for" in change.before and "Ask [EMAIL] for" in change.after


def test_a_cut_never_leaves_half_of_an_address(source: Make) -> None:
    given = source(["CafÃ© " + "x" * 20 + " jane.doe.with.a.long.name@corp-mail.org " + "y" * 50])
    found = again(given, build_steps(STEPS[:1]), given.rows[0]["id"])
    assert "jane" not in str(found.edits)


class HidesNames:
    """A step against personal data that knows more than the built-in detectors."""

    name, private = "names", True

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        rows = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
        edits = {name: text.replace("Ada Lovelace", "[NAME]") for name, text in rows if "Ada Lovelace" in text}
        return Judgement(tuple(Decision(name, "edited", "name") for name in edits), edits)


def test_what_a_later_private_step_hides_is_hidden_in_earlier_edits_too(source: Make) -> None:
    given = source(["Ada Lovelace in the CafÃ©"])
    found = again(given, [*build_steps(STEPS[:1]), HidesNames()], given.rows[0]["id"])
    assert len(found.edits) == 2 and "Ada" not in str(found.edits) and "Lovelace" not in str(found.edits)


def test_it_stops_before_the_step_that_took_the_document_out(source: Make) -> None:
    given = source([BROKEN])
    found = again(given, [*build_steps(STEPS[:1]), Upper()], given.rows[0]["id"], until=1)
    assert [edit.step for edit in found.edits] == ["unicode"] and found.text is not None and "noon" in found.text


def test_a_document_that_the_source_lost_is_not_found(source: Make) -> None:
    found = again(source(["other"]), [], "0" * 16 + "-" + "0" * 8)
    assert not found.found and "does not yield" in found.note


def test_images_have_no_edits_to_show(source: Make) -> None:
    row = {"id": "a", "image": b"x", "height": 1, "width": 1, "channels": 1, "source": "d", "licence": "MIT"}
    found = again(replace(source([]), rows=[row], modality="image"), [], "a")
    assert found.found and found.edits == () and "texts" in found.note


def test_steps_on_the_whole_corpus_are_passed_over(source: Make) -> None:
    class Whole:
        name = "whole"

        def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
            raise AssertionError

    given = source([BROKEN])
    assert again(given, [Whole(), *build_steps(STEPS[:1])], given.rows[0]["id"]).edits[0].number == 2


TEXTS = st.lists(st.sampled_from(["a", "b", "c ", "\n", "word ", "é"]), max_size=40).map("".join)


@given(TEXTS, TEXTS)
def test_the_stretches_turn_one_text_into_the_other(before: str, after: str) -> None:
    rebuilt, place = "", 0
    for (start, end), (new_start, new_end) in _stretches(before, after):
        assert before[place:start] == after[len(rebuilt) : len(rebuilt) + start - place]
        rebuilt += before[place:start] + after[new_start:new_end]
        place = end
    assert rebuilt + before[place:] == after


@pytest.mark.parametrize("words", [50, 5_000])
def test_long_lines_are_compared_in_bounded_time(words: int) -> None:
    before, after = " ".join("ab" * words), " ".join("ba" * words)
    assert list(_stretches(before, after))
