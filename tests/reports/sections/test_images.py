from headwater.core import Gallery
from headwater.reports.run import Run, Track
from headwater.reports.sections import images

from ..fixtures import image_stages


def test_the_stages_of_the_other_tracks_are_shown_and_the_missing_ones_named() -> None:
    found = images(Run("t", (Track(""), Track("images", image_stages()))))
    assert found is not None
    (track,) = found.tracks
    assert [stage.stage for stage in track.stages] == ["curation", "evaluation"]
    assert track.missing == ("audit", "training")
    assert isinstance(track.stages[0].exhibits[0], Gallery)


def test_a_run_of_texts_alone_has_no_image_track() -> None:
    assert images(Run("t", (Track(""),))) is None
