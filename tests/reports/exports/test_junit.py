"""The JUnit export: valid by the schema of Jenkins, red exactly where the gate is shut, and harmless."""

from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from lxml import etree

from headwater.reports import EXPORTERS, ExportedRun

from .made import bare_run, evidence, hostile_exported, judged_run, unjudged_run

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]
SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "schemas" / "junit-10.xsd")))


def exported(run: ExportedRun) -> Any:
    return etree.fromstring(EXPORTERS.get("junit")(run).encode("utf-8"))


def outcomes(run: ExportedRun) -> dict[str, str]:
    """First word of each case's name to its outcome."""
    cases = exported(run).iter("testcase")
    found = {case.get("name").split()[0]: [child.tag for child in case if child.tag != "system-out"] for case in cases}
    return {name: "".join(tags) for name, tags in found.items()}


@pytest.mark.parametrize("make", MAKERS)
def test_it_is_valid_by_the_schema_and_can_be_read_back(make: Any, tmp_path: Path) -> None:
    run = make(tmp_path)
    SCHEMA.assertValid(exported(run))
    read = JUnitXml.fromstring(EXPORTERS.get("junit")(run).encode("utf-8"))
    cases = [case for suite in read for case in suite]
    assert read.tests == len(cases)
    assert read.failures == sum(case.is_failure for case in cases)
    assert read.errors == sum(case.is_error for case in cases)


def test_a_property_in_a_test_case_is_refused_by_the_schema(tmp_path: Path) -> None:
    root = exported(judged_run(tmp_path))
    etree.SubElement(next(root.iter("testcase")), "properties")
    assert not SCHEMA.validate(root)


def test_what_keeps_the_gate_shut_is_red_and_nothing_else(tmp_path: Path) -> None:
    found = outcomes(judged_run(tmp_path))
    assert found == {
        "D01": "", "M08": "failure", "M04": "failure", "M11": "error", "D07": "failure", "D13": "", "D03": "skipped",
        "H01": "", "H15": "error",
    }  # fmt: skip
    assert {name for name, outcome in found.items() if outcome in ("failure", "error")} == {
        one.control for one in evidence() if one.blocking
    }


def test_value_interval_n_and_limit_are_properties_of_the_suite(tmp_path: Path) -> None:
    found = {one.get("name"): one.get("value") for one in exported(judged_run(tmp_path)).iter("property")}
    start = "M08.1.verbatim-share"
    assert [found[f"{start}.{name}"] for name in ("status", "value", "interval", "n", "limit")] == [
        "fail", "0.043", "0.026 to 0.060", "512", "at most 0.01",
    ]  # fmt: skip
    assert found["exit code"] == "1"


def test_without_a_policy_high_findings_are_red_and_it_says_not_judged(tmp_path: Path) -> None:
    root = exported(unjudged_run(tmp_path))
    assert [case.getparent().get("name").split()[0] for case in root.iter("failure")] == ["HW-M001"]
    assert next(root.iter("skipped")).get("type") == "not judged"


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    root = exported(hostile_exported(tmp_path))
    known = "testsuites testsuite testcase properties property failure error skipped system-out"
    assert {element.tag for element in root.iter()} == set(known.split())
    text = etree.tostring(root, encoding="unicode")
    assert not set("\x00\x07\x1b\u202e\u2066\u200b\ufeff\ud800") & set(text)


def test_a_suite_of_many_cases_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = judged_run(tmp_path)
    monkeypatch.setattr("headwater.reports.exports.junit.MOST_CASES", 2)
    root = exported(run)
    assert any(one.get("name") == "cases cut" for one in root.iter("property"))
    assert root.get("failures") != "0"
