"""Judge a run folder by a policy, and keep what came of it beside the run."""

import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .. import __version__
from ..core import sha256_file, write_json
from ..reports import EVIDENCE, Evidence, Policy, append_entry, append_evidence, judge, latest, open_judged, policy_json

POLICY = "policy.json"


def judge_run(folder: Path, policy: Policy, now: datetime) -> tuple[Evidence, ...]:
    """Judge a finished run and append the evidence; the ledger says that it was done. Returns the new evidence."""
    run = open_judged(folder, policy, now)
    found = judge(run, host=platform.node(), code=f"headwater {__version__}")
    kept = append_evidence(folder, found, run.manifest.hash)
    write_json(folder / POLICY, policy_json(policy))
    append_entry(
        folder, "checked", now.isoformat(), run.manifest.hash, policy=policy.name, policy_hash=policy.hash,
        evidence=sha256_file(folder / EVIDENCE), statuses=_counted(kept),
    )  # fmt: skip
    return kept


def judged_so(folder: Path, policy: Policy, manifest: str) -> bool:
    """Whether the newest evidence is of this manifest and policy, waivers and attestations included."""
    newest = latest(folder)
    same = bool(newest) and (newest[0].inputs["manifest"], newest[0].inputs["policy"]) == (manifest, policy.hash)
    return same and {(one.control, _said(one)) for one in newest} == {
        (control.id, _of(policy, control.id)) for control in policy.controls
    }


def _said(evidence: Evidence) -> str:
    return repr((evidence.waiver, evidence.attestation))


def _of(policy: Policy, control: str) -> str:
    waiver = next((one for one in policy.waivers if one.control == control), None)
    attested = max((o for o in policy.attestations if o.control == control), key=lambda one: one.date, default=None)
    return repr(tuple(one.model_dump(mode="json") if one else None for one in (waiver, attested)))


def _counted(evidence: Sequence[Evidence]) -> dict[str, int]:
    return {status: sum(one.status == status for one in evidence) for status in {one.status for one in evidence}}
