"""A run as a gate sees it: stage reports, manifest, ledger, times. Read once, changed by nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...core import (
    MANIFEST,
    Corpus,
    Manifest,
    Measurement,
    Score,
    StageReport,
    load_yaml,
    sha256_file,
)
from ..ledger import Entry, read_ledger
from ..run import TRACKS, Run, read_run, require_run
from .policy import Policy

LABELS = {"curation": "curate", "mitigation": "audit", "training": "train", "evaluation": "evaluate"}
"""Stages whose report and whose entry in the ledger have different names."""
LATER = "remedy"
"""Written beside a run that was finished: no manifest names it and no ledger says when."""


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
    changed: tuple[str, ...] = ()
    """Files that are gone or no longer what the manifest says."""

    @property
    def measured(self) -> datetime | None:
        """When the newest of its measurements were finished; None for a run without a ledger."""
        return max((when for when in self._times() if when), default=None)

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of its measurements was finished; None where that is unknown of one."""
        times = self._times()
        return None if not times or None in times else min(when for when in times if when)

    def measured_at(self, track: str, stage: str) -> datetime | None:
        """When a stage was finished. One that a killed process did is as old as the start of that process."""
        session = self._session(track, stage)
        if session is None:
            return None
        begun, finished = session
        did = _label(track, stage) in finished.data.get("ran", ())
        return datetime.fromisoformat(finished.time if did else begun.time)

    def begun_at(self, track: str, stage: str) -> Entry | None:
        """The entry with which the work began that ended with this stage; None where nobody knows."""
        session = self._session(track, stage)
        return session[0] if session else None

    def _times(self) -> list[datetime | None]:
        return [self.measured_at(track, report.stage) for track, report in self.reports()]

    def _session(self, track: str, stage: str) -> tuple[Entry, Entry] | None:
        """The first start and the end of the work that last did a stage.

        Work lasts from one ``run-finished`` to the next; processes that were killed in between leave only their start.
        A stage that no end names as done, but one as found in the cache, was done by a killed one.
        """
        label, begun, found = _label(track, stage), None, None
        for entry in self.ledger:
            if entry.event == "run-started":
                begun = begun or entry
            elif entry.event == "run-finished":
                known = label in entry.data.get("cached", ()) and found is None
                if begun and (label in entry.data.get("ran", ()) or known):
                    found = (begun, entry)
                begun = None
        return found

    def has(self, kind: str) -> bool:
        """Whether a track is of this modality, or of one that nobody knows."""
        return any(self.modality(track.name) in (None, kind) for track in self.run.tracks if track.stages)

    def modality(self, track: str) -> str | None:
        """``text``, ``image`` or ``table`` by the track's corpus; None where it has none."""
        corpus = self.corpus(track)
        return corpus.modality if corpus is not None and corpus.schema.names else None

    def corpus(self, track: str) -> Corpus | None:
        """The curated corpus of a track; None where there is none."""
        folder = self.folder / track / "corpus"
        return Corpus(folder) if (folder / MANIFEST).is_file() else None

    def tracks(self) -> list[str]:
        """The names of the tracks that were run."""
        return [track.name for track in self.run.tracks if track.stages]

    def reports(self) -> Iterator[tuple[str, StageReport]]:
        """Track and report of every stage of the run."""
        return ((track.name, report) for track, report in self.run.stages() if report.stage != LATER)

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
    require_run(folder, finished=True)
    config = load_yaml(folder / "config.yaml").values
    run = read_run(folder, str(config.get("title") or ""), {}, {}, TRACKS)
    manifest = Manifest.load(folder)
    changed = tuple(
        name
        for name, digest in manifest.files.items()
        if not (folder / name).is_file() or sha256_file(folder / name) != digest
    )
    ledger = tuple(read_ledger(folder))
    return JudgedRun(folder, run, manifest, config, ledger, policy, now.astimezone(UTC), changed)


def _label(track: str, stage: str) -> str:
    return f"{track} {LABELS.get(stage, stage)}".strip()
