"""The filter ``substring-duplicates``."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, CorpusWriter, record_batch, text_record
from headwater.curate import Judgement, build_steps, curate, source_from, substring_duplicates


def judge(folder: Path, texts: list[str], **options: Any) -> tuple[Judgement, list[str]]:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    corpus = Corpus(folder)
    return substring_duplicates(**{"minimum_left": 0, **options}).judge_corpus(corpus, SILENT), corpus.ids()


def numbered(sign: str, words: int) -> str:
    return " ".join(f"{sign}{number}" for number in range(words))


SHARED = numbered("s", 50)


def test_fifty_tokens_in_common_are_cut_from_the_later_document(tmp_path: Path) -> None:
    later = f"{numbered('c', 40)}\n{SHARED} {numbered('d', 40)}"
    judgement, ids = judge(tmp_path, [f"{numbered('a', 40)} {SHARED} {numbered('b', 40)}", later])
    (decision,) = judgement.decisions
    assert (decision.id, decision.action, decision.rule) == (ids[1], "edited", "repeated-substring")
    assert (decision.measured, decision.limit) == (float(len(SHARED)), 0.0)
    assert decision.evidence == f"1 stretches, {len(SHARED)} characters; the first also in {ids[0]}"
    assert judgement.edits[ids[1]] == f"{numbered('c', 40)}\n {numbered('d', 40)}"
    (note,) = judgement.annotations
    assert later[note.start : note.end] == SHARED


def test_forty_nine_tokens_are_left_alone(tmp_path: Path) -> None:
    short = numbered("s", 49)
    assert judge(tmp_path, [f"a {short} b", f"c {short} d"])[0].decisions == ()


def test_a_stretch_within_one_document_stays_once(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, [f"{SHARED} and {SHARED} or {SHARED}"])
    assert judgement.edits == {ids[0]: f"{SHARED} and  or"}


def test_a_text_of_one_word_on_end_keeps_the_first_fifty(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, ["na " * 170])
    assert judgement.edits[ids[0]].split() == ["na"] * 50


def test_a_stretch_does_not_cross_documents(tmp_path: Path) -> None:
    half, other = numbered("s", 25), numbered("t", 25)
    assert judge(tmp_path, [half, other, half, other])[0].decisions == ()


def test_cuts_in_bytes_leave_whole_characters(tmp_path: Path) -> None:
    shared = "äöü" * 20  # 120 bytes
    judgement, ids = judge(tmp_path, [f"x{shared}\u00e9", f"y{shared}\u00e8"], unit="bytes")  # é and è share a byte
    assert judgement.edits == {ids[1]: "y\u00e8"}
    assert [(note.start, note.end) for note in judgement.annotations] == [(1, 61)]


@given(st.lists(st.text(alphabet="aé日", max_size=25), max_size=6), st.integers(2, 9))
@settings(max_examples=60, deadline=None)
def test_what_is_cut_in_bytes_stood_further_left(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], minimum: int
) -> None:
    judgement, ids = judge(tmp_path_factory.mktemp("c"), texts, unit="bytes", minimum=minimum)
    by_id = dict(zip(ids, texts, strict=True))
    covered: dict[str, set[int]] = {name: set() for name in ids}
    for note in judgement.annotations:
        assert 0 <= note.start < note.end <= len(by_id[note.id])
        covered[note.id] |= set(range(note.start, note.end))
    for name, text in by_id.items():
        left = "".join(character for place, character in enumerate(text) if place not in covered[name])
        assert judgement.edits.get(name, text) == (left.strip() if covered[name] else text)


def test_dropping_removes_documents_that_mostly_stood_before(tmp_path: Path) -> None:
    texts = [f"{SHARED} {numbered('a', 10)}", f"{SHARED} {numbered('b', 5)}", f"{SHARED} {numbered('c', 400)}"]
    judgement, ids = judge(tmp_path, texts, action="drop")
    (decision,) = judgement.decisions
    assert (decision.id, decision.rule, decision.limit, decision.duplicate_of) == (
        ids[1],
        "repeated-share",
        0.5,
        ids[0],
    )
    assert decision.measured == len(SHARED) / len(texts[1])
    assert {note.id for note in judgement.annotations} == {ids[1], ids[2]}


def test_a_document_of_which_little_is_left_is_removed(tmp_path: Path) -> None:
    judgement, ids = judge(tmp_path, [SHARED, f"{SHARED} end"], minimum_left=200)
    (decision,) = judgement.decisions
    assert (decision.action, decision.rule, decision.measured, decision.limit) == ("removed", "little-left", 3.0, 200.0)


def test_partitions_are_searched_by_themselves_and_the_report_says_so(tmp_path: Path) -> None:
    filler = [numbered(letter, 60_000) for letter in "abc"]
    texts = [SHARED, filler[0], SHARED, filler[1], filler[2], SHARED]
    judgement, ids = judge(tmp_path, texts, partition_megabytes=1)
    assert [decision.id for decision in judgement.decisions] == [ids[2]]
    assert judgement.tallies["partitions"] == 2
    step = substring_duplicates(partition_megabytes=1)
    (finding,) = step.findings(judgement.tallies, 6)
    assert (finding.code, step.findings({"partitions": 1}, 6)) == ("HW-C052", ())
    assert len(judge(tmp_path / "whole", texts)[0].decisions) == 2


def test_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    parts = [numbered(letter, 60) for letter in "abcdef"]
    texts = [" ".join(rng.choices(parts, k=3)) for _ in range(40)]
    expected = judge(tmp_path / "a", texts)[0]
    monkeypatch.setattr(Corpus.batches, "__defaults__", (None, 7))
    assert judge(tmp_path / "b", texts)[0] == expected
    assert len(expected.decisions) > 20


def test_a_run_writes_the_cut_text_and_shows_how_much(tmp_path: Path) -> None:
    texts = [f"{SHARED} first", f"second one {SHARED}", "", "third"]
    steps = build_steps([("substring-duplicates", {"minimum_left": 5})])
    report = curate(source_from(texts), steps, tmp_path)
    assert Corpus(tmp_path / "corpus").column("text").to_pylist() == [texts[0], "second one", "", "third"]
    (table,) = [one for one in report.exhibits if one.name == "repeated-substrings"]
    assert table.rows == (("50 tokens", 1, len(SHARED), 1, 0, 1, 4),)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "options",
    [{"minimum": 1}, {"share": 0.0}, {"minimum_left": -1}, {"partition_megabytes": 0}, {"unit": "words"}],
)
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="substring-duplicates"):
        build_steps([("substring-duplicates", options)])
