"""The gate: a run against a policy, and the evidence that comes of it."""

from .checks import CHECKS, Check
from .evidence import EVIDENCE, Evidence, Part, append_evidence, latest, read_evidence
from .judge import judge
from .judged_run import JudgedRun, open_judged
from .packs import load_policy, pack_names
from .policy import Attestation, Control, Limit, Policy, Waiver, policy_json, read_policy
from .statuses import STATUSES, Status, exit_code, worst

__all__ = [
    "CHECKS",
    "EVIDENCE",
    "STATUSES",
    "Attestation",
    "Check",
    "Control",
    "Evidence",
    "JudgedRun",
    "Limit",
    "Part",
    "Policy",
    "Status",
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
    "read_policy",
    "worst",
]
