"""The section on a remedy: the finding before and after, and what it cost."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("remedy", title="Remedy: before and after", order="08")
def remedy(run: Run) -> StageData | None:
    """A finding before and after the corpus was patched for it, on the same items, and what else changed."""
    data = stage_data(run, run.main, "remedy")
    return data if data.run else None
