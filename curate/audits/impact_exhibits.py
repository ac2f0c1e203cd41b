"""What the audit filtering-impact shows: the worst cells as a chart, and a table for each step."""

from collections.abc import Iterator, Mapping, Sequence

from ...core import Cell, Chart, Exhibit, Series, Table
from ..privacy import redact
from .curation_record import RecordedStep
from .removal_impact import Impact, largest

BY_STEP = "Filtering impact, step by step"
CHARTED, LISTED, LONGEST = 20, 100, 60
COLUMNS = (
    "Dimension", "Group", "Documents", "Taken out", "Rate", "Low", "High", "Rate of the rest", "Difference", "Ratio",
    "Ratio low", "Ratio high", "Cohen's h", "p", "q",
)  # fmt: skip


def impact_exhibits(
    tested: Sequence[Impact], untested: Sequence[Impact], steps: Sequence[RecordedStep], minimum: int,
    by_design: Mapping[str, Sequence[str]],
) -> Iterator[Exhibit]:  # fmt: skip
    """The chart, the table of all steps together, and one table for each step that took anything out."""
    names = {step.number: step.label for step in steps}
    worst = largest(tested)[:CHARTED]
    if worst:
        yield _chart(worst, names)
    overall = [one for one in untested if one.place.step == 0]
    if overall:
        note = f"Groups of {minimum} documents or more. Not tested: the tests are those of the steps."
        yield _table("filtering-impact-all-steps", "All steps together, by group", overall, note)
    for step in steps:
        cells = [one for one in (*tested, *untested) if one.place.step == step.number]
        if cells:
            title = f"Step {step.number}, {step.name}: removal by group"
            yield _table(f"filtering-impact-{step.number:02d}", title, cells, _note(step, minimum, by_design), BY_STEP)


def _note(step: RecordedStep, minimum: int, by_design: Mapping[str, Sequence[str]]) -> str:
    meant = ", ".join(by_design.get(step.name, ()))
    return (
        f"Groups of {minimum} documents or more at this step. Intervals at 95 % (Wilson, Katz); p: Fisher's exact "
        "test; q: Benjamini-Hochberg over all steps and groups."
        + (f" The step selects by {meant}: that is shown and not tested." if meant else "")
    )


def _table(name: str, title: str, cells: Sequence[Impact], note: str, group: str = "") -> Table:
    shown = largest(cells)[:LISTED]
    rest = f" {len(cells) - len(shown):,} groups with smaller effects are not listed." if len(cells) > LISTED else ""
    return Table(name, title, COLUMNS, tuple(_row(one) for one in shown), note + rest, group)


def _row(found: Impact) -> tuple[Cell, ...]:
    return (
        found.place.dimension, _group(found), found.documents, found.removed, *found.rate, found.rest_rate,
        round(found.difference[0], 4), *found.ratio, round(found.effect, 4), found.p, found.q,
    )  # fmt: skip


def _group(found: Impact) -> str:
    place = found.place
    return redact(f"{place.population}: {place.group}" if place.population else place.group)[:LONGEST]


def _chart(worst: Sequence[Impact], names: Mapping[int, str]) -> Chart:
    labels = tuple(f"{names[one.place.step]}: {_group(one)}" for one in worst)
    value, low, high = (tuple(one.difference[place] for one in worst) for place in range(3))
    series = Series("difference", labels, value, low, high)
    return Chart(
        "filtering-impact-chart", "Whose documents are taken out more often", "interval", "step and group",
        "removal rate minus that of the rest", (series,),
        f"The {len(worst)} cells with the largest effect (Cohen's h). 0: taken out as often as the rest. Newcombe's "
        "hybrid score interval at 95 %.",
    )  # fmt: skip
