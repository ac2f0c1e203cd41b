"""Whether everything that a repetition needs is written down."""

from collections.abc import Sequence

from ....core import Measurement
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "seeds-recorded"


@CHECKS.register(NAME, source="NIST AI 600-1 GV-1.6-003; Regulation (EU) 2024/1689 Annex IV 2(g)")
def seeds_recorded(run: JudgedRun) -> Sequence[Measurement]:
    """Share of seed, configuration's hash, corpus's hash and library versions that the manifest holds."""
    manifest = run.manifest
    held = {
        "seed": manifest.seed is not None,
        "configuration": bool(manifest.config_hash),
        "corpus": bool(manifest.parents),
        "versions": bool(manifest.versions),
    }
    missing = (
        {"missing": ", ".join(name for name, there in held.items() if not there)} if not all(held.values()) else {}
    )
    return [share(NAME, sum(held.values()), len(held), "manifest.json", "facts", **missing)]
