"""Judge a run folder by a policy, and keep what came of it beside the run."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..core import sha256_file, write_json
from ..reports import (
    EVIDENCE,
    Evidence,
    Judgement,
    Policy,
    append_entry,
    append_evidence,
    gate_findings,
    judge,
    latest,
    open_judged,
    policy_json,
    said_of,
    with_remembered,
)

POLICY = "policy.json"
APART = ("code", "host", "judged", "check", "previous", "reason")
"""What differs between two judgements that say the same."""


def judged(folder: Path, policy: Policy, now: datetime) -> Judgement:
    """Judge a finished run, with the waivers and attestations that lie with it; nothing is written."""
    run = open_judged(folder, with_remembered(policy, *said_of(folder)), now)
    found = judge(run, host=platform.node(), code=f"headwater {__version__}")
    return Judgement(folder.resolve().name, run.policy.name, run.now.isoformat(), found, gate_findings(run, found))


def keep(folder: Path, policy: Policy, judgement: Judgement) -> Judgement:
    """Append the evidence of a judgement, keep the policy, and let the ledger say that it was done.

    Of a run whose files were changed only the ledger says so: what was measured of other files is no evidence.
    """
    policy = with_remembered(policy, *said_of(folder))
    manifest = judgement.evidence[0].inputs["manifest"] if judgement.evidence else ""
    if judgement.is_broken:
        append_entry(folder, "found-changed", judgement.judged, manifest, policy=policy.name, policy_hash=policy.hash)
        return judgement
    kept = append_evidence(folder, judgement.evidence, manifest)
    write_json(folder / POLICY, policy_json(policy))
    append_entry(
        folder, "checked", judgement.judged, manifest, policy=policy.name, policy_hash=policy.hash,
        evidence=sha256_file(folder / EVIDENCE), statuses=_counted(kept), verdict=judgement.verdict,
        findings=[finding.code for finding in judgement.findings],
    )  # fmt: skip
    return Judgement(judgement.title, judgement.policy, judgement.judged, kept, judgement.findings)


def judge_run(folder: Path, policy: Policy, now: datetime) -> tuple[Evidence, ...]:
    """Judge a finished run and append the evidence; the ledger says that it was done. Returns the new evidence."""
    return keep(folder, policy, judged(folder, policy, now)).evidence


def judged_so(folder: Path, policy: Policy, now: datetime) -> bool:
    """Whether a judgement made now would say what the newest one says, waivers and attestations included."""
    return [_told(one) for one in latest(folder)] == [_told(one) for one in judged(folder, policy, now).evidence]


def _told(evidence: Evidence) -> dict[str, Any]:
    told = {key: value for key, value in asdict(evidence).items() if key not in APART}
    return told | {"parts": [(part["name"], part["status"], part["value"]) for part in told["parts"]]}


def _counted(evidence: Sequence[Evidence]) -> dict[str, int]:
    return {
        status: sum(one.status == status for one in evidence) for status in sorted({one.status for one in evidence})
    }
