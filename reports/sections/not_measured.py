"""What nobody knows after this run, and why."""

from dataclasses import dataclass

from ...core import NotMeasured
from ..run import Run, Track
from .base import SECTIONS

COMMANDS = {"curation": "curate", "audit": "audit", "training": "train", "evaluation": "evaluate"}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that was not measured."""

    what: str
    where: str
    slice: str
    reason: str

    @property
    def whole(self) -> str:
        """The stage, where all of it was not run."""
        return next((stage for stage in COMMANDS if self.reason == _not_run(stage)), "")


@dataclass(frozen=True, slots=True)
class NotMeasuredData:
    """All gaps: stages that were not run, then scores that could not be computed."""

    gaps: tuple[Gap, ...]

    @property
    def badge(self) -> int:
        """The number beside the section's name."""
        return len(self.gaps)


@SECTIONS.register("not-measured", title="Not measured", order="80")
def not_measured(run: Run) -> NotMeasuredData:
    """Everything that was not run or could not be computed, each with its reason. None of it counts as a pass."""
    return NotMeasuredData(gaps(run))


def gaps(run: Run) -> tuple[Gap, ...]:
    """Stages that were not run and scores that could not be computed."""
    stages = [
        Gap(f"the whole {_where(track.name, stage)} stage", _where(track.name, stage), "", _not_run(stage))
        for track in run.tracks
        if _wanted(track)
        for stage in track.missing
    ]
    scores = [
        Gap(placed.score.metric, _where(placed.track, placed.stage), _slice(placed.score), placed.score.reason)
        for placed in run.scores()
        if isinstance(placed.score, NotMeasured)
    ]
    return (*stages, *dict.fromkeys(scores))


def _not_run(stage: str) -> str:
    return f"the stage was not run; 'headwater {COMMANDS[stage]}' runs it"


def _wanted(track: Track) -> bool:
    return not track.name or bool(track.stages)


def _where(track: str, stage: str) -> str:
    return f"{track} {stage}".strip()


def _slice(score: NotMeasured) -> str:
    return " · ".join(f"{key}: {value}" for key, value in score.slice.items())
