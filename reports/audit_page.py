"""The page of one audit, for a program that holds its report and no run folder."""

from collections.abc import Mapping
from typing import Any

from ..core import StageReport
from .build import HEAVIEST, render_within
from .run import Run, Track, cards_of


def audit_page(report: StageReport, documents: Mapping[str, Mapping[str, Any]], *, title: str) -> str:
    """The page as text. ``documents`` are cards by id, as in :func:`build_report`; it is safe in the same way."""
    track = Track("", {"audit": report}, planned=("audit",))
    return render_within(Run(title, (track,), cards_of(documents)), HEAVIEST)
