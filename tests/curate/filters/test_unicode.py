import random
from collections.abc import Callable

import ftfy
import ftfy.chardata
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import record_batch, text_record
from headwater.curate import unicode
from headwater.curate.filters.unicode import _COUNTED, fix_mojibake

Batch = Callable[..., pa.RecordBatch]


@pytest.mark.parametrize(
    ("broken", "whole", "rule"),
    [
        ("donâ€™t panic", "don’t panic", "mojibake"),
        ("schÃ¶n", "schön", "mojibake"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree", "line-breaks"),
        ("a\x00b\x07c", "abc", "control-characters"),
        ("\x1b[31mred\x1b[0m", "red", "control-characters"),
        ("cafe\u0301", "café", "normalisation"),
    ],
)
def test_a_broken_text_is_repaired_with_its_rule(batch_of: Batch, broken: str, whole: str, rule: str) -> None:
    judgement = unicode().judge(batch_of([broken]))
    assert list(judgement.edits.values()) == [whole]
    assert [(decision.action, decision.rule) for decision in judgement.decisions] == [("edited", rule)]


@pytest.mark.parametrize(
    "text",
    ["plain\ttext\nwith lines", "“quotes” ﬁ &amp; ＡＢＣ", "naïve façade", "日本語のテキスト", "", "page\x0cbreak"],
)
def test_a_sound_text_is_left_alone(batch_of: Batch, text: str) -> None:
    assert unicode().judge(batch_of([text])).decisions == ()


def test_dropped_control_characters_are_counted(batch_of: Batch) -> None:
    (decision,) = unicode().judge(batch_of(["a\x00\x01\x02b"])).decisions
    assert decision.measured == 3


def test_a_switched_off_repair_is_not_made(batch_of: Batch) -> None:
    assert unicode(mojibake=False).judge(batch_of(["schÃ¶n"])).decisions == ()
    assert unicode(controls=False).judge(batch_of(["a\x00b\r\n"])).decisions == ()
    assert unicode(normalise=False).judge(batch_of(["cafe\u0301"])).decisions == ()


def test_hidden_characters_stay_and_are_counted(batch_of: Batch) -> None:
    judgement = unicode().judge(batch_of(["he\u200bre\u200b \u202eand\u202c there\U000e0041", "plain"]))
    assert judgement.decisions == ()
    found = {annotation.label: annotation.score for annotation in judgement.annotations}
    assert found == {"hidden-characters": 2, "bidi-controls": 2, "tag-characters": 1}


def test_only_the_broken_ones_of_many_are_edited(batch_of: Batch) -> None:
    batch = batch_of(["fine", "bro\x00ken", "fine too", "schÃ¶n"])
    ids = batch.column("id").to_pylist()
    assert dict(unicode().judge(batch).edits) == {ids[1]: "broken", ids[3]: "schön"}


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=4))
def test_repairing_twice_changes_nothing_more(texts: list[str]) -> None:
    def repair(given: list[str]) -> list[str]:
        batch = record_batch([text_record(text, f"t:{line}", "t") for line, text in enumerate(given)])
        edits = unicode().judge(batch).edits
        return [edits.get(name, text) for name, text in zip(batch.column("id").to_pylist(), given, strict=True)]

    once = repair(texts)
    assert repair(once) == once


@pytest.mark.parametrize("encoding", ftfy.chardata.CHARMAP_ENCODINGS)
@pytest.mark.parametrize(("whole", "lost"), [("", ""), ("\xa0", " "), ("\ufffd", "?")])
def test_the_quick_test_for_mojibake_misses_nothing_that_ftfy_mends(encoding: str, whole: str, lost: str) -> None:
    rng = random.Random(encoding + lost)
    words = [
        "café",
        "naïve",
        "“quoted”",
        "déjà",
        "–",
        "dash",
        "Ñandú",
        "Привет",
        "мир",
        "日本語",
        "tiếng",
        "€20",
        "½",
        "Ελλάδα",
        "žluťoučký",
        "don’t",
        "à",
        "la",
        "😀",
    ]
    mended = 0
    for _ in range(200):
        text = " ".join(rng.choices(words, k=rng.randint(1, 6)))
        broken = text.encode().decode(encoding, "replace").replace(whole or "\n", lost)
        wanted = "".join(ftfy.fix_encoding(line) for line in broken.splitlines(keepends=True))
        assert fix_mojibake(broken) == wanted
        mended += wanted != broken
    assert mended > 50


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from("aé’Ã©â€™\u00ad\u200b\u202e\U000e0041\x00\x1b[0m\r\n\u2028\u0301가ᄀ\x85\ufeff 字"), max_size=6
    )
)
def test_the_test_of_whole_columns_leaves_no_text_out(characters: list[str]) -> None:
    text = "".join(characters)
    batch = pa.record_batch({"id": ["a"], "text": [text]})
    judgement = unicode().judge(batch)
    step = unicode()
    repaired, _, _ = step._repair(text)
    assert judgement.edits.get("a", text) == repaired
    counted = sum(len(pattern.findall(repaired)) for _, pattern in _COUNTED)
    assert sum(note.score or 0 for note in judgement.annotations) == counted
