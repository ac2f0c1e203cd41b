from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from headwater.reports.hidden import visible
from headwater.reports.passages import Passage, find_passages, passage, tidy_spans

SPANS = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=6)


def test_a_span_is_wrapped_in_a_mark() -> None:
    assert passage("one two three", [(4, 7)], 100).html == "one <mark>two</mark> three"


def test_markup_in_the_text_is_escaped_inside_and_outside_of_the_mark() -> None:
    assert passage("<b><i>", [(3, 6)], 100).html == "&lt;b&gt;<mark>&lt;i&gt;</mark>"


@given(st.text(max_size=30), SPANS)
def test_without_its_marks_the_html_is_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    tidy = tidy_spans(spans, len(text))
    html = str(Passage(text, tidy).html).replace("<mark>", "").replace("</mark>", "")
    borders = [0, *(at for span in tidy for at in span), len(text)]
    pieces = [text[a:b] for a, b in zip(borders, borders[1:], strict=False)]
    assert html == "".join(str(escape(visible(piece))) for piece in pieces)


@given(SPANS, st.integers(0, 40))
def test_tidy_spans_cover_the_same_characters_without_overlap(spans: list[tuple[int, int]], length: int) -> None:
    tidy = tidy_spans(spans, length)
    wanted = {at for start, end in spans for at in range(max(start, 0), min(end, length))}
    assert {at for start, end in tidy for at in range(start, end)} == wanted
    assert all(end < start for (_, end), (start, _) in zip(tidy, tidy[1:], strict=False))


@given(st.text(max_size=200), st.integers(1, 60), SPANS)
def test_a_cut_text_says_how_much_is_missing(text: str, limit: int, spans: list[tuple[int, int]]) -> None:
    cut = passage(text, spans, limit)
    assert len(cut.text) <= limit
    assert cut.before + len(cut.text) + cut.after == len(text)
    assert text[cut.before : cut.before + len(cut.text)] == cut.text


def test_a_cut_keeps_the_first_span_in_sight() -> None:
    cut = passage("x" * 5_000 + "needle" + "y" * 5_000, [(5_000, 5_006)], 300)
    ((start, end),) = cut.spans
    assert cut.text[start:end] == "needle"


def test_a_passage_is_found_word_for_word() -> None:
    assert find_passages(["two three"], "one two three four") == ((4, 13),)


def test_a_passage_is_found_across_other_line_breaks() -> None:
    assert find_passages(["two three"], "one two\n    three four") == ((4, 17),)


def test_the_longest_common_part_is_found_where_the_whole_is_not() -> None:
    text = "before: a passage of some length, after"
    ((start, end),) = find_passages(["[a passage of some length]"], text)
    assert text[start:end] == "a passage of some length"


def test_a_short_common_part_is_not_called_a_match() -> None:
    assert find_passages(["the quick brown fox"], "a slow brown bear") == ()


def test_regex_signs_in_a_passage_are_plain_text() -> None:
    assert find_passages(["f(x) =\n[a+b]*"], "so f(x) = [a+b]* holds") == ((3, 16),)
