"""A judgement as CycloneDX declarations: requirements, claims, evidence, and who says so."""

from collections.abc import Sequence
from typing import Any

from ..gate import Evidence
from .base import ExportedRun
from .cyclonedx_parts import filled, organization
from .measured import part_line, worst_first
from .texts import clean, declared, line
from .times import utc

MOST_PARTS = 50
TOOL = "assessor:headwater"


def standard(exported: ExportedRun) -> dict[str, Any]:
    """The policy with its controls as requirements."""
    first = exported.run.evidence[0]
    requirements = [
        filled({
            "bom-ref": f"requirement:{at}", "identifier": line(one.control, 60), "title": line(one.title),
            "text": declared(one.claim),
            "descriptions": [line(f"{name}: {', '.join(ids)}") for name, ids in one.mapping.items()],
        })
        for at, one in enumerate(exported.run.evidence)
    ]  # fmt: skip
    return filled({
        "bom-ref": "standard:policy", "name": line(first.policy) or "policy", "requirements": requirements,
        "description": f"Policy with SHA-256 {line(first.inputs.get('policy', ''))}",
    })  # fmt: skip


def declarations(exported: ExportedRun, target: str) -> dict[str, Any]:
    """Every control as a claim with its evidence; a claim that does not hold is a counter-claim."""
    evidence = exported.run.evidence
    people = [(at, one) for at, one in enumerate(evidence) if one.attestation]
    measured = [(at, one) for at, one in enumerate(evidence) if not one.attestation]
    owner = organization(exported)
    assessors = [{"bom-ref": TOOL, "thirdParty": False, "organization": {"name": "headwater, automatic"}}]
    assessors += [_person(at, one, owner) for at, one in people]
    attested = [_attestation(TOOL, "Measured and judged by headwater", measured)] if measured else []
    attested += [_attestation(f"assessor:{at}", _said(one), [(at, one)]) for at, one in people]
    return filled({
        "assessors": assessors,
        "attestations": attested,
        "claims": [_claim(at, one, target) for at, one in enumerate(evidence)],
        "evidence": [_evidence(at, one) for at, one in enumerate(evidence)],
        "affirmation": _affirmation(evidence),
    })  # fmt: skip


def _person(at: int, one: Evidence, owner: dict[str, Any]) -> dict[str, Any]:
    said = one.attestation or {}
    person = f"{said.get('person', '')} ({said.get('role', '')})"
    entity = filled({"name": owner.get("name"), "contact": [{"name": declared(person, 300)}]})
    return {"bom-ref": f"assessor:{at}", "organization": entity}


def _said(one: Evidence) -> str:
    said = one.attestation or {}
    return declared(str(said.get("statement", ""))) or "attested"


def _attestation(assessor: str, summary: str, rows: Sequence[tuple[int, Evidence]]) -> dict[str, Any]:
    return {"summary": summary, "assessor": assessor, "map": [_mapped(at, one) for at, one in rows]}


def _mapped(at: int, one: Evidence) -> dict[str, Any]:
    """Conformance has a number only where the whole interval decided: 1 for a pass, 0 for a failure."""
    claims = "claims" if one.status == "pass" else "counterClaims"
    score = {"score": 1 if one.status == "pass" else 0} if one.status in ("pass", "fail") else {}
    return {
        "requirement": f"requirement:{at}",
        claims: [f"claim:{at}"],
        "conformance": {**score, "rationale": f"{one.status}: {clean(one.reason)}"},
    }


def _claim(at: int, one: Evidence, target: str) -> dict[str, Any]:
    side = "evidence" if one.status == "pass" else "counterEvidence"
    return {
        "bom-ref": f"claim:{at}", "target": target, "predicate": declared(one.claim or one.title) or "-",
        "reasoning": f"{one.status}: {clean(one.reason)}", side: [f"evidence:{at}"],
    }  # fmt: skip


def _evidence(at: int, one: Evidence) -> dict[str, Any]:
    said = one.attestation or {}
    parts = [part_line(part) for part in worst_first(one.parts)[:MOST_PARTS]]
    texts = parts or [declared(str(said.get("evidence", "")))]
    terms = ", ".join(f"{key} {value}" for key, value in (one.waiver or {}).items())
    waived = [declared(f"waiver: {terms}", 1_000)] if terms else []
    content = [
        {"name": f"{number}", "contents": {"attachment": {"content": text}}}
        for number, text in enumerate(texts, 1)
        if text
    ]
    return filled({
        "bom-ref": f"evidence:{at}", "propertyName": "headwater:control",
        "description": "; ".join([f"{line(one.control, 60)} {line(one.title)}", *waived]),
        "data": content, "created": utc(one.judged), "expires": utc(str(said.get("expires", ""))),
        "author": {"name": declared(str(said["person"]), 300)} if said.get("person") else {},
    })  # fmt: skip


def _affirmation(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """The go of H15, where a person gave it. It is stated, not signed: the signature lies beside the run."""
    go = next((one for one in evidence if one.control == "H15" and one.status == "pass" and one.attestation), None)
    if go is None or go.attestation is None:
        return {}
    said = go.attestation
    return {
        "statement": declared(f"{said.get('person')} ({said.get('role')}), {said.get('date')}: {said.get('statement')}")
    }
