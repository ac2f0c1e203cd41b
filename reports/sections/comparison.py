"""The section on comparison."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("comparison", title="Comparison", order="15")
def comparison(run: Run) -> StageData | None:
    """Which of two sides is better in each score, on the items that both have, and how sure that is."""
    data = stage_data(run, run.main, "comparison")
    return data if data.run else None
