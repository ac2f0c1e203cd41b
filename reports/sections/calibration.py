"""The section on calibration."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("calibration", title="Calibration", order="15")
def calibration(run: Run) -> StageData | None:
    """What each threshold would remove, at the published value and at others, with examples on both sides."""
    data = stage_data(run, run.main, "calibration")
    return data if data.run else None
