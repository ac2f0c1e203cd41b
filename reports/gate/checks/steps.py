"""What the stage reports say of curation."""

from collections.abc import Mapping
from typing import Any

from ..judged_run import JudgedRun


def counts_of(run: JudgedRun, track: str) -> list[Mapping[str, Any]]:
    """The record of every step of a track's curation: in, kept, edited, removed, quarantined, tallies."""
    report = run.report("curation", track)
    found = report.detail.get("steps", []) if report else []
    return [step for step in found if isinstance(step, Mapping)] if isinstance(found, list | tuple) else []


def steps_of(run: JudgedRun, track: str) -> list[str]:
    """The names of the steps that ran, in order."""
    return [str(step.get("step", "")) for step in counts_of(run, track)]
