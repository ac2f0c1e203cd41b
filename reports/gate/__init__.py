"""The gate: a run against a policy, and the evidence that comes of it."""

from .advice import advice
from .checklist import Line, checklist, part_text
from .checks import CHECKS, Check
from .evidence import EVIDENCE, Evidence, Part, append_evidence, current_evidence, latest, read_evidence
from .findings import gate_findings
from .judge import judge
from .judged_run import JudgedRun, open_judged
from .judgement import GateFailed, Judgement
from .packs import load_policy, pack_names, with_remembered, with_said
from .packs_page import packs_page
from .plain_text import plain
from .policy import MAPPINGS, Attestation, Control, Limit, Policy, Waiver, policy_json, read_policy
from .said_files import ATTESTATIONS, WAIVERS, Said, add_said, read_said, said_of
from .statuses import STATUSES, Status, exit_code, worst

__all__ = [
    "ATTESTATIONS",
    "CHECKS",
    "EVIDENCE",
    "MAPPINGS",
    "STATUSES",
    "WAIVERS",
    "Attestation",
    "Check",
    "Control",
    "Evidence",
    "GateFailed",
    "JudgedRun",
    "Judgement",
    "Limit",
    "Line",
    "Part",
    "Policy",
    "Said",
    "Status",
    "Waiver",
    "add_said",
    "advice",
    "append_evidence",
    "checklist",
    "current_evidence",
    "exit_code",
    "gate_findings",
    "judge",
    "latest",
    "load_policy",
    "open_judged",
    "pack_names",
    "packs_page",
    "part_text",
    "plain",
    "policy_json",
    "read_evidence",
    "read_policy",
    "read_said",
    "said_of",
    "with_remembered",
    "with_said",
    "worst",
]
