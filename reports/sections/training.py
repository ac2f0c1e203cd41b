"""The section on training."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("training", title="Training", order="50")
def training(run: Run) -> StageData:
    """The training run: facts, loss curves and scores."""
    return stage_data(run, run.main, "training")
