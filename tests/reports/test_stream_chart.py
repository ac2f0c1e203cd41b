import re
from xml.etree import ElementTree

import pytest

from headwater.core import Table
from headwater.reports.stream_chart import row_height, stream_chart, stream_steps

COLUMNS = ("step", "in", "edited", "removed", "quarantined")
ROWS = (
    ("read", 1_000, 0, 0, 0),
    ("unicode", 1_000, 12, 0, 0),
    ("length", 1_000, 0, 400, 100),
    ("licence", 500, 0, 0, 0),
)


def steps(*rows: tuple[object, ...], columns: tuple[str, ...] = COLUMNS) -> Table:
    return Table("steps", "Steps", columns, rows)  # type: ignore[arg-type]


def drawing() -> ElementTree.Element:
    return ElementTree.fromstring(str(stream_chart(steps(*ROWS))))


def test_the_stream_narrows_in_proportion_to_what_is_left() -> None:
    bed = next(node for node in drawing().iter("path") if "stream-bed" in node.get("class", ""))
    source = float(re.match(r"M([\d.]+)", bed.get("d", "")).group(1))  # type: ignore[union-attr]
    banks = [float(x) - source for x in re.findall(r"H([\d.]+)", bed.get("d", ""))][:-1]
    assert [bank / banks[0] for bank in banks] == pytest.approx([1, 1, 1, 0.5, 0.5], abs=0.002)


def test_only_a_step_that_takes_something_out_has_a_branch() -> None:
    branches = [node for node in drawing().iter("path") if "removed" in node.get("class", "")]
    assert [node.findtext("title") for node in branches] == ["length: 500 taken out"]


def test_numbers_stand_beside_the_stream() -> None:
    words = [node.text for node in drawing().iter("text")]
    assert {"1,000 came in", "12 edited", "−500", "500 kept"} <= set(words)


def test_the_description_tells_the_same() -> None:
    told = "1,000 documents came in and 500 were kept: length took out 500."
    assert drawing().findtext("desc") == told


@pytest.mark.parametrize(("number", "height"), [(1, 40.0), (16, 40.0), (20, 32.0), (60, 22.0)])
def test_rows_of_many_steps_stand_closer_and_stay_readable(number: int, height: float) -> None:
    assert row_height(number) == height


def test_sixty_steps_are_drawn_with_a_label_each() -> None:
    table = steps(*((f"step-{at}", 1000 - at, 0, 1, 0) for at in range(60)))
    words = [node.text for node in ElementTree.fromstring(str(stream_chart(table))).iter() if node.tag.endswith("text")]
    assert {f"step-{at}" for at in range(60)} <= set(words)


@pytest.mark.parametrize(
    "table",
    [
        steps(),
        steps(*ROWS, columns=("step", "before", "edited", "removed", "quarantined")),
        steps(("read", None, 0, 0, 0)),
        steps(("read", "<b>", 0, 0, 0)),
        steps(("read", 0, 0, 0, 0)),
        steps(("read", 10, 0, 11, 0)),
        steps(("read", 10, 0, -1, 0)),
        steps(("read", 10, 0, 0, 0), ("more", 20, 0, 0, 0)),
        steps(*(("read", 10, 0, 0, 0) for _ in range(61))),
    ],
)
def test_a_table_that_does_not_flow_is_not_drawn(table: Table) -> None:
    assert stream_steps(table) == () and stream_chart(table) == ""
