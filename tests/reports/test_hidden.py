import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.reports.hidden import HIDDEN, visible


def test_every_format_character_of_unicode_is_shown_as_a_mark() -> None:
    hidden = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]
    missed = [f"U+{ord(character):04X}" for character in hidden if not HIDDEN.fullmatch(character)]
    assert len(hidden) > 150 and missed == []


@pytest.mark.parametrize("category", ["Cc", "Cs", "Co", "Zl", "Zp"])
def test_controls_surrogates_private_and_line_separators_are_shown(category: str) -> None:
    hidden = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == category]
    missed = [character for character in hidden if character not in "\t\n" and not HIDDEN.fullmatch(character)]
    assert missed == []


def test_a_direction_override_is_spelt_out() -> None:
    assert visible("user\u202egnp.exe") == "user⟨U+202E⟩gnp.exe"


def test_tabs_and_line_breaks_stay() -> None:
    assert visible("a\tb\nc\r\nd") == "a\tb\nc\nd"


def test_emoji_sequences_stay_as_the_reader_expects_them() -> None:
    assert visible("👩‍👩‍👧 ❤️ 👍🏽") == "👩‍👩‍👧 ❤️ 👍🏽"


def test_a_joiner_between_letters_is_shown() -> None:
    assert visible("ad\u200dmin") == "ad⟨U+200D⟩min"


def test_a_long_run_is_counted_instead_of_spelt_out() -> None:
    assert visible("\u202e" * 3_000) == "⟨U+202E⟩" * 6 + "⟨+2994 hidden⟩"


def test_a_tower_of_combining_marks_is_cut() -> None:
    shown = visible("Z" + "\u0301" * 400)
    assert shown == "Z" + "\u0301" * 3 + "⟨+397 combining⟩"


@given(
    st.text(
        alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0")
    )
)
def test_text_that_everybody_can_see_is_left_alone(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_making_visible_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)
