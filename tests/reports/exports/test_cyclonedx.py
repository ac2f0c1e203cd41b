"""The CycloneDX export: valid by the official validator, with model card, corpora and declarations."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from headwater.core import EnergyUse, write_json
from headwater.reports import EXPORTERS, ExportedRun, append_evidence, open_exported
from headwater.reports.exports.cyclonedx_parts import licence_choice

from ..fixtures import HOSTILE, full_run
from .made import (
    ATTESTATION,
    CANARY,
    CONFIG,
    bare_run,
    control,
    finish,
    hostile_exported,
    judged_run,
    of_run,
    unjudged_run,
)

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]
CHECKER = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)


def exported(run: ExportedRun) -> dict[str, Any]:
    text = EXPORTERS.get("cyclonedx")(run)
    assert CHECKER.validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def references(value: Any) -> tuple[list[str], list[str]]:
    """Every bom-ref, and every use of one."""
    defined: list[str] = []
    used: list[str] = []
    items = list(value.items()) if isinstance(value, dict) else [("", one) for one in value]
    for key, item in items:
        if key == "bom-ref":
            defined.append(item)
        elif key in ("ref", "target", "assessor", "requirement"):
            used.append(item)
        elif key in ("dependsOn", "claims", "counterClaims", "evidence", "counterEvidence"):
            used += [one for one in item if isinstance(one, str)]
        if isinstance(item, dict | list):
            more, others = references(item)
            defined, used = defined + more, used + others
    return defined, used


@pytest.mark.parametrize("make", MAKERS)
def test_it_is_valid_and_every_reference_leads_somewhere(make: Any, tmp_path: Path) -> None:
    defined, used = references(exported(make(tmp_path)))
    assert len(set(defined)) == len(defined)
    assert set(used) - set(defined) == set()


def test_an_unknown_key_is_refused_by_the_validator(tmp_path: Path) -> None:
    bill = exported(judged_run(tmp_path))
    bill["metadata"]["component"]["modelCard"]["colour"] = "red"
    assert CHECKER.validate_str(json.dumps(bill)) is not None


def test_the_model_card_has_metrics_with_intervals_and_n(tmp_path: Path) -> None:
    card = exported(judged_run(tmp_path))["metadata"]["component"]["modelCard"]
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    (verbatim,) = [one for one in metrics if one["type"] == "verbatim-share"]
    assert verbatim["value"] == "0.043"
    assert float(verbatim["confidenceInterval"]["lowerBound"]) == pytest.approx(0.026)
    assert verbatim["slice"].startswith("n 512; unit share; protocol verbatim/1")
    assert card["modelParameters"]["datasets"] == [{"ref": "data:main"}]
    unbounded = [one for one in metrics if one["type"] == "unknown-name-share"]
    assert [("confidenceInterval" in one) for one in unbounded] == [False]


def test_considerations_come_from_findings(tmp_path: Path) -> None:
    found = exported(judged_run(tmp_path))["metadata"]["component"]["modelCard"]["considerations"]
    assert any(one["name"].startswith("HW-M001 (high)") for one in found["ethicalConsiderations"])
    assert any(one["harms"].startswith("HW-A004 (medium)") for one in found["fairnessAssessments"])
    assert any("could not be made" in text for text in found["technicalLimitations"])


def test_energy_is_in_kwh_and_tonnes_with_its_bounds(tmp_path: Path) -> None:
    full_run(tmp_path)
    use = EnergyUse(processes=1, kwh=0.5, kwh_low=0.4, kwh_high=0.7, kgco2e=0.25, kgco2e_low=0.2, kgco2e_high=0.3)
    write_json(tmp_path / "checkpoint" / "timing.json", {"energy": use.to_json()})
    finish(tmp_path, CONFIG)
    card = exported(open_exported(tmp_path))["metadata"]["component"]["modelCard"]
    (found,) = card["considerations"]["environmentalConsiderations"]["energyConsumptions"]
    assert (found["activityEnergyCost"], found["co2CostEquivalent"]) == (
        {"value": 0.5, "unit": "kWh"}, {"value": 0.00025, "unit": "tCO2eq"},
    )  # fmt: skip
    assert {"name": "headwater:kWh", "value": "0.4 to 0.7"} in found["properties"]


def test_the_corpus_names_its_licences_by_spdx_id(tmp_path: Path) -> None:
    (corpus, *_) = [one for one in exported(judged_run(tmp_path))["components"] if one["type"] == "data"]
    assert corpus["licenses"] == [
        {"license": {"id": "BSD-3-Clause"}}, {"license": {"id": "MIT"}}, {"license": {"id": "Apache-2.0"}},
        {"license": {"name": "unknown"}},
    ]  # fmt: skip
    assert corpus["data"][0]["governance"]["owners"][0]["organization"]["name"] == "River Post"


def test_a_single_expression_is_one() -> None:
    assert licence_choice(["MIT OR Apache-2.0"]) == [{"expression": "MIT OR Apache-2.0"}]
    assert licence_choice(["MIT AND BSD-3-Clause", "MIT"])[0] == {"license": {"name": "MIT AND BSD-3-Clause"}}
    assert licence_choice(["LicenseRef-own"]) == [{"license": {"name": "LicenseRef-own"}}]


def test_each_control_is_a_requirement_with_claim_and_evidence(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    found = exported(run)["declarations"]
    rows = [row for attestation in found["attestations"] for row in attestation["map"]]
    assert len(rows) == len(found["claims"]) == len(found["evidence"]) == len(run.run.evidence)
    scores = {row["requirement"]: row["conformance"].get("score") for row in rows}
    assert scores == {
        f"requirement:{at}": {"pass": 1, "fail": 0}.get(one.status) for at, one in enumerate(run.run.evidence)
    }
    assert "affirmation" not in found


def test_only_an_attested_go_is_an_affirmation(tmp_path: Path) -> None:
    full_run(tmp_path)
    manifest = finish(tmp_path, CONFIG)
    go = control("H15", "pass", False, kind="attestation", attestation=ATTESTATION)
    append_evidence(tmp_path, of_run([go], manifest), manifest.hash)
    found = exported(open_exported(tmp_path))["declarations"]
    assert found["affirmation"]["statement"] == "Reviewer (owner), 2026-11-20: Purpose is written down"


def test_absent_packages_are_left_out_and_others_have_a_package_url(tmp_path: Path) -> None:
    found = [one for one in exported(judged_run(tmp_path))["components"] if one["type"] == "library"]
    assert [one.get("purl") for one in found] == ["pkg:pypi/headwater@0.1.0", "pkg:pypi/numpy@2.4.6"]


def test_number_and_time_follow_from_the_run(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    bill = exported(run)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    assert bill == exported(open_exported(run.folder))
    assert (bill["version"], bill["metadata"]["timestamp"]) == (2, "2026-11-30T03:00:00Z")


def test_no_hidden_character_and_no_canary_comes_through(tmp_path: Path) -> None:
    text = EXPORTERS.get("cyclonedx")(hostile_exported(tmp_path))
    assert not set("<>&\x00\x07\x1b\u202e\u2066\u200b\ufeff\ud800") & set(text)
    assert not any(word in text for word in CANARY.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_licence_is_a_name(text: str) -> None:
    assert all(set(one) <= {"license", "expression"} for one in licence_choice([text]))
