"""Whether every file of the run is still what its manifest says."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured, sha256_file
from ..judged_run import JudgedRun
from .base import CHECKS, share


@CHECKS.register("identity-frozen", source="NIST AI 600-1 MS-2.5-005; ISO/IEC 42001 A.7.5")
def identity_frozen(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the files named in the run's manifest that are there and match their SHA-256."""
    files = run.manifest.files
    if not files:
        return [NotMeasured("identity-frozen", "the manifest names no file")]
    held = sum(
        (run.folder / name).is_file() and sha256_file(run.folder / name) == digest for name, digest in files.items()
    )
    return [share("identity-frozen", held, len(files), "SHA-256 of every file against manifest.json", "files")]
