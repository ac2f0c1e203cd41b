import random
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate import hidden_characters
from headwater.curate.filters.hidden_signs import KINDS, find_signs

Batch = Callable[..., pa.RecordBatch]


def kinds(text: str) -> list[str]:
    return [sign.kind for sign in find_signs(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("if \u202eadmin\u202c", "bidi-control"),
        ("\u2066x\u2069", "bidi-control"),
        ("pass\u200bword", "zero-width"),
        ("\ufefftext", "zero-width"),
        ("a\u200db", "zero-width"),
        ("a\ufe01b", "zero-width"),
        ("hi\U000e0068\U000e0069", "tag-character"),
        ("\ue000", "private-use"),
        ("p\u0430ypal", "mixed-script"),
        ("\u0391pple", "mixed-script"),
        ("so\u00adft", "soft-hyphen"),
    ],
)
def test_each_kind_is_found(text: str, kind: str) -> None:
    assert set(kinds(text)) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "1\ufe0f\u20e3",
        "\u05e9\u05dc\u05d5\u05dd\u200f!",
        "\u1820\u180b",
        "\u845b\U000e0100",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_characters_where_scripts_and_emoji_need_them_are_joiners(text: str) -> None:
    assert set(kinds(text)) == {"joiner"}


@pytest.mark.parametrize(
    "text", ["50\u00b5m", "\u03b1-helix", "\u03a9m", "\u043c\u043e\u0441\u043a\u0432\u0430", "\u0394t", "na\u00efve"]
)
def test_words_that_deceive_nobody_are_no_signs(text: str) -> None:
    assert kinds(text) == []


def test_tags_after_a_flag_without_their_end_are_no_flag() -> None:
    assert kinds("\U0001f3f4\U000e0067\U000e0062") == ["tag-character"]


def test_by_default_nothing_changes_and_spans_are_annotated(batch_of: Batch) -> None:
    text = "ab\u200b\u200bcd p\u0430y"
    judgement = hidden_characters().judge(batch_of(["plain", text]))
    assert (judgement.decisions, judgement.edits) == ((), {})
    assert [(note.label, text[note.start : note.end], note.score) for note in judgement.annotations] == [
        ("zero-width", "\u200b\u200b", 2.0),
        ("mixed-script", "p\u0430y", 1.0),
    ]


def test_an_edit_drops_what_is_hidden_and_keeps_what_is_seen_or_needed(batch_of: Batch) -> None:
    needed = "\u0645\u06cc\u200c\u062e so\u00adft p\u0430y"
    judgement = hidden_characters(action="edit").judge(batch_of([f"\u202e{needed}\u202c a\u200bb\ue000"]))
    assert list(judgement.edits.values()) == [f"{needed} ab"]
    (decision,) = judgement.decisions
    assert (decision.rule, decision.measured) == ("bidi-control, zero-width, private-use", 4.0)


@pytest.mark.parametrize(("action", "done"), [("remove", "removed"), ("quarantine", "quarantined")])
def test_documents_can_be_taken_out_but_not_for_what_belongs_there(batch_of: Batch, action: str, done: str) -> None:
    batch = batch_of(["\U0001f468\u200d\U0001f469", "p\u0430y", "so\u00adft"])
    (decision,) = hidden_characters(action=action).judge(batch).decisions  # type: ignore[arg-type]
    assert (decision.id, decision.action) == (batch.column("id")[1].as_py(), done)


def test_only_the_wanted_kinds_are_looked_for(batch_of: Batch) -> None:
    judgement = hidden_characters(kinds=["private-use"]).judge(batch_of(["a\u200bb\ue000"]))
    assert [note.label for note in judgement.annotations] == ["private-use"]
    with pytest.raises(UsageError, match='did you mean "private-use"'):
        hidden_characters(kinds=["private-usage"])


def test_the_table_counts_documents_and_places(batch_of: Batch) -> None:
    step = hidden_characters()
    (table,) = step.exhibits(step.judge(batch_of(["a\u200bb c\u200bd", "x\u200by"])).tallies, 2)
    rows = {row[0]: row[2:] for row in table.rows}  # type: ignore[union-attr]
    assert rows["zero-width"] == (2, 3)
    assert set(rows) == set(KINDS)


@given(st.text(alphabet="a \u0430\u200b\u200d\u202e\u05d0\ufe0f\u00ad\U000e0041\U0001f3f4\ue000", max_size=60))
def test_signs_do_not_overlap(text: str) -> None:
    signs = find_signs(text)
    assert all(one.end <= other.start for one, other in zip(signs, signs[1:], strict=False))
    assert all(sign.start < sign.end for sign in signs)


def test_long_hostile_texts_take_linear_time(batch_of: Batch) -> None:
    rng = random.Random(0)
    text = "".join(rng.choices("a\u0430\u200b\u202e\u200d", k=200_000))
    assert sum(sign.end - sign.start for sign in find_signs(text)) <= len(text)
