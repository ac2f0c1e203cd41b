"""Whether every file of the run is still what its manifest says."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "identity-frozen"
SHOWN = 5


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.5-005; ISO/IEC 42001 A.7.5")
def identity_frozen(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the files in the run's manifest that are there and match their SHA-256; else the gate ends with 4."""
    files = run.manifest.files
    if not files:
        return [NotMeasured(NAME, "the manifest names no file")]
    more = f" and {len(run.changed) - SHOWN} more" if len(run.changed) > SHOWN else ""
    changed = {"changed": ", ".join(run.changed[:SHOWN]) + more} if run.changed else {}
    held = len(files) - len(run.changed)
    return [share(NAME, held, len(files), "SHA-256 of every file against manifest.json", "files", **changed)]
