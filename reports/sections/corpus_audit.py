"""The section on the audits of the corpus."""

from ..run import Run
from .base import SECTIONS, StageData, stage_data


@SECTIONS.register("corpus-audit", title="Corpus audit", order="30")
def corpus_audit(run: Run) -> StageData:
    """What the curated corpus is made of: composition, concentration, representation and association."""
    return stage_data(run, run.main, "audit")
