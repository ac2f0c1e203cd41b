"""A finished run as the report sees it: stage reports by track, cards of documents, provenance."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import (
    MANIFEST,
    SEVERITIES,
    EnergyUse,
    Finding,
    HeadwaterError,
    IncompleteError,
    InputError,
    IntegrityError,
    NotMeasured,
    Score,
    StageReport,
)
from .cards import DocumentCard

if TYPE_CHECKING:
    from .gate import Evidence
    from .ledger import Entry
    from .signing import Signature

STAGES = ("curation", "audit", "training", "evaluation")
OPTIONAL = ("mitigation", "remedy")
TRACKS = ("", "images")
APART = ("calibration", "comparison", "difference", "trend")
"""Stages of pages of their own, which are about no run or about several."""


@dataclass(frozen=True, slots=True)
class Track:
    """The stages of one corpus and its model. The main track has an empty name.

    ``planned`` are the stages that its configuration asks for: an audit of data plans no training.
    """

    name: str
    stages: Mapping[str, StageReport] = field(default_factory=dict)
    planned: tuple[str, ...] = STAGES

    @property
    def apart(self) -> tuple[str, ...]:
        """The stages that stand apart from runs, where there is nothing else."""
        found = tuple(stage for stage in APART if stage in self.stages)
        return found if len(found) == len(self.stages) else ()

    @property
    def expected(self) -> tuple[str, ...]:
        """The stages that were planned or run; where there is nothing but one that stands apart from runs, that one."""
        return self.apart or tuple(stage for stage in STAGES if stage in self.planned or stage in self.stages)

    @property
    def missing(self) -> tuple[str, ...]:
        """The stages that were not run."""
        return tuple(stage for stage in self.expected if stage not in self.stages)


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding with where it was made, and the anchor under which the page shows it."""

    anchor: str
    track: str
    stage: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class PlacedScore:
    """A score (or its absence) with where it was made."""

    track: str
    stage: str
    score: Score | NotMeasured


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one report is made from. ``energy`` by track varies from run to run and is for the page only.

    ``evidence`` is the newest judgement, ``ledger`` what happened to the run, ``signatures`` who signed it; each
    empty where there is none.
    """

    title: str
    tracks: tuple[Track, ...]
    documents: Mapping[str, DocumentCard] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    energy: Mapping[str, EnergyUse] = field(default_factory=dict)
    evidence: tuple["Evidence", ...] = ()
    ledger: tuple["Entry", ...] = ()
    signatures: tuple["Signature", ...] = ()
    language: str = "en"
    _placed: list[PlacedFinding] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def main(self) -> Track:
        """The track without a name; empty where it was not asked for."""
        return next((track for track in self.tracks if not track.name), Track(""))

    def stages(self) -> Iterator[tuple[Track, StageReport]]:
        """Every stage report, by track and then in the order of the stages."""
        for track in self.tracks:
            for stage in (*APART, *STAGES, *OPTIONAL):
                if stage in track.stages:
                    yield track, track.stages[stage]

    def findings(self) -> tuple[PlacedFinding, ...]:
        """All findings, the most severe first."""
        if not self._placed:  # many sections ask, and there may be ten thousand
            self._placed.extend(self._place_findings())
        return tuple(self._placed)

    def _place_findings(self) -> Iterator[PlacedFinding]:
        found = [
            (SEVERITIES.index(finding.severity), finding.code, track.name, report.stage, finding)
            for track, report in self.stages()
            for finding in report.findings
        ]
        found.sort(key=lambda row: row[:2])
        taken: dict[str, int] = {}
        for _, code, track, stage, finding in found:
            yield PlacedFinding(_anchor(code, taken), track, stage, finding)

    def scores(self) -> tuple[PlacedScore, ...]:
        """All scores of all stages in their order."""
        return tuple(
            PlacedScore(track.name, report.stage, score) for track, report in self.stages() for score in report.scores
        )


def require_run(folder: Path, finished: bool = False) -> None:
    """Raise :class:`InputError` where a folder is no run, :class:`IncompleteError` where it has to be ``finished``."""
    if not (folder / "config.yaml").is_file():
        raise InputError(f"{folder}: not a run folder (no config.yaml); 'headwater run CONFIG --out DIR' makes one")
    if finished and not (folder / MANIFEST).is_file():
        raise IncompleteError(f"{folder}: the run has not come to its end; 'headwater run {folder}' goes on with it")


def read_run(
    folder: Path,
    title: str,
    documents: Mapping[str, Mapping[str, Any]],
    provenance: Mapping[str, Any],
    tracks: Sequence[str],
    planned: Mapping[str, Sequence[str]] | None = None,
    energy: Mapping[str, EnergyUse] | None = None,
) -> Run:
    """Read the stage reports of ``folder``; a file that is not one raises :class:`IntegrityError`.

    ``planned`` names the stages of each track; a track that it leaves out plans all of them.
    """
    found = tuple(Track(name, _read_stages(folder / name), tuple((planned or {}).get(name, STAGES))) for name in tracks)
    return Run(title, found, cards_of(documents), dict(provenance), dict(energy or {}))


def cards_of(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, DocumentCard]:
    """Cards by document id, in the order of the ids."""
    return {id: DocumentCard.from_json(id, documents[id]) for id in sorted(documents)}


def is_control(score: Score | NotMeasured, stage: str = "audit") -> bool:
    """Whether a score tells how well a detector finds what was planted for it; those of an evaluation never do."""
    return "detector" in score.slice and stage != "evaluation"


def _read_stages(folder: Path) -> dict[str, StageReport]:
    paths = {stage: folder / f"{stage}.json" for stage in (*STAGES, *OPTIONAL)}
    return {stage: _read(path) for stage, path in paths.items() if path.is_file()}


def _read(path: Path) -> StageReport:
    try:
        report = replace(StageReport.load(path), stage=path.stem)
        unknown = {finding.severity for finding in report.findings} - set(SEVERITIES)
    except HeadwaterError as error:
        told = str(error)
        raise IntegrityError(told if told.startswith(str(path)) else f"{path}: {told}") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise IntegrityError(f"{path}: not a stage report ({error!r}); run the stage again") from None
    if unknown:
        raise IntegrityError(f"{path}: unknown severity {sorted(map(str, unknown))[0]!r}; run the stage again")
    return report


def _anchor(code: str, taken: dict[str, int]) -> str:
    """``finding-hw-m001``, then ``finding-hw-m001-2``; ``taken`` holds every anchor with the last number after it."""
    slug = "finding-" + (re.sub(r"[^a-z0-9]+", "-", code.lower())[:40].strip("-") or "without-code")
    anchor = slug
    while anchor in taken:
        taken[slug] += 1
        anchor = f"{slug}-{taken[slug]}"
    taken[anchor] = 1
    return anchor
