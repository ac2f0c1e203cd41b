"""The section on curation."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("curation", title="Curation", order="20")
def curation(run: Run) -> StageData:
    """What was kept, edited, removed and quarantined, by step, source, licence and language."""
    return stage_data(run, run.main, "curation")
