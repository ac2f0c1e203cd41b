from collections.abc import Callable

import pyarrow as pa
import pytest

from headwater.core import UsageError
from headwater.curate import language
from headwater.curate.filters.language import excerpt, known_languages

Batch = Callable[..., pa.RecordBatch]
ENGLISH = "The river rises in the mountains and flows through three countries before it reaches the sea."
GERMAN = "Der Fluss entspringt in den Bergen und fließt durch drei Länder, bevor er das Meer erreicht."
FRENCH = "Le fleuve prend sa source dans les montagnes et traverse trois pays avant d'atteindre la mer."


def test_the_language_column_is_set(batch_of: Batch) -> None:
    judgement = language().judge(batch_of([ENGLISH, GERMAN, FRENCH]))
    assert judgement.columns["language"].to_pylist() == ["en", "de", "fr"]
    assert judgement.decisions == ()


def test_line_breaks_do_not_matter(batch_of: Batch) -> None:
    judgement = language().judge(batch_of([GERMAN.replace(" ", "\n")]))
    assert judgement.columns["language"].to_pylist() == ["de"]


def test_an_unwanted_language_is_removed(batch_of: Batch) -> None:
    batch = batch_of([ENGLISH, GERMAN])
    (decision,) = language(keep=["en"]).judge(batch).decisions
    assert (decision.id, decision.action, decision.rule, decision.evidence) == (
        batch.column("id")[1].as_py(),
        "removed",
        "unwanted-language",
        "de",
    )


def test_each_document_gets_its_confidence(batch_of: Batch) -> None:
    (annotation,) = language().judge(batch_of([ENGLISH])).annotations
    assert annotation.label == "en"
    assert 0.8 < annotation.score <= 1


def test_a_short_text_is_unknown_and_kept(batch_of: Batch) -> None:
    judgement = language(keep=["en"]).judge(batch_of(["ja", ""]))
    assert judgement.columns["language"].to_pylist() == ["unknown", "unknown"]
    assert judgement.decisions == ()


@pytest.mark.parametrize(("action", "done"), [("quarantine", "quarantined"), ("remove", "removed")])
def test_unknown_languages_can_be_taken_out(batch_of: Batch, action: str, done: str) -> None:
    (decision,) = language(unknown=action).judge(batch_of(["ja"])).decisions  # type: ignore[arg-type]
    assert (decision.action, decision.rule) == (done, "unknown-language")


def test_low_confidence_is_unknown(batch_of: Batch) -> None:
    judgement = language(minimum_confidence=1.0).judge(batch_of(["lorem ipsum dolor sit amet consectetur"]))
    assert judgement.columns["language"].to_pylist() == ["unknown"]


def test_a_long_text_is_read_at_its_end_too(batch_of: Batch) -> None:
    filler = "1234567890 " * 20
    judgement = language().judge(batch_of([filler + GERMAN * 20]))
    assert judgement.columns["language"].to_pylist() == ["de"]


def test_an_excerpt_takes_pieces_from_start_to_end() -> None:
    assert excerpt("abcdefghijklmnop", 16) == "abcdefghijklmnop"
    assert excerpt("aaaabbbbccccddddeeee", 8) == "aa bb dd ee"


def test_macro_languages_share_a_code(batch_of: Batch) -> None:
    text = "呢個係一個粵語嘅句子，我哋用嚟試吓個模型識唔識得分辨出嚟，佢哋話得嘅。"
    assert language().judge(batch_of([text])).columns["language"].to_pylist() == ["zh"]
    assert "yue" in known_languages()


def test_a_wrong_language_code_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="no language 'eng'"):
        language(keep=["eng"])


def test_hostile_texts_pass(batch_of: Batch) -> None:
    texts = ["\x00" * 50, "<script>alert(1)</script>" * 9, "\u202e" * 60, "🙂" * 40, "\n" * 100]
    assert len(language().judge(batch_of(texts)).columns["language"]) == len(texts)


def test_alemannic_has_its_iso_code() -> None:
    assert "gsw" in known_languages() and "als" not in known_languages()


def test_the_table_counts_languages_with_their_mean_confidence(batch_of: Batch) -> None:
    step = language()
    judgement = step.judge(batch_of([ENGLISH, ENGLISH, GERMAN, "ja"]))
    (table,) = step.exhibits(judgement.tallies, 4)
    rows = {row[0]: row[1:] for row in table.rows}  # type: ignore[union-attr]
    assert {code: row[:2] for code, row in rows.items()} == {"en": (2, 0.5), "de": (1, 0.25), "unknown": (1, 0.25)}
    assert rows["en"][2] == pytest.approx(judgement.annotations[0].score, abs=1e-4)


def test_a_threshold_is_only_one_where_unknown_languages_go() -> None:
    assert language().rules == ()
    assert [rule.prose for rule in language(unknown="remove").rules] == [0.5]
