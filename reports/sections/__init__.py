"""The sections of the report, one a file."""

from .answers import answers
from .base import SECTIONS, FindingLink, Section, StageData, stage_data
from .calibration import calibration
from .checklist import checklist
from .comparison import comparison
from .controls import controls
from .corpus_audit import corpus_audit
from .curation import curation
from .difference import difference
from .documents import documents
from .energy import energy
from .findings import findings
from .glossary import glossary
from .images import images
from .methods import methods
from .mitigation import mitigation
from .not_measured import not_measured
from .provenance import provenance
from .remedy import remedy
from .removal import removal
from .scores import scores
from .signatures import signatures
from .summary import summary
from .training import training
from .trend import trend, trend_runs, trend_scores
from .verdict import verdict

__all__ = [
    "SECTIONS",
    "FindingLink",
    "Section",
    "StageData",
    "answers",
    "calibration",
    "checklist",
    "comparison",
    "controls",
    "corpus_audit",
    "curation",
    "difference",
    "documents",
    "energy",
    "findings",
    "glossary",
    "images",
    "methods",
    "mitigation",
    "not_measured",
    "provenance",
    "remedy",
    "removal",
    "scores",
    "signatures",
    "stage_data",
    "summary",
    "training",
    "trend",
    "trend_runs",
    "trend_scores",
    "verdict",
]
