"""One self-contained HTML page from the stage reports of a run folder, and the same data as JSON."""

from .audit_page import audit_page
from .build import build_report
from .calibration import build_calibration
from .cards import DocumentCard
from .comparison import build_comparison
from .run import PlacedFinding, PlacedScore, Run, Track
from .sections import SECTIONS, FindingLink, Section, StageData, stage_data

__all__ = [
    "SECTIONS",
    "DocumentCard",
    "FindingLink",
    "PlacedFinding",
    "PlacedScore",
    "Run",
    "Section",
    "StageData",
    "Track",
    "audit_page",
    "build_calibration",
    "build_comparison",
    "build_report",
    "stage_data",
]
