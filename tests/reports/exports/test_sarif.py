"""The SARIF export: valid by the schema of OASIS, within the limits of code scanning, and harmless."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from headwater.reports import EXPORTERS, ExportedRun

from .made import CANARY, bare_run, hostile_exported, judged_run, unjudged_run

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))
CHECKER = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def exported(run: ExportedRun) -> dict[str, Any]:
    (found,) = json.loads(EXPORTERS.get("sarif")(run))["runs"]
    assert isinstance(found, dict)
    return found


def results(run: ExportedRun) -> dict[str, dict[str, Any]]:
    return {one["ruleId"]: one for one in exported(run)["results"]}


@pytest.mark.parametrize("make", MAKERS)
def test_it_is_valid_by_the_schema(make: Any, tmp_path: Path) -> None:
    CHECKER.validate(json.loads(EXPORTERS.get("sarif")(make(tmp_path))))


def test_a_wrong_level_and_an_unknown_key_are_refused_by_the_schema(tmp_path: Path) -> None:
    log = json.loads(EXPORTERS.get("sarif")(judged_run(tmp_path)))
    log["runs"][0]["results"][0]["level"] = "grave"
    log["runs"][0]["results"][1]["colour"] = "red"
    assert len(list(CHECKER.iter_errors(log))) == 2


def test_what_blocks_is_a_failure_and_what_passed_is_no_result(tmp_path: Path) -> None:
    found = results(judged_run(tmp_path))
    kinds = {id.removeprefix("control/"): (one["kind"], one["level"]) for id, one in found.items() if "/" in id}
    assert kinds == {
        "M08": ("fail", "error"), "M04": ("fail", "error"), "M11": ("fail", "error"), "D07": ("fail", "error"),
        "D13": ("fail", "note"), "D03": ("fail", "error"), "H15": ("fail", "error"),
    }  # fmt: skip
    assert exported(judged_run(tmp_path / "again"))["properties"]["passed"] == ["D01", "H01"]


@pytest.mark.parametrize("make", MAKERS)
def test_a_level_other_than_none_stands_only_beside_the_kind_fail(make: Any, tmp_path: Path) -> None:
    assert all((one["kind"] == "fail") == (one["level"] != "none") for one in exported(make(tmp_path))["results"])


def test_a_waiver_is_a_suppression_with_owner_and_expiry(tmp_path: Path) -> None:
    (said,) = results(judged_run(tmp_path))["control/D03"]["suppressions"]
    assert (said["kind"], said["status"]) == ("external", "accepted")
    assert said["justification"].startswith("Licences are being asked for: owner Data team, approver Review board")


def test_the_invocation_has_times_and_exit_code(tmp_path: Path) -> None:
    assert exported(judged_run(tmp_path))["invocations"] == [
        {
            "executionSuccessful": True, "startTimeUtc": "2026-11-29T01:00:00Z", "endTimeUtc": "2026-11-29T02:00:00Z",
            "exitCode": 1, "exitCodeDescription": "failed",
        }
    ]  # fmt: skip
    assert exported(unjudged_run(tmp_path / "other"))["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.parametrize("make", MAKERS)
def test_code_scanning_finds_what_it_needs(make: Any, tmp_path: Path) -> None:
    run = exported(make(tmp_path))
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        (place,) = one["locations"]
        assert re.fullmatch(r"[a-z0-9/-]+\.(json|yaml)", place["physicalLocation"]["artifactLocation"]["uri"])
        assert re.fullmatch(r"[0-9a-f]{16}:1", one["partialFingerprints"]["primaryLocationLineHash"])
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    assert all(len(rule["properties"]["tags"]) <= 20 for rule in rules)
    prints = [one["partialFingerprints"]["headwater/v1"] for one in run["results"]]
    assert len(set(prints)) == len(prints)


def test_no_message_holds_a_link_or_a_placeholder(tmp_path: Path) -> None:
    found = exported(hostile_exported(tmp_path))["results"]
    for text in (one["message"]["text"] for one in found):
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", text)
        assert not re.search(r"(?<!\{)(?:\{\{)*\{[^{]", text)


def test_no_hidden_character_and_no_canary_comes_through(tmp_path: Path) -> None:
    text = EXPORTERS.get("sarif")(hostile_exported(tmp_path))
    assert not set("<>&\x00\x07\x1b\u202e\u2066\u200b\ufeff\ud800") & set(text)
    assert not any(word in text for word in CANARY.split())


def test_results_beyond_the_limits_are_cut_and_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = judged_run(tmp_path)
    whole = len(exported(run)["results"])
    monkeypatch.setattr("headwater.reports.exports.sarif.MOST_RESULTS", 3)
    cut = exported(run)
    assert (len(cut["results"]), cut["properties"]["resultsCut"]) == (3, whole - 3)
    monkeypatch.setattr("headwater.reports.exports.sarif.MOST_BYTES", 10)
    assert exported(run)["results"] == []
