"""The section on the difference of two runs."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("difference", title="What changed", order="15")
def difference(run: Run) -> StageData | None:
    """What changed from one run to another: the gate, findings, paired scores, documents, configuration, code."""
    data = stage_data(run, run.main, "difference")
    return data if data.run else None
