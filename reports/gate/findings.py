"""What a judgement found of the run as a whole, before any control: codes HW-G."""

from collections.abc import Iterator, Sequence

from ...core import Finding, Score
from ...curate import redact
from .checks.policy_before_results import policy_before_results
from .evidence import Evidence
from .judged_run import JudgedRun

NEWER, CHANGED, ENDED = "HW-G001", "HW-G002", "HW-G003"
SHOWN = 10


def gate_findings(run: JudgedRun, evidence: Sequence[Evidence]) -> tuple[Finding, ...]:
    """A policy that is newer than its run, files that were changed, waivers that ended."""
    return (*_changed(run), *_newer(run), *_ended(run, evidence))


def _newer(run: JudgedRun) -> Iterator[Finding]:
    for one in policy_before_results(run):
        if isinstance(one, Score) and one.value < 1:
            yield Finding(
                NEWER,
                "high",
                "The policy is newer than the run that it judges",
                f"{one.n - round(one.value * one.n)} of {one.n} stages were begun before the policy was set "
                f"({one.slice.get('basis', '')}). Limits that are set after the results can be made to fit them.",
                "Name the policy in the config (policy:) and run again into a new folder: the ledger then shows that "
                "the limits came first.",
                scores=(one,),
            )


def _changed(run: JudgedRun) -> Iterator[Finding]:
    if run.changed:
        more = f" and {len(run.changed) - SHOWN} more" if len(run.changed) > SHOWN else ""
        yield Finding(
            CHANGED,
            "high",
            f"Files of the run were changed after it was finished: {len(run.changed)}",
            f"{', '.join(redact(name) for name in run.changed[:SHOWN])}{more}: gone, or no longer what manifest.json "
            "says. No number of this judgement can be trusted.",
            "Take the folder from a copy that verifies, or run again.",
        )


def _ended(run: JudgedRun, evidence: Sequence[Evidence]) -> Iterator[Finding]:
    today = run.now.date().isoformat()
    ended = [one.control for one in evidence if one.waiver and one.waiver["expires"] < today and one.status != "pass"]
    if ended:
        yield Finding(
            ENDED,
            "medium",
            f"A waiver has ended, and what it waived is still there: {', '.join(ended)}",
            "A waiver gives time to mend something. That time is over, and the control counts again.",
            "Mend it, or have a new waiver approved by someone else than its owner.",
        )
