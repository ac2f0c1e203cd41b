"""One self-contained HTML page from the stage reports of a run folder, and the same data as JSON."""

from .audit_page import audit_page
from .build import build_report
from .calibration import build_calibration
from .cards import DocumentCard
from .catalogue import Catalogue
from .comparison import build_comparison
from .difference import build_difference
from .exports import EXPORTERS, ExportedRun, Exporter, open_exported
from .exports.governance import DATASHEET_FIELDS, Governance, missing_facts, stated
from .exports.governance import known_keys as governance_keys
from .gate import (
    CHECKS,
    EVIDENCE,
    STATUSES,
    Attestation,
    Control,
    Evidence,
    JudgedRun,
    Part,
    Policy,
    Waiver,
    append_evidence,
    exit_code,
    judge,
    latest,
    load_policy,
    open_judged,
    pack_names,
    policy_json,
    read_evidence,
)
from .hidden import visible
from .history import DATABASE, Change, accept, check_index, detect, index_runs, open_history, reindex
from .ledger import LEDGER, Entry, append_entry, head, read_ledger
from .run import PlacedFinding, PlacedScore, Run, Track
from .sections import SECTIONS, FindingLink, Section, StageData, stage_data
from .style import page_style

__all__ = [
    "CHECKS",
    "DATABASE",
    "DATASHEET_FIELDS",
    "EVIDENCE",
    "EXPORTERS",
    "LEDGER",
    "SECTIONS",
    "STATUSES",
    "Attestation",
    "Catalogue",
    "Change",
    "Control",
    "DocumentCard",
    "Entry",
    "Evidence",
    "ExportedRun",
    "Exporter",
    "FindingLink",
    "Governance",
    "JudgedRun",
    "Part",
    "PlacedFinding",
    "PlacedScore",
    "Policy",
    "Run",
    "Section",
    "StageData",
    "Track",
    "Waiver",
    "accept",
    "append_entry",
    "append_evidence",
    "audit_page",
    "build_calibration",
    "build_comparison",
    "build_difference",
    "build_report",
    "check_index",
    "detect",
    "exit_code",
    "governance_keys",
    "head",
    "index_runs",
    "judge",
    "latest",
    "load_policy",
    "missing_facts",
    "open_exported",
    "open_history",
    "open_judged",
    "pack_names",
    "page_style",
    "policy_json",
    "read_evidence",
    "read_ledger",
    "reindex",
    "stage_data",
    "stated",
    "visible",
]
