"""The sections of the report, one a file."""

from .base import SECTIONS, FindingLink, Section, StageData, stage_data
from .calibration import calibration
from .comparison import comparison
from .controls import controls
from .corpus_audit import corpus_audit
from .curation import curation
from .documents import documents
from .energy import energy
from .findings import findings
from .glossary import glossary
from .images import images
from .mitigation import mitigation
from .not_measured import not_measured
from .provenance import provenance
from .remedy import remedy
from .scores import scores
from .summary import summary
from .training import training
from .trend import trend, trend_runs, trend_scores

__all__ = [
    "SECTIONS",
    "FindingLink",
    "Section",
    "StageData",
    "calibration",
    "comparison",
    "controls",
    "corpus_audit",
    "curation",
    "documents",
    "energy",
    "findings",
    "glossary",
    "images",
    "mitigation",
    "not_measured",
    "provenance",
    "remedy",
    "scores",
    "stage_data",
    "summary",
    "training",
    "trend",
    "trend_runs",
    "trend_scores",
]
