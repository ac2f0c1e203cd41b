import pytest

from headwater.core import Cell, StageReport, Table
from headwater.pipeline.cells import cell_text, rich_table
from headwater.pipeline.diff_report import markdown
from headwater.pipeline.show_scores import score_lines


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("a", "a"), (34082, "34,082"), (0.5, "0.5"), (1 / 3, "0.3333"), (123456.7, "123,457"), (-2.0, "-2"),
     (1e12, "1e+12"), (float("inf"), "inf"), (True, "1")],
)  # fmt: skip
def test_a_cell_reads_as_people_write_numbers(value: Cell, text: str) -> None:
    assert cell_text(value) == text


def test_terminal_and_markdown_write_a_number_alike() -> None:
    columns = (
        "stage",
        "metric",
        "slice",
        "A",
        "low A",
        "high A",
        "B",
        "low B",
        "high B",
        "B - A",
        "low",
        "high",
        "note",
    )
    row = ("evaluate", "m", "", 123456.7, None, None, 0.12345, None, None, -1234567.0, None, None, "better")
    table = Table("diff-scores", "Scores", columns, (row,))
    told = " ".join(score_lines(table)) + markdown(StageReport("diff", "t", {}, exhibits=(table,)))
    for number in ("123,457", "0.1235", "-1,234,567"):
        assert told.count(number) == 2


def test_square_brackets_are_text_and_what_is_cut_is_said() -> None:
    shown = rich_table(Table("t", "t", ("a",), (("\\[bold]x[/]",), ("y",), ("z",))), most=1)
    assert [str(cell) for cell in shown.columns[0].cells] == ["\\[bold]x[/]", "and 2 more"]
