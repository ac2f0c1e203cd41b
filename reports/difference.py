"""The page of what changed between two runs, which stands apart from them."""

from pathlib import Path

from ..core import StageReport, write_text
from .build import HEAVIEST, render_within
from .run import Run, Track


def build_difference(report: StageReport, path: Path, *, title: str, language: str = "en") -> Path:
    """Write the page to ``path`` and return it; it is laid out like the report of a run, and as safe."""
    path = Path(path)
    write_text(path, render_within(Run(title, (Track("", {"difference": report}),), language=language), HEAVIEST))
    return path
