"""A run as a gate sees it: stage reports, manifest, ledger, times. Read once, changed by nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ...core import IncompleteError, InputError, Manifest, Measurement, Score, StageReport
from ..ledger import Entry, read_ledger
from ..run import Run, read_run
from .policy import Policy

TRACKS = ("", "images")


@dataclass(frozen=True, slots=True)
class Measured:
    """A score or its absence, and where it was made."""

    track: str
    stage: str
    score: Measurement


@dataclass(frozen=True)
class JudgedRun:
    """A run folder that is judged by ``policy`` at the time ``now`` (UTC)."""

    folder: Path
    run: Run
    manifest: Manifest
    config: Mapping[str, Any]
    ledger: tuple[Entry, ...]
    policy: Policy
    now: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def measured(self) -> datetime | None:
        """When the newest of its measurements were finished; None for a run without a ledger."""
        finished = self._finished()
        return datetime.fromisoformat(finished[-1].time) if finished else None

    @property
    def begun(self) -> Entry | None:
        """The entry with which the work on these measurements began: the first since the ones before were finished."""
        finished = self._finished()
        if not finished:
            return None
        before = finished[-2].number if len(finished) > 1 else 0
        return next((e for e in self.ledger if e.event == "run-started" and e.number > before), None)

    def _finished(self) -> list[Entry]:
        """The ends of runs in which something was done; where all came from the cache, nothing was measured."""
        return [entry for entry in self.ledger if entry.event == "run-finished" and entry.data.get("ran")]

    def reports(self) -> Iterator[tuple[str, StageReport]]:
        """Track and report of every stage."""
        return ((track.name, report) for track, report in self.run.stages())

    def report(self, stage: str, track: str = "") -> StageReport | None:
        """One stage of a track; None where it was not run."""
        return next((one.stages.get(stage) for one in self.run.tracks if one.name == track), None)

    def scores(self, metric: str) -> list[Measured]:
        """Everything measured under a name, in all tracks and stages."""
        return [
            Measured(track, report.stage, score)
            for track, report in self.reports()
            for score in report.scores
            if score.metric == metric
        ]

    def value(self, metric: str) -> Score | None:
        """The first score of a metric that has no slice, or else the first one."""
        found = [one.score for one in self.scores(metric) if isinstance(one.score, Score)]
        return next((score for score in found if not score.slice), found[0] if found else None)


def open_judged(folder: Path, policy: Policy, now: datetime) -> JudgedRun:
    """Read a finished run folder. Raises :class:`InputError`, :class:`IncompleteError` or :class:`IntegrityError`."""
    if not (folder / "config.yaml").is_file():
        raise InputError(f"{folder}: not a run folder (no config.yaml); 'headwater run CONFIG --out DIR' makes one")
    if not (folder / "manifest.json").is_file():
        raise IncompleteError(f"{folder}: the run has not come to its end; 'headwater run {folder}' goes on with it")
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    run = read_run(folder, config.get("title", ""), {}, {}, TRACKS)
    return JudgedRun(
        folder, run, Manifest.load(folder), config, tuple(read_ledger(folder)), policy, now.astimezone(UTC)
    )
