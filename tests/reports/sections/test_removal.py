import pytest

from headwater.core import StageReport, Table
from headwater.reports import Run, Track
from headwater.reports.sections import removal

COLUMNS = ("Dimension", "Group", "Documents", "Taken out", "Rate", "Low", "High", "Rate of the rest")
COUNTS = {"in": 100, "kept": 70, "edited": 10, "removed": 15, "quarantined": 5}
RULES = [
    {"step": "length", "rule": "short", "action": "removed", "documents": 4},
    {"step": "near-duplicates", "rule": "jaccard", "action": "removed", "documents": 11},
    {"step": "toxicity", "rule": "score", "action": "quarantined", "documents": 5},
    {"step": "unicode", "rule": "mojibake", "action": "edited", "documents": 10},
]


def curation(*exhibits: Table, **detail: object) -> StageReport:
    return StageReport("curation", "Curation", exhibits=exhibits, detail={"counts": COUNTS, "rules": RULES, **detail})


def impact(*rows: tuple[object, ...]) -> StageReport:
    table = Table("filtering-impact-all-steps", "All steps", COLUMNS, tuple(rows))  # type: ignore[arg-type]
    return StageReport("audit", "Audit", exhibits=(table,))


def test_what_came_in_is_what_was_kept_edited_removed_and_quarantined() -> None:
    data = removal(Run("t", (Track("", {"curation": curation()}),)))
    assert data is not None
    part = data.tracks[0]
    assert part.flow.stayed + part.flow.out == part.flow.read == 100 and part.whole == 0.2
    assert sum(reason.documents for reason in part.flow.reasons) == part.flow.out
    assert [reason.step for reason in part.flow.reasons] == ["near-duplicates", "toxicity", "length"]


def test_the_groups_that_lost_most_come_first_and_small_ones_only_in_the_table() -> None:
    audit = impact(
        ("source", "few", 3, 3, 1.0, 0.4, 1.0, 0.1),
        ("source", "half", 40, 20, 0.5, 0.35, 0.65, 0.1),
        ("source", "rest", 57, 0, 0.0, 0.0, 0.06, 0.5),
        ("identity term", "gender: female", 20, 2, 0.1, 0.03, 0.3, 0.2),
    )
    data = removal(Run("t", (Track("", {"curation": curation(), "audit": audit}),)))
    assert data is not None and data.tracks[0].audited
    hardest = {name: [loss.group for loss in losses] for name, losses in data.tracks[0].hardest}
    assert hardest == {"identity term": ["gender: female"], "source": ["half", "rest"]}
    assert [row[1] for row in data.tracks[0].groups.rows] == ["few", "half", "rest", "gender: female"]


def test_without_the_audit_the_counts_of_curation_are_shown_and_said_to_be_no_comparison() -> None:
    columns = ("source", "in", "kept", "taken out", "share taken out", "low", "high")
    table = Table("removal-by-source", "By source", columns, (("a", 60, 40, 20, 1 / 3, 0.2, 0.5),))
    data = removal(Run("t", (Track("", {"curation": curation(table)}),)))
    assert data is not None and not data.tracks[0].audited
    assert data.tracks[0].losses[0].rest is None and data.tracks[0].losses[0].taken == 20


def test_a_report_that_tells_no_counts_is_read_from_its_table_of_steps() -> None:
    rows = (("read", 50, 0, 50), ("length", 50, 8, 42))
    table = Table("steps", "Steps", ("step", "in", "removed", "out"), rows)
    data = removal(Run("t", (Track("", {"curation": StageReport("curation", "C", exhibits=(table,))}),)))
    assert data is not None and (data.tracks[0].flow.read, data.tracks[0].flow.removed) == (50, 8)


@pytest.mark.parametrize("detail", [{"counts": {"in": "many"}}, {"counts": None}, {}])
def test_a_report_without_numbers_has_no_flow(detail: dict[str, object]) -> None:
    assert removal(Run("t", (Track("", {"curation": StageReport("curation", "C", detail=detail)}),))) is None


def test_cells_that_are_no_numbers_are_left_out() -> None:
    audit = impact(("source", "<script>", "many", 3, None, 0.4, 1.0, 0.1))
    data = removal(Run("t", (Track("", {"curation": curation(), "audit": audit}),)))
    assert data is not None and data.tracks[0].losses == ()
