"""The JSON export: valid by its own schema, complete, and harmless."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from headwater.reports import EXPORTERS, ExportedRun

from .made import bare_run, hostile_exported, judged_run, unjudged_run

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]


def exported(run: ExportedRun) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPORTERS.get("json")(run))
    return found


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    file = resources.files("headwater.reports.exports") / "headwater-evidence-1.schema.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.mark.parametrize("make", MAKERS)
def test_it_is_valid_by_its_schema(make: Any, tmp_path: Path, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema).validate(exported(make(tmp_path)))


def test_a_missing_field_and_a_wrong_status_are_refused_by_the_schema(tmp_path: Path, schema: dict[str, Any]) -> None:
    found = exported(judged_run(tmp_path))
    found["controls"][0]["status"] = "fine"
    del found["scores"][0]["n"]
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(found))
    assert len(errors) == 2


def test_every_number_is_that_of_the_run(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    found = exported(run)
    assert found["verdict"] == {
        "judged": True, "code": 1, "word": "failed", "policy": "genai-baseline", "time": "2026-11-30T03:00:00+00:00",
        "counts": {"fail": 1, "stale": 1, "not_measured": 2, "inconclusive": 1, "warn": 1, "waived": 1, "pass": 2},
    }  # fmt: skip
    scores = run.run.scores()
    assert len(found["scores"]) + len(found["not_measured"]) == len(scores)
    assert len(found["findings"]) == len(run.run.findings())
    assert found["ledger"]["head"] == run.run.ledger[-1].hash
    assert found["governance"]["provider"]["contact"] == "data@river-post.org"


def test_without_a_policy_it_says_not_judged(tmp_path: Path) -> None:
    assert exported(unjudged_run(tmp_path))["verdict"]["word"] == "not judged"


def test_no_text_can_be_markup_where_the_file_is_pasted_into_a_page(tmp_path: Path) -> None:
    text = EXPORTERS.get("json")(hostile_exported(tmp_path))
    assert not set("<>&\u2028\u2029\u202e\x1b\x00") & set(text)
