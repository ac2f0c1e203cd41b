"""Whether the event log is there, unbroken, and about this run."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "ledger-intact"
METHOD = "the hash chain of ledger.jsonl; its last run-finished names the manifest's hash"


@CHECKS.register(NAME, source="ISO/IEC 42001 A.6.2.8; Regulation (EU) 2024/1689 Art. 12; NIST AI 600-1 GV-1.5-003")
def ledger_intact(run: JudgedRun) -> Sequence[Measurement]:
    """1 where the chain holds and its last entry about a finished run names this manifest. A broken one ends with 4."""
    if not run.ledger:
        return [NotMeasured(NAME, "the run keeps no ledger (it was made before headwater kept one)")]
    finished = [entry for entry in run.ledger if entry.event == "run-finished"]
    if not finished:
        return [NotMeasured(NAME, "the ledger says of no run that it was finished")]
    return [share(NAME, int(finished[-1].manifest == run.manifest.hash), 1, METHOD)]
