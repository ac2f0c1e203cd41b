from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Table
from headwater.reports.caps import Caps
from headwater.reports.tables import packed, table_view


def view(rows: list[tuple[object, ...]], columns: tuple[str, ...] = ("a", "b"), anchors: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    return table_view(Table("t", "T", columns, tuple(rows)), "table-1", Caps(), anchors or {})  # type: ignore[arg-type]


def test_a_column_of_numbers_is_numeric_even_with_gaps() -> None:
    assert view([("x", 1), ("y", None)]).columns == (("a", False), ("b", True))


def test_a_number_is_rounded_and_its_column_named_as_one_of_numbers() -> None:
    shown = view([("x", 0.123456)])
    assert (shown.rows[0][1].text, shown.numeric) == ("0.1235", "n2")


@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from(("kept", "removed"))), min_size=1, max_size=40))
def test_packed_rows_are_the_rows(rows: list[tuple[str, str]]) -> None:
    columns = [one if isinstance(one, list) else [one["v"][place] for place in one["i"]] for one in packed(rows)]
    assert list(zip(*columns, strict=True)) == rows


def test_rows_beyond_the_first_wait_for_the_script() -> None:
    shown = view([(f"r{at}", at) for at in range(240)])
    assert (len(shown.rows), len(shown.more), shown.total, shown.cut) == (15, 225, 240, "")
    assert shown.more[0] == ("r15", "15")


def test_rows_beyond_the_cap_are_counted() -> None:
    assert view([("r", at) for at in range(5_000)]).cut == (
        "The page shows 300 of 5,000 rows; report.json has all of them."
    )


def test_hidden_characters_in_waiting_rows_are_marked() -> None:
    shown = view([("\u202e", at) for at in range(26)])
    assert shown.more[0][0] == "⟨U+202E⟩"


def test_the_id_of_a_document_links_to_its_card() -> None:
    shown = view([("d1", 1), ("d2", 2)], anchors={"d1": "document-1"})
    assert [row[0].anchor for row in shown.rows] == ["document-1", ""]


def test_a_document_id_without_a_card_is_still_set_as_an_id() -> None:
    assert view([("0123456789abcdef-01234567", 1)]).rows[0][0].id
    assert not view([("plain", 1)]).rows[0][0].id


def test_a_wide_table_is_cut_and_says_so() -> None:
    columns = tuple(f"c{at}" for at in range(60))
    shown = view([tuple(range(60))], columns)
    assert len(shown.columns) == len(shown.rows[0]) == Caps().columns
    assert "24 of 60 columns" in shown.cut


def test_a_huge_cell_is_cut() -> None:
    assert view([("w" * 10_240, 1)]).rows[0][0].text.endswith("… (10,000 more characters)")


def test_a_column_without_a_name_gets_one() -> None:
    assert view([("x", 1)], (" ", "b")).columns[0] == ("(unnamed)", False)


def test_the_numbers_of_a_column_line_up_at_the_point() -> None:
    rows = view([("a", 0.73612), ("b", 0.1), ("c", 0.0063780), ("d", 0)]).rows
    assert [row[1].text for row in rows] == ["0.7361", "0.1000", "0.0064", "0.0000"]


def test_a_number_too_small_for_its_column_is_not_shown_as_zero() -> None:
    rows = view([("a", 0.5), ("b", 0.00001234)]).rows
    assert rows[1][1].text == "1.234e−05"


def test_a_column_that_is_not_finite_is_still_shown() -> None:
    assert [row[1].text for row in view([("a", float("nan")), ("b", 1.5)]).rows] == ["–", "1.500"]


def test_a_small_number_beside_a_large_one_is_not_rounded_to_another() -> None:
    view = table_view(Table("t", "T", ("limit",), ((100_000.0,), (0.8,), (0.25,))), "k", Caps(), {})
    assert [row[0].text for row in view.rows] == ["100,000", "0.8", "0.25"]


def test_a_gap_among_texts_stands_where_texts_stand() -> None:
    rows = view([("x", None), (None, 1)]).rows
    assert [(cell.text, cell.number) for row in rows for cell in row] == [
        ("x", False), ("–", True), ("–", False), ("1", True),
    ]  # fmt: skip
