from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import SILENT, Corpus, CorpusWriter, UsageError, record_batch, text_record
from headwater.curate import boilerplate
from headwater.curate.base import Judgement
from headwater.curate.filters.boilerplate_counts import DocumentCounts

NOTICE = "All rights reserved, example press 2024."


def corpus_of(folder: Path, texts: Sequence[str], sources: Sequence[str] | None = None, batch: int = 100) -> Corpus:
    names = sources or ["site"] * len(texts)
    pairs = enumerate(zip(texts, names, strict=True))
    rows = [text_record(text, f"a:{number}", source) for number, (text, source) in pairs]
    with CorpusWriter(folder) as writer:
        for start in range(0, len(rows), batch):
            writer.write(record_batch(rows[start : start + batch]))
    return Corpus(folder)


def judge(folder: Path, texts: Sequence[str], sources: Sequence[str] | None = None, **options: Any) -> Judgement:
    return boilerplate(**options).judge_corpus(corpus_of(folder / "corpus", texts, sources), SILENT)


def stories(number: int, notice: str = NOTICE) -> list[str]:
    return [
        f"Story {chr(97 + place)} is unlike all the others here.\n{notice}\nIts end {chr(97 + place)} is its own."
        for place in range(number)
    ]


def test_a_line_in_enough_documents_is_cut_with_its_span(tmp_path: Path) -> None:
    texts = stories(7)
    judgement = judge(tmp_path, texts)
    assert len(judgement.edits) == 7
    assert all(NOTICE not in text and text.startswith("Story") for text in judgement.edits.values())
    assert {
        (decision.action, decision.rule, decision.measured, decision.limit) for decision in judgement.decisions
    } == {("edited", "boilerplate", 7.0, 7.0)}
    assert [texts[0][note.start : note.end] for note in judgement.annotations] == [NOTICE] * 7


def test_a_line_in_one_document_fewer_stays(tmp_path: Path) -> None:
    assert judge(tmp_path, stories(6)) == Judgement()


def test_documents_count_for_their_own_source(tmp_path: Path) -> None:
    assert judge(tmp_path, stories(8), ["one"] * 4 + ["two"] * 4).decisions == ()


def test_a_line_counts_once_a_document(tmp_path: Path) -> None:
    assert judge(tmp_path, [f"{NOTICE}\nand more\n{NOTICE}" for _ in range(4)]).decisions == ()


def test_digits_case_and_white_space_do_not_matter(tmp_path: Path) -> None:
    texts = [
        f"Text {chr(97 + year)} of its own.\n  ALL rights  reserved, example press {2000 + year}.  "
        for year in range(7)
    ]
    assert len(judge(tmp_path, texts).edits) == 7


def test_short_lines_stay(tmp_path: Path) -> None:
    assert judge(tmp_path, stories(9, "return None")).decisions == ()
    assert len(judge(tmp_path / "again", stories(9, "return None"), minimum_characters=5).edits) == 9


def test_a_document_of_nothing_else_is_removed(tmp_path: Path) -> None:
    judgement = judge(tmp_path, [*stories(6), f"{NOTICE}\n\n"])
    assert [decision.action for decision in judgement.decisions] == ["edited"] * 6 + ["removed"]
    assert judgement.decisions[-1].rule == "only-boilerplate"


def test_a_share_of_the_source_can_be_asked_for(tmp_path: Path) -> None:
    others = [f"Nothing in common {'x' * place} with them." for place in range(93)]
    assert len(judge(tmp_path / "a", stories(7) + others, minimum_share=0.07).edits) == 7
    assert judge(tmp_path / "b", stories(7) + others, minimum_share=0.08).edits == {}


def test_paragraphs_are_cut_as_a_whole(tmp_path: Path) -> None:
    texts = [
        f"Story {chr(97 + place)}.\n\nfirst line of it\nsecond line of it\n\nEnd {chr(97 + place)}."
        for place in range(7)
    ]
    assert set(judge(tmp_path, texts, unit="paragraph").edits.values()) == {
        f"Story {chr(97 + place)}.\n\n\nEnd {chr(97 + place)}." for place in range(7)
    }
    partly = [text.replace("second", "second" + "x" * place) for place, text in enumerate(texts)]
    assert judge(tmp_path / "b", partly, unit="paragraph").edits == {}


def test_a_report_changes_nothing(tmp_path: Path) -> None:
    judgement = judge(tmp_path, stories(7), action="report")
    assert (judgement.decisions, judgement.edits, len(judgement.annotations)) == ((), {}, 7)


def test_the_table_shows_the_most_frequent_lines_redacted(tmp_path: Path) -> None:
    step = boilerplate()
    corpus = corpus_of(tmp_path / "corpus", stories(7, "Write to jane.doe@mail.org for all questions."))
    (table,) = step.exhibits(step.judge_corpus(corpus, SILENT).tallies, 7)
    assert table.rows == (("Write to [EMAIL] for all questions.", 7),)  # type: ignore[union-attr]


def test_the_batches_of_the_corpus_do_not_matter(tmp_path: Path) -> None:
    texts = [*stories(9), *stories(3, "Another notice for these three stories.")]
    steps = [
        boilerplate().judge_corpus(corpus_of(tmp_path / str(size), texts, batch=size), SILENT) for size in (1, 5, 100)
    ]
    assert steps[0] == steps[1] == steps[2]


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UsageError, match="minimum_documents must be at least 2"):
        boilerplate(minimum_documents=1)
    with pytest.raises(UsageError, match="memory from 1"):
        boilerplate(memory=0)


@settings(max_examples=30)
@given(st.lists(st.sets(st.integers(0, 40), max_size=12), max_size=20), st.integers(2, 5))
def test_counts_are_exact_however_small_the_table(documents: list[set[int]], minimum: int) -> None:
    counts = DocumentCounts(1, minimum)
    counts._size = np.uint64(7)  # nearly every key collides
    counts._table = np.zeros((2, 7), np.uint16)
    batches = [np.array(sorted(keys), np.uint64) for keys in documents]
    for keys in batches:
        counts.estimate(keys)
    for keys in batches:
        counts.count(keys)
    keys, numbers = counts.frequent()
    truth = Counter(key for keys in documents for key in keys)
    assert dict(zip(keys.tolist(), numbers.tolist(), strict=True)) == {
        key: number for key, number in truth.items() if number >= minimum
    }
