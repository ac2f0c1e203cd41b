"""The sections of the report, one a file."""

from .base import SECTIONS, FindingLink, Section, StageData, stage_data
from .calibration import calibration
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
from .mitigation import mitigation
from .not_measured import not_measured
from .provenance import provenance
from .remedy import remedy
from .scores import scores
from .signatures import signatures
from .summary import summary
from .training import training

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
    "difference",
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
    "signatures",
    "stage_data",
    "summary",
    "training",
]
