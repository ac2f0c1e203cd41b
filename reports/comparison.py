"""The page of a comparison of runs, which stands apart from them."""

from pathlib import Path

from ..core import StageReport, write_text
from .build import HEAVIEST, render_within
from .run import Run, Track


def build_comparison(report: StageReport, path: Path, *, title: str) -> Path:
    """Write the page to ``path`` and return it; it is laid out like the report of a run, and as safe."""
    path = Path(path)
    write_text(path, render_within(Run(title, (Track("", {"comparison": report}),)), HEAVIEST))
    return path
