import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import InputError, IntegrityError, StageReport


@given(st.from_type(StageReport))
def test_a_report_survives_json(report: StageReport) -> None:
    assert StageReport.from_json(json.loads(json.dumps(report.to_json()))) == report


@given(st.from_type(StageReport))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_report_survives_a_file_and_keeps_the_order_of_its_facts(tmp_path: Path, report: StageReport) -> None:
    report.save(tmp_path / "stage.json")
    loaded = StageReport.load(tmp_path / "stage.json")
    assert loaded == report
    assert list(loaded.facts) == list(report.facts)


def test_equal_reports_are_equal_bytes(tmp_path: Path) -> None:
    for name, detail in (("a", {"x": 1, "y": 2}), ("b", {"y": 2, "x": 1})):
        StageReport("audit", "Audit", detail=detail).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_report_that_was_not_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"audit\.json: no such file"):
        StageReport.load(tmp_path / "audit.json")


def test_a_truncated_report_is_an_integrity_error(tmp_path: Path) -> None:
    StageReport("audit", "Audit").save(tmp_path / "audit.json")
    (tmp_path / "audit.json").write_bytes((tmp_path / "audit.json").read_bytes()[:-10])
    with pytest.raises(IntegrityError, match=r"audit\.json: not valid JSON"):
        StageReport.load(tmp_path / "audit.json")
