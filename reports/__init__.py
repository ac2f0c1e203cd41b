"""One self-contained HTML page from the stage reports of a run folder, and the same data as JSON."""

from .audit_page import audit_page
from .build import build_report
from .calibration import build_calibration
from .cards import DocumentCard
from .comparison import build_comparison
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
from .history import DATABASE, open_history
from .ledger import LEDGER, Entry, append_entry, head, read_ledger
from .run import PlacedFinding, PlacedScore, Run, Track
from .sections import SECTIONS, FindingLink, Section, StageData, stage_data

__all__ = [
    "DATASHEET_FIELDS",
    "Governance",
    "governance_keys",
    "missing_facts",
    "stated",
    "DATABASE",
    "EXPORTERS",
    "ExportedRun",
    "Exporter",
    "open_exported",
    "open_history",
    "CHECKS",
    "EVIDENCE",
    "STATUSES",
    "LEDGER",
    "Attestation",
    "Control",
    "Evidence",
    "JudgedRun",
    "Part",
    "Policy",
    "Waiver",
    "append_evidence",
    "exit_code",
    "judge",
    "latest",
    "load_policy",
    "open_judged",
    "pack_names",
    "policy_json",
    "read_evidence",
    "Entry",
    "append_entry",
    "head",
    "read_ledger",
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
