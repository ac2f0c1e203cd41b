"""A run held against a policy: every measurement against its limit, every control by the worst of its parts.

The whole interval decides. It passes where all of it lies on the good side and fails where all of it lies on the bad
side; a limit inside it is inconclusive. What was not measured never passes.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ...core import SEVERITIES, NotMeasured, Score, sha256
from .checks import CHECKS
from .evidence import Evidence, Part
from .judged_run import JudgedRun, Measured
from .policy import Attestation, Control, Handling, Limit, Waiver, duration
from .statuses import Status, worst

HANDLED: dict[Handling, bool] = {"block": True, "warn": False, "allow": False}


def judge(run: JudgedRun, host: str = "", code: str = "") -> tuple[Evidence, ...]:
    """Evidence for each control of the run's policy, in its order; not yet bound into a chain."""
    shared: dict[str, Any] = {
        "policy": run.policy.name,
        "inputs": _inputs(run),
        "seed": run.manifest.seed,
        "code": code,
        "host": host,
        "measured": run.measured.isoformat() if run.measured else "",
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
    attestation = _newest(run.policy.attestations, control.id)
    parts: tuple[Part, ...] = ()
    if control.kind == "attestation":
        status, reason = _attested(attestation, run.now.date())
    else:
        parts = tuple(part for limit in control.checks for part in hold(run, limit))
        status, reason = _summed(control, parts)
        if control.kind == "reviewed" and status == "pass":
            accepted, why = _attested(attestation, run.now.date())
            if accepted != "pass":
                status, reason = "warn", f"measured and within its limits; its meaning is {why}"
    if status == "fail" and control.severity == "low":
        status = "warn"
    waiver = next((one for one in run.policy.waivers if one.control == control.id), None)
    status, reason = _waived(waiver, status, reason, run.now.date())
    return Evidence(
        control.id, control.title, control.kind, control.severity, status, reason, _blocks(control, status), parts,
        claim=control.text, mapping=dict(control.mapping),
        waiver=waiver.model_dump(mode="json") if waiver else None,
        attestation=attestation.model_dump(mode="json") if attestation else None,
    )  # fmt: skip


def _newest(attestations: Iterable[Attestation], control: str) -> Attestation | None:
    return max((one for one in attestations if one.control == control), key=lambda one: one.date, default=None)


def _attested(attestation: Attestation | None, today: date) -> tuple[Status, str]:
    if attestation is None:
        return "not_measured", "unverified until attested"
    if attestation.expires < today:
        return "stale", f"attested by {attestation.person} ({attestation.role}), expired on {attestation.expires}"
    return (
        "pass",
        f"attested by {attestation.person} ({attestation.role}) on {attestation.date}: {attestation.evidence}",
    )


def _waived(waiver: Waiver | None, status: Status, reason: str, today: date) -> tuple[Status, str]:
    """A waiver turns what is not a pass into ``waived``, and nothing after its last day."""
    if waiver is None or status in ("pass", "warn"):
        return status, reason
    if waiver.expires < today:
        return status, f"{reason}; its waiver ended on {waiver.expires} (owner {waiver.owner})"
    if waiver.granted > today:
        return status, f"{reason}; its waiver begins on {waiver.granted}"
    return "waived", f"waived until {waiver.expires} by {waiver.approver}, owner {waiver.owner}: {reason}"


def _blocks(control: Control, status: Status) -> bool:
    if status in ("fail", "stale"):
        return control.severity != "low"
    if status == "not_measured":
        return HANDLED[control.if_not_measured]
    return status == "inconclusive" and HANDLED[control.if_inconclusive]


def _summed(control: Control, parts: Sequence[Part]) -> tuple[Status, str]:
    """The worst part, and what it says; how many of its kind stand beside it."""
    if not control.checks:
        return "not_measured", "no metric of this version measures it"
    status = worst(part.status for part in parts)
    same = [part for part in parts if part.status == status]
    if status == "pass":
        return status, f"{len(parts)} of {len(parts)} within their limits" if len(parts) > 1 else parts[0].reason
    more = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
    return status, f"{same[0].name}: {same[0].reason}{more}" if same else "nothing was looked at"


def hold(run: JudgedRun, limit: Limit) -> list[Part]:
    """Every measurement that a limit is about, held against it."""
    if limit.findings:
        return [_findings(run, limit)]
    if limit.check:
        found = [Measured("", "", one) for one in CHECKS.get(limit.check)(run)]
        bounded = limit.at_most is not None or limit.at_least is not None
        limit = limit if bounded else limit.model_copy(update={"at_least": 1.0})
    else:
        found = [one for one in run.scores(limit.metric or "") if _concerns(limit, one)]
    if not found:
        return [Part(limit.name, "not_measured", _absent(run, limit))]
    scores = [one for one in found if isinstance(one.score, Score)]
    gaps = [one for one in found if isinstance(one.score, NotMeasured)]
    kept = [*scores, *gaps] if limit.every_slice or not scores else scores
    return [_part(run, limit, one) for one in kept]


def _concerns(limit: Limit, one: Measured) -> bool:
    fits = all(one.score.slice.get(key) == value for key, value in limit.slice.items())
    return fits and limit.track in (None, one.track)


def _absent(run: JudgedRun, limit: Limit) -> str:
    stages = {report.stage for _, report in run.reports()}
    if not stages & {"evaluation", "audit"}:
        return "neither audit nor evaluation was run"
    where = f" with {', '.join(f'{key} {value}' for key, value in limit.slice.items())}" if limit.slice else ""
    return f"this run did not measure it{where}; 'headwater explain {limit.name}' tells what it takes"


def _part(run: JudgedRun, limit: Limit, one: Measured) -> Part:
    if isinstance(one.score, NotMeasured):
        return Part(
            one.score.metric, "not_measured", one.score.reason, one.track, one.stage, slice=dict(one.score.slice)
        )
    status, reason = _held(one.score, limit)
    old = _too_old(run, limit)
    if old and status != "fail":
        status, reason = "stale", old
    needed = more_needed(one.score, limit) if status == "inconclusive" else None
    if needed:
        reason += f"; about {needed:,} more items would settle it"
    threshold = limit.at_most if limit.at_most is not None else limit.at_least
    direction = "" if threshold is None else "at most" if limit.at_most is not None else "at least"
    return Part.of(
        one.score, status, reason=reason, track=one.track, stage=one.stage, direction=direction, threshold=threshold,
        needed=needed,
    )  # fmt: skip


def _held(score: Score, limit: Limit) -> tuple[Status, str]:
    if score.n < limit.minimum_n:
        return "inconclusive", f"n is {score.n:,}, and the policy asks for {limit.minimum_n:,}"
    if limit.at_most is None and limit.at_least is None:
        return "pass", "measured"
    low, high = score.low, score.high
    if low is None or high is None:
        if not limit.exact:
            return (
                "inconclusive",
                f"no interval ({score.interval or 'undefined'}), so it cannot be held against a limit",
            )
        low = high = score.value
    if limit.at_most is not None:
        good, bad, word, end = high <= limit.at_most, low > limit.at_most, "at most", limit.at_most
    else:
        end = limit.at_least if limit.at_least is not None else -math.inf
        good, bad, word = low >= end, high < end, "at least"
    if good:
        return "pass", f"the whole interval is {word} {end:g}"
    if bad:
        return "fail", f"the whole interval misses {word} {end:g}"
    return "inconclusive", f"the limit {end:g} lies inside the interval"


def more_needed(score: Score, limit: Limit) -> int | None:
    """About how many more items would take the limit out of the interval, if the value stays: its width goes with
    1 / sqrt(n). None where the value stands on the limit or there is no interval."""
    end = limit.at_most if limit.at_most is not None else limit.at_least
    if end is None:
        return limit.minimum_n - score.n if score.n < limit.minimum_n else None
    if score.low is None or score.high is None or score.value == end:
        return limit.minimum_n - score.n if score.n < limit.minimum_n else None
    reach = score.high - score.value if end > score.value else score.value - score.low
    wanted = score.n * (reach / abs(score.value - end)) ** 2
    return max(limit.minimum_n, math.ceil(min(wanted, 1e12))) - score.n if wanted > score.n else None


def _too_old(run: JudgedRun, limit: Limit) -> str:
    allowed = limit.maximum_age or run.policy.maximum_age
    if allowed is None:
        return ""
    if run.measured is None:
        return f"nobody knows when it was measured (no ledger), and the policy allows {allowed}"
    age = run.now - run.measured
    return (
        f"measured {age // timedelta(days=1)} days ago, and the policy allows {allowed}"
        if age > duration(allowed)
        else ""
    )


def _findings(run: JudgedRun, limit: Limit) -> Part:
    """Absent findings pass only where what would have made them was measured."""
    counted = SEVERITIES[: SEVERITIES.index(limit.severity) + 1]
    found = [
        (track, report.stage, finding)
        for track, report in run.reports()
        for finding in report.findings
        if finding.code.startswith(limit.findings) and finding.severity in counted
        and limit.track in (None, track)
    ]  # fmt: skip
    if found:
        track, stage, first = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return Part(first.code, "fail", f"{first.title}{more}", track, stage)
    if limit.needs and not any(isinstance(one.score, Score) for one in run.scores(limit.needs)):
        return Part(limit.name, "not_measured", f"{limit.needs} was not measured, so nothing could be found")
    old = _too_old(run, limit)
    return Part(limit.name, "stale" if old else "pass", old or "no such finding")
