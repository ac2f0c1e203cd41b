import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.shown import example, excerpt, redacted

MAIL = "jane.doe@mail.org"


def test_text_without_personal_data_stays_as_it_is() -> None:
    assert redacted("rivers rise", [(0, 6)]) == ("rivers rise", ((0, 6),))


def test_spans_move_with_the_text() -> None:
    text = f"Ask {MAIL} about rivers today."
    start = text.index("rivers")
    safe, spans = redacted(text, [(start, start + 6)])
    assert MAIL not in safe
    assert [safe[a:b] for a, b in spans] == ["rivers"]


def test_a_span_that_cuts_through_a_replaced_value_covers_all_of_it() -> None:
    text = f"Ask {MAIL} about rivers."
    safe, spans = redacted(text, [(text.index("doe"), text.index(" about"))])
    assert [safe[a:b] for a, b in spans] == ["[EMAIL]"]


def test_a_span_over_everything_covers_everything() -> None:
    text = f"{MAIL} and {MAIL}"
    safe, spans = redacted(text, [(0, len(text))])
    assert spans == ((0, len(safe)),)


def test_an_excerpt_is_cut_around_its_span() -> None:
    text = "a" * 5_000 + "NEEDLE" + "b" * 5_000
    shown, spans = excerpt(text, 5_000, 5_006, width=100)
    assert [shown[a:b] for a, b in spans] == ["NEEDLE"]
    assert len(shown) == 102
    assert (shown[0], shown[-1]) == ("…", "…")


@pytest.mark.parametrize("place", [0, 30, 900, 1_990, 2_600, 9_000])
def test_an_excerpt_never_shows_half_of_an_address(place: int) -> None:
    text = "".join(f"w{i:05d} " if i % 9 else f"{MAIL} " for i in range(1_500))
    shown, _ = excerpt(text, place, place + 40)
    assert "@" not in shown
    assert "jane" not in shown
    assert len(shown) <= 602


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt("rivers rise", 0, 6) == ("rivers rise", ((0, 6),))


@given(st.text(alphabet="ab @.jm", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_spans_stay_within_the_shown_text(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    shown, spans = excerpt(text, start, end, width=20)
    assert all(0 <= low <= high <= len(shown) for low, high in spans)


def test_an_example_names_each_document_once() -> None:
    assert example("free-1", "text", document_ids=["b", "a", "b"]).document_ids == ("b", "a")


def test_overlapping_ranges_are_highlighted_as_one() -> None:
    assert example("free-1", "rivers rise", [(3, 8), (0, 6), (9, 11)]).spans == ((0, 8), (9, 11))


PIECES = st.sampled_from(["jane@mail.org", "+44 20 7946 0958", "192.168.7.13", "rivers ", "é", " ", "[EMAIL]", "@"])


@given(st.lists(PIECES, max_size=8).map("".join), st.data())
def test_no_span_is_lost_however_much_is_replaced(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start, len(text)))
    safe, spans = redacted(text, [(start, end)])
    assert len(spans) == 1 or start == end
    assert all(0 <= low <= high <= len(safe) for low, high in spans)
