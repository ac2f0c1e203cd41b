"""The tracks beside the main one: usually the images."""

from dataclasses import dataclass

from ..run import OPTIONAL, STAGES, Run
from .base import SECTIONS, StageData, stage_data


@dataclass(frozen=True, slots=True)
class TrackData:
    """The stages of one track that were run, and the names of those that were not."""

    name: str
    stages: tuple[StageData, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Images:
    """Every track but the main one."""

    tracks: tuple[TrackData, ...]


@SECTIONS.register("images", title="Images", order="70")
def images(run: Run) -> Images | None:
    """The image track from curation to evaluation, with real and generated pictures side by side."""
    tracks = [track for track in run.tracks if track.name]
    if not tracks:
        return None
    return Images(
        tuple(
            TrackData(
                track.name,
                tuple(stage_data(run, track, stage) for stage in (*STAGES, *OPTIONAL) if stage in track.stages),
                track.missing,
            )
            for track in tracks
        )
    )
