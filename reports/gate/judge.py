"""A run held against a policy: every measurement against its limit, every control by the worst of its parts.

The whole interval decides. It passes where all of it lies on the good side and fails where all of it lies on the bad
side; a limit inside it is inconclusive. What was not measured never passes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...core import sha256
from .evidence import Evidence, Part
from .held import hold
from .judged_run import JudgedRun
from .policy import Control, Handling
from .said import attestation_of, attested, waived, waiver_of
from .statuses import Status, worst


def judge(run: JudgedRun, host: str = "", code: str = "") -> tuple[Evidence, ...]:
    """Evidence for each control of the run's policy, in its order; not yet bound into a chain."""
    shared: dict[str, Any] = {
        "policy": run.policy.name,
        "inputs": _inputs(run),
        "seed": run.manifest.seed,
        "code": code,
        "host": host,
        "judged": run.now.isoformat(),
    }
    return tuple(replace(_control(run, control), **shared) for control in run.policy.controls)


def _inputs(run: JudgedRun) -> dict[str, str]:
    files = run.manifest.files
    model = sha256("".join(files[name] for name in sorted(files) if "checkpoint/" in name).encode())
    data = {f"data ({track})": digest for track, digest in run.manifest.parents.items()}
    return {
        "manifest": run.manifest.hash,
        **data,
        "model": model if any("checkpoint/" in name for name in files) else "",
        "configuration": run.manifest.config_hash,
        "policy": run.policy.hash,
    }


def _control(run: JudgedRun, control: Control) -> Evidence:
    today = run.now.date()
    attestation = attestation_of(run.policy.attestations, control.id, today)
    parts: tuple[Part, ...] = ()
    if control.kind == "attestation":
        status, reason = attested(attestation, today)
    else:
        parts = tuple(part for limit in control.checks for part in hold(run, limit))
        status, reason = summed(control, parts)
        if control.kind == "reviewed" and status == "pass":
            accepted, why = attested(attestation, today)
            meaning = "accepted" if accepted == "pass" else "not accepted by a person yet"
            status, reason = ("pass" if accepted == "pass" else "warn"), f"{reason}; its meaning is {meaning}: {why}"
    if status == "fail" and control.severity == "low":
        status, reason = "warn", f"{reason} (severity low: it only warns)"
    waiver = waiver_of(run.policy.waivers, control.id, today)
    status, reason = waived(waiver, status, reason, today)
    return Evidence(
        control.id, control.title, control.kind, control.severity, status, reason, handling(control, status) == "block",
        parts, claim=control.text, mapping=dict(control.mapping), measured=_measured(run, parts), area=control.area,
        handling=handling(control, status), waiver=waiver.model_dump(mode="json") if waiver else None,
        attestation=attestation.model_dump(mode="json") if attestation else None,
    )  # fmt: skip


def handling(control: Control, status: Status) -> Handling:
    """What a control of this status does to the gate: it blocks it, warns, or lets it be."""
    if status == "fail":
        return "block"
    if status == "stale":
        return "warn" if control.severity == "low" else "block"
    if status == "not_measured":
        return control.if_not_measured
    if status == "inconclusive":
        return control.if_inconclusive
    return "warn" if status == "warn" else "allow"


def _measured(run: JudgedRun, parts: Sequence[Part]) -> str:
    """When the oldest of the measurements was finished; empty where nobody knows."""
    times: list[datetime] = []
    for track, stage in sorted({(part.track, part.stage) for part in parts if part.stage}):
        when = run.measured_at(track, stage)
        if when is None:
            return ""
        times.append(when)
    when = min(times, default=run.measured)
    return when.isoformat() if when else ""


def summed(control: Control, parts: Sequence[Part]) -> tuple[Status, str]:
    """The worst part, and what it says; how many of its kind stand beside it."""
    if not control.checks:
        return "not_measured", control.unmeasured or "nothing of this version measures it"
    if not parts:
        kinds = sorted({limit.modality for limit in control.checks if limit.modality})
        return "not_measured", f"it is held for {' and '.join(kinds)} only, and this run has none"
    status = worst(part.status for part in parts)
    same = [part for part in parts if part.status == status]
    if status == "pass":
        return status, f"{len(parts)} of {len(parts)} within their limits" if len(parts) > 1 else parts[0].reason
    more = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
    return status, f"{same[0].name}: {same[0].reason}{more}"
