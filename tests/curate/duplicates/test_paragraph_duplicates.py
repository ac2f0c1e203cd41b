"""The filter ``paragraph-duplicates``."""

import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, CorpusWriter, record_batch, text_record
from headwater.curate import Judgement, build_steps, curate, paragraph_duplicates, source_from
from headwater.curate.duplicates.passages import normalise, passages
from headwater.curate.duplicates.repeated_hashes import counting

A, B, C, D = (letter * 3 + " " + " ".join(f"{letter}{number}" for number in range(30)) for letter in "abcd")


def judge(folder: Path, texts: list[str], **options: Any) -> tuple[Judgement, list[str]]:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    corpus = Corpus(folder)
    return paragraph_duplicates(**{"minimum_left": 0, **options}).judge_corpus(corpus, SILENT), corpus.ids()


def test_the_later_paragraph_is_cut_and_the_first_stays(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, [f"{A}\n\n{B}", f"{C}\n\n{A.upper()}\n\n{D}"])
    (decision,) = judgement.decisions
    assert (decision.id, decision.action, decision.rule) == (ids[1], "edited", "repeated-paragraph")
    assert (decision.measured, decision.limit) == (1.0, 0.0)
    assert decision.evidence == f"1 of its paragraphs, {len(A)} characters; the first also in {ids[0]}"
    assert judgement.edits == {ids[1]: f"{C}\n\n{D}"}
    (note,) = judgement.annotations
    assert (note.label, note.start, note.end) == ("repeated-paragraph", len(C) + 2, len(C) + 2 + len(A))


def test_a_paragraph_that_repeats_in_its_own_document_stays_once(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, [f"{A}\n\n{B}\n\n{A}\n\n{A}"])
    assert judgement.edits == {ids[0]: f"{A}\n\n{B}"}


def test_a_document_of_which_little_is_left_is_removed(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, [A, f"{A}\n\nThe end."], minimum_left=200)
    (decision,) = judgement.decisions
    assert (decision.id, decision.action, decision.rule) == (ids[1], "removed", "little-left")
    assert (decision.measured, decision.limit, judgement.edits) == (8.0, 200.0, {})


def test_short_passages_are_left_alone(tmp_path: Path) -> None:
    assert judge(tmp_path / "a", ["Contents\n\nx", "Contents\n\ny"])[0].decisions == ()
    assert len(judge(tmp_path / "b", ["Contents\n\nx", "Contents\n\ny"], minimum_characters=8)[0].decisions) == 1


def test_three_sentences_have_to_agree(tmp_path: Path) -> None:
    one, two, three, four = ("The first one. ", "Then the second! ", "Was there a third? ", "Another one.")
    options: dict[str, Any] = {"unit": "sentence", "minimum_characters": 10}
    assert judge(tmp_path / "a", [one + two + four, one + two + three], **options)[0].decisions == ()
    judgement, ids = judge(tmp_path / "b", [one + two + three + four, "Before. " + one + two + three], **options)
    assert (judgement.edits, judgement.decisions[0].measured) == ({ids[1]: "Before."}, 3.0)


def test_a_sentence_repeated_on_end_keeps_one_whole_window(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, ["Stop here. " * 9], unit="sentence", minimum_characters=10)
    assert judgement.edits == {ids[0]: "Stop here. Stop here. Stop here."}


def test_equal_hashes_of_different_paragraphs_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xxhash.xxh3_64_intdigest", lambda raw: 7)
    judgement, ids = judge(tmp_path, [A, B, C, B, C, A])
    assert [decision.id for decision in judgement.decisions] == ids[3:]
    first = [decision.evidence.split()[-1] for decision in judgement.decisions]
    assert first == [ids[1], ids[2], ids[0]]


TEXTS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=5).map("\n\n".join), max_size=8)


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_every_paragraph_stays_exactly_once_where_it_came_first(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    judgement, ids = judge(tmp_path_factory.mktemp("c"), texts, minimum_characters=1)
    seen: set[str] = set()
    for name, text in zip(ids, texts, strict=True):
        expected = [part for part in text.split("\n\n") if part and not (part in seen or seen.add(part))]  # type: ignore[func-returns-value]
        assert judgement.edits.get(name, text).split("\n\n") == (expected or [""])


def test_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    texts = ["\n\n".join(rng.choices([A, B, C, D, A[5:], B[9:]], k=4)) for _ in range(30)]
    expected = judge(tmp_path / "a", texts)[0]
    monkeypatch.setattr(Corpus.batches, "__defaults__", (None, 7))
    assert judge(tmp_path / "b", texts)[0] == expected


def test_a_run_writes_the_cut_text_and_shows_how_much(tmp_path: Path) -> None:
    report = curate(
        source_from([f"{A}\n\n{B}", f"{C}\n\n{D}\n\n{A}"]),
        build_steps([("paragraph-duplicates", {"minimum_left": 10})]),
        tmp_path,
    )
    assert Corpus(tmp_path / "corpus").column("text").to_pylist() == [f"{A}\n\n{B}", f"{C}\n\n{D}"]
    (table,) = [one for one in report.exhibits if one.name == "repeated-passages"]
    assert table.rows == (("paragraph", 1, len(A), 1, 0, 2),)  # type: ignore[union-attr]


@given(st.text(alphabet="ab .!?\n\t。\u2028", max_size=60), st.sampled_from(["paragraph", "line", "sentence"]))
def test_passages_ascend_are_not_blank_and_leave_out_only_white_space(text: str, unit: Any) -> None:
    spans = passages(text, unit)
    left = list(text)
    last = 0
    for start, end in spans:
        assert last <= start < end
        assert not text[start:end].isspace()
        left[start:end] = " " * (end - start)
        last = end
    assert not "".join(left).strip()


@given(st.text(alphabet="ab \n", max_size=60))
def test_paragraphs_are_those_of_a_split_at_blank_lines(text: str) -> None:
    found = [text[start:end].replace(" ", "") for start, end in passages(text, "paragraph")]
    parts = re.split(r"\n\n+", re.sub(r" ", "", text))
    assert found == [part.strip("\n") for part in parts if part.strip("\n")]


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=20), max_size=5))
@settings(max_examples=40, deadline=None)
def test_repeated_hashes_are_those_that_came_twice(parts: list[list[int]]) -> None:
    every = [value for part in parts for value in part]
    with counting() as counter:
        for part in parts:
            counter.add(np.array(part, np.uint64))
        found = counter.repeated().tolist()
    assert found == sorted({value for value in every if every.count(value) > 1})


@pytest.mark.parametrize(
    "options", [{"window": 0}, {"minimum_characters": 0}, {"minimum_left": -1}, {"unit": "word"}, {"unit": 3}]
)
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="paragraph-duplicates"):
        build_steps([("paragraph-duplicates", options)])
