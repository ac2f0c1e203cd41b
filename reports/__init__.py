"""One self-contained HTML page from the stage reports of a run folder, and the same data as JSON."""

from .audit_page import audit_page
from .build import build_report
from .calibration import build_calibration
from .cards import DocumentCard
from .catalogue import Catalogue
from .comparison import build_comparison
from .difference import build_difference
from .exports import EXPORTERS
from .exports import ExportedRun
from .exports import Exporter
from .exports import open_exported
from .exports.governance import DATASHEET_FIELDS
from .exports.governance import Governance
from .exports.governance import missing_facts
from .exports.governance import stated
from .exports.governance import known_keys as governance_keys
from .gate import CHECKS
from .gate import EVIDENCE
from .gate import STATUSES
from .gate import Attestation
from .gate import Control
from .gate import Evidence
from .gate import JudgedRun
from .gate import Part
from .gate import Policy
from .gate import Waiver
from .gate import append_evidence
from .gate import exit_code
from .gate import judge
from .gate import latest
from .gate import load_policy
from .gate import open_judged
from .gate import pack_names
from .gate import policy_json
from .gate import read_evidence
from .gate import GateFailed
from .gate import Judgement
from .gate import Said
from .gate import add_said
from .gate import gate_findings
from .gate import plain
from .gate import read_said
from .gate import said_of
from .gate import with_remembered
from .gate import with_said
from .hidden import visible
from .history import DATABASE
from .history import Change
from .history import accept
from .history import check_index
from .history import detect
from .history import index_runs
from .history import open_history
from .history import reindex
from .history import Night
from .history import Standing
from .history import TrendLine
from .history import exit_code_of
from .history import known_metrics
from .history import read_journal
from .history import score_lines
from .history import standings
from .history import timeline
from .history import watch
from .ledger import LEDGER
from .ledger import Entry
from .ledger import append_entry
from .ledger import head
from .ledger import read_ledger
from .run import PlacedFinding
from .run import PlacedScore
from .run import Run
from .run import Track
from .sections import SECTIONS
from .sections import FindingLink
from .sections import Section
from .sections import StageData
from .sections import stage_data
from .signing import DECISIONS
from .signing import LARGEST_BUNDLE
from .signing import MODEL_SIGNATURE
from .signing import SIGNATURES
from .signing import ModelSignature
from .signing import Signature
from .signing import Signer
from .signing import SignOff
from .signing import Verification
from .signing import bundle_files
from .signing import check_whole
from .signing import fault_text
from .signing import fingerprint
from .signing import finish_signing
from .signing import is_locked
from .signing import is_signed
from .signing import load_model_private
from .signing import load_model_public
from .signing import load_private
from .signing import load_public
from .signing import new_key
from .signing import pack
from .signing import read_bundle
from .signing import read_model_signature
from .signing import read_signatures
from .signing import refuse_signed
from .signing import shown
from .signing import sign_model
from .signing import sign_run
from .signing import verification_lines
from .signing import verify
from .signing import verify_model
from .signing import warnings_of
from .style import page_style
from .history.trend_page import build_trend

__all__ = [
    "CHECKS",
    "DATABASE",
    "DATASHEET_FIELDS",
    "DECISIONS",
    "EVIDENCE",
    "EXPORTERS",
    "LARGEST_BUNDLE",
    "LEDGER",
    "MODEL_SIGNATURE",
    "SECTIONS",
    "SIGNATURES",
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
    "ModelSignature",
    "Part",
    "PlacedFinding",
    "PlacedScore",
    "Policy",
    "Run",
    "Section",
    "SignOff",
    "Signature",
    "Signer",
    "StageData",
    "Track",
    "Verification",
    "Waiver",
    "accept",
    "append_entry",
    "append_evidence",
    "audit_page",
    "build_calibration",
    "build_comparison",
    "build_difference",
    "build_report",
    "bundle_files",
    "check_index",
    "check_whole",
    "detect",
    "exit_code",
    "fault_text",
    "fingerprint",
    "finish_signing",
    "governance_keys",
    "head",
    "index_runs",
    "is_locked",
    "is_signed",
    "judge",
    "latest",
    "load_model_private",
    "load_model_public",
    "load_policy",
    "load_private",
    "load_public",
    "missing_facts",
    "new_key",
    "open_exported",
    "open_history",
    "open_judged",
    "pack",
    "pack_names",
    "page_style",
    "policy_json",
    "read_bundle",
    "read_evidence",
    "read_ledger",
    "read_model_signature",
    "read_signatures",
    "refuse_signed",
    "reindex",
    "shown",
    "sign_model",
    "sign_run",
    "stage_data",
    "stated",
    "verification_lines",
    "verify",
    "verify_model",
    "visible",
    "warnings_of",
    "GateFailed",
    "Judgement",
    "Said",
    "add_said",
    "gate_findings",
    "plain",
    "read_said",
    "said_of",
    "with_remembered",
    "with_said",
    "Night",
    "Standing",
    "TrendLine",
    "build_trend",
    "exit_code_of",
    "known_metrics",
    "read_journal",
    "score_lines",
    "standings",
    "timeline",
    "watch",
]
