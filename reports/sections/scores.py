"""The section on the evaluation of the model."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("scores", title="Scores", order="60")
def scores(run: Run) -> StageData:
    """Every score of the evaluation with interval, number of items and protocol."""
    return stage_data(run, run.main, "evaluation")
