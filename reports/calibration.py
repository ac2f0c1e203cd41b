"""The page of a calibration, which stands apart from runs."""

from pathlib import Path

from ..core import StageReport, write_text
from .build import HEAVIEST, render_within
from .run import Run, Track

FILE, PAGE = "calibration.json", "calibration.html"


def build_calibration(report: StageReport, folder: Path, *, title: str) -> Path:
    """Write ``calibration.json`` and ``calibration.html`` into ``folder`` and return the path of the page.

    The page is laid out like the report of a run, and is safe in the same way: one file that loads nothing.
    """
    folder = Path(folder)
    report.save(folder / FILE)
    run = Run(title, (Track("", {"calibration": report}),))
    write_text(folder / PAGE, render_within(run, HEAVIEST))
    return folder / PAGE
