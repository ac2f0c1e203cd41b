"""The section on what mitigation changed and cost."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("mitigation", title="Before and after mitigation", order="35")
def mitigation(run: Run) -> StageData | None:
    """Every audited number before and after mitigation, who is better or worse off, and what it cost."""
    data = stage_data(run, run.main, "mitigation")
    return data if data.run else None
