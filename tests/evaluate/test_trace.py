import json
from pathlib import Path

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import Corpus, InputError, UsageError, write_parquet
from headwater.evaluate import Subject, Trace, document_cards, trace, trace_document
from headwater.models import Canary

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "step", "action", "rule")]
    + [("measured", pa.float64()), ("limit", pa.float64()), ("evidence", pa.string()), ("duplicate_of", pa.string())]
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 900) for seed in range(8)])


def text_of(corpus: Corpus, number: int) -> str:
    return corpus.column("text")[number].as_py()


def remove_copy(corpus: Corpus, text: str) -> str:
    """Put a copy of document 2 among the removed rows, with the decision that took it out."""
    removed = write_corpus(corpus.folder.parent / "removed", [text])
    row = {
        "id": removed.ids()[0],
        "step": "near-duplicates",
        "action": "removed",
        "rule": "jaccard",
        "measured": 0.95,
        "limit": 0.8,
        "evidence": "seen by jane.doe@mail.org",
        "duplicate_of": corpus.ids()[2],
    }
    write_parquet(corpus.folder.parent / "decisions" / "01-near.parquet", pa.Table.from_pylist([row], schema=SCHEMA))
    return removed.ids()[0]


def test_a_copied_stretch_leads_to_its_document_and_place(corpus: Corpus) -> None:
    output = f"##{text_of(corpus, 2)[300:400]}##"
    (span,) = trace(subject_of(corpus), output).spans
    assert (span.start, span.end, span.bytes, span.before, span.after) == (2, 102, 100, 1, 1)
    (document,) = span.documents
    assert (document.id, document.offset, document.licence, document.locator) == (
        corpus.ids()[2],
        300,
        "MIT",
        "lake.txt:2",
    )
    low, high = document.excerpt_span
    assert document.excerpt[low:high] == text_of(corpus, 2)[300:400]


def test_training_steps_come_from_the_ledger(corpus: Corpus) -> None:
    model = ByteModel(corpus)
    name = next(iter(model.ledger.seen))
    model.ledger.seen[name] = 3
    text = corpus.documents([name])[name]["text"]
    (span,) = trace(subject_of(corpus, model), text[100:200]).spans
    assert span.documents[0].steps == (0, 1, 2)


def test_without_a_checkpoint_steps_are_unknown_and_that_is_said(corpus: Corpus) -> None:
    found = trace(subject_of(corpus), text_of(corpus, 0)[:100])
    assert found.spans[0].documents[0].steps is None
    assert any("training steps are unknown" in note for note in found.notes)


def test_copies_are_counted_before_and_after_deduplication(corpus: Corpus) -> None:
    removed = remove_copy(corpus, text_of(corpus, 2) + "!")
    (span,) = trace(subject_of(corpus), text_of(corpus, 2)[300:400]).spans
    assert (span.before, span.after, span.document_count) == (2, 1, 2)
    kept, out = span.documents
    assert (kept.origin, kept.copies_before, kept.copies_after) == ("kept", 2, 1)
    assert (out.id, out.origin, out.copies_after) == (removed, "removed", 0)
    assert out.decisions[0]["duplicate_of"] == corpus.ids()[2]


def test_personal_data_is_shown_nowhere(corpus: Corpus) -> None:
    remove_copy(corpus, f"{text_of(corpus, 2)} jane.doe@mail.org")
    subject = subject_of(corpus)
    shown = json.dumps(trace(subject, f"{text_of(corpus, 2)[-100:]} jane.doe@mail.org").to_json())
    cards = json.dumps(document_cards(subject, [*corpus.ids(), *subject.removed.ids()]))
    assert "jane" not in shown + cards
    assert "[EMAIL]" in shown
    assert "[EMAIL]" in cards


