"""Evidence as a gate leaves it, and the same with every text hostile."""

from dataclasses import replace
from typing import Any

from headwater.reports import Evidence, Part

from .fixtures import HOSTILE, SCRIPT, provenance

MANIFEST = str(provenance()["run manifest"])
INPUTS = {"manifest": MANIFEST, "policy": "be" * 32, "configuration": "a1" * 32}


def part(name: str, status: Any, value: float | None = None, half: float = 0.05, **more: Any) -> Part:
    """A measurement against a limit."""
    if value is None:
        return Part(name, status, **more)
    given = {"n": 200, "unit": "share of samples", "direction": "at most", "threshold": 0.05, "confidence": 0.95}
    return Part(name, status, value=value, low=max(0.0, value - half), high=value + half, **{**given, **more})


def control(id: str, status: Any, *parts: Part, blocking: bool = False, **more: Any) -> Evidence:
    """A judged control."""
    given: dict[str, Any] = {
        "title": f"Title of {id}", "kind": "automatic", "severity": "high", "reason": f"reason of {id}",
        "policy": "acme-release 3", "inputs": INPUTS, "judged": "2026-11-24T10:00:00+00:00", "check": 1,
    }  # fmt: skip
    values = {**given, **more}
    return Evidence(control=id, status=status, blocking=blocking, parts=parts, **{key: values[key] for key in values})


WAIVER = {
    "control": "M09", "owner": "Data team", "approver": "Head of release", "reason": "Overfitted on purpose.",
    "granted": "2026-11-10", "expires": "2027-02-01",
}  # fmt: skip
ATTESTATION = {
    "control": "H01", "person": "A. Reviewer", "role": "Head of release", "date": "2026-11-12",
    "statement": "The board decides.", "evidence": "https://example.org/minutes", "expires": "2027-11-12",
}  # fmt: skip


def judgement() -> tuple[Evidence, ...]:
    """One control of every status, in all three groups."""
    return (
        control("D01", "pass", part("identity-frozen", "pass", 0.01, 0.005), mapping={"eu-ai-act": ("12",)}),
        control("D05", "stale", part("source-largest", "stale", reason="measured 90 days ago"), blocking=True),
        control("D13", "warn", part("machine-written-share", "warn", 0.2)),
        control("M03", "inconclusive", part("leaked-data", "inconclusive", 0.02, needed=468), blocking=True),
        control(
            "M08", "fail", part("extractable", "fail", 0.19), part("extractable", "pass", 0.01, 0.01), blocking=True,
            claim="The model does not give its training texts back.",
        ),
        control("M09", "waived", part("exposure", "fail", 0.3), waiver=WAIVER),
        control("M18", "not_measured", part("policy-before-results", "not_measured"), blocking=True),
        control("H01", "pass", kind="attestation", attestation=ATTESTATION),
        control("H02", "not_measured", kind="attestation", reason="unverified until attested", blocking=True),
    )  # fmt: skip


def hostile_judgement() -> tuple[Evidence, ...]:
    """Every text of policy, control, waiver and attestation is hostile."""
    found = []
    for at, text in enumerate(HOSTILE):
        waiver = dict.fromkeys(WAIVER, text)
        attestation = dict.fromkeys(ATTESTATION, text)
        status = ("fail", "waived", "not_measured", "inconclusive", "stale", "warn", "pass")[at % 7]
        one = part(text, status, 0.2, slice={text: text}, unit=text, reason=text, track=text)
        found.append(
            control(
                text, status, one, title=text, reason=text, claim=text, mapping={text: (text, text)}, policy=SCRIPT,
                waiver=waiver, attestation=attestation, kind=("automatic", "attestation")[at % 2],
            )
        )  # fmt: skip
    return tuple(replace(one, judged=SCRIPT, measured=SCRIPT) for one in found)
