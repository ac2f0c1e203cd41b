from headwater.reports import Run, Track
from headwater.reports.sections import checklist

from ..judged import control, judgement


def test_controls_stand_in_groups_and_each_once() -> None:
    data = checklist(Run("t", (Track(""),), evidence=judgement()))
    assert data is not None
    assert {group.name: [line.id for line in group.controls] for group in data.groups} == {
        "corpus": ["D01", "D05", "D13"],
        "model": ["M03", "M08", "M09", "M18"],
        "attestations": ["H01", "H02"],
    }
    assert data.badge == 9 and len({line.anchor for group in data.groups for line in group.controls}) == 9


def test_a_control_of_ones_own_stands_with_the_others() -> None:
    data = checklist(Run("t", (Track(""),), evidence=(control("Dignity", "pass"), control("X1", "pass"))))
    assert data is not None and [group.name for group in data.groups] == ["others"]


def test_the_worst_measurement_of_a_control_comes_first() -> None:
    data = checklist(Run("t", (Track(""),), evidence=judgement()))
    assert data is not None
    failed = next(line for group in data.groups for line in group.controls if line.id == "M08")
    assert [part.status for part in failed.parts] == ["fail", "pass"]


def test_without_a_judgement_there_is_no_checklist() -> None:
    assert checklist(Run("t", (Track(""),))) is None