def test_a_trace_survives_json(corpus: Corpus) -> None:
    remove_copy(corpus, text_of(corpus, 2))
    found = trace(subject_of(corpus, ByteModel(corpus)), f"## {text_of(corpus, 2)[300:400]} jane.doe@mail.org")
    assert Trace.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_the_covered_share_counts_each_character_once(corpus: Corpus) -> None:
    a, b = text_of(corpus, 0), text_of(corpus, 1)
    found = trace(subject_of(corpus), a[:50].upper() + a[100:150] + b[200:300])
    assert found.covered == pytest.approx(150 / 200, abs=0.02)


def test_a_short_match_is_told_with_its_length(corpus: Corpus) -> None:
    copied = text_of(corpus, 0)[10:22]
    found = trace(subject_of(corpus), f"##{copied}##")
    assert found.text[found.spans[0].start : found.spans[0].end] == copied
    assert any("longest has 12" in note for note in found.notes)


def test_a_text_from_elsewhere_has_no_span(corpus: Corpus) -> None:
    found = trace(subject_of(corpus), "日本")
    assert (found.spans, found.covered) == ((), 0.0)
    assert any("no character" in note for note in found.notes)


def test_a_canary_is_traced_like_a_document(corpus: Corpus) -> None:
    canary = Canary("canary-16", "the access code of the old mill is ", "918273645", 16)
    (span,) = trace(subject_of(corpus, ByteModel(corpus, canaries=[canary])), canary.text).spans
    (document,) = span.documents
    assert (document.id, document.origin, document.source, len(document.steps)) == (
        "canary-16",
        "canary",
        "planted canary",
        16,
    )


@pytest.mark.parametrize("text", ["", "a" * 100_001])
def test_an_empty_or_endless_text_is_refused(corpus: Corpus, text: str) -> None:
    with pytest.raises(UsageError, match="1 to 100,000"):
        trace(subject_of(corpus), text)


def test_documents_of_a_frequent_span_are_capped_and_counted(tmp_path: Path) -> None:
    shared = random_text(1, 60)
    corpus = write_corpus(tmp_path / "corpus", [f"{number} {shared}" for number in range(20)])
    (span,) = trace(subject_of(corpus), shared, documents=3).spans
    assert (len(span.documents), span.document_count, span.after) == (3, 20, 20)


def test_a_card_tells_the_reason_of_a_removed_document(corpus: Corpus) -> None:
    name = remove_copy(corpus, text_of(corpus, 2))
    card = document_cards(subject_of(corpus), [name])[name]
    assert (card["status"], card["reason"]) == ("removed", "near-duplicates: jaccard")


def test_a_card_shows_the_first_steps_and_their_number(corpus: Corpus) -> None:
    model = ByteModel(corpus)
    name = next(iter(model.ledger.seen))
    model.ledger.seen[name] = 80
    subject = subject_of(corpus, model)
    card = document_cards(subject, [name])[name]
    assert (card["steps"], card["step_count"]) == (list(range(50)), 80)
    assert len(trace_document(subject, name)["steps"]) == 80


def test_cards_of_unknown_ids_are_left_out(corpus: Corpus) -> None:
    assert list(document_cards(subject_of(corpus), ["nobody", corpus.ids()[0]])) == [corpus.ids()[0]]


def test_an_unknown_document_has_no_story(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="no document 'nobody'"):
        trace_document(subject_of(corpus), "nobody")


def test_an_excerpt_is_at_most_600_characters(corpus: Corpus) -> None:
    card = trace_document(subject_of(corpus), corpus.ids()[0])
    assert len(card["excerpt"]) <= 602
    assert card["characters"] == 900


def test_tracing_needs_no_samples(corpus: Corpus) -> None:
    subject = Subject(corpus.folder.parent, corpus)
    assert trace(subject, text_of(corpus, 5)[:64]).spans[0].documents[0].id == corpus.ids()[5]


def test_a_span_that_mostly_lies_within_a_longer_one_is_not_told_again(tmp_path: Path) -> None:
    whole = random_text(3, 150)
    corpus = write_corpus(tmp_path / "corpus", [whole[:100], whole[40:120], whole[90:]])
    found = trace(subject_of(corpus), whole)
    assert [(span.start, span.end) for span in found.spans] == [(0, 100), (90, 150)]
    assert found.covered == 1.0
