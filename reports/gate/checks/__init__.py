"""Checks of a run that are not metrics of its data or its model, one a file."""

from .base import CHECKS, Check, share
from .cadence_kept import cadence_kept
from .datasheet_complete import datasheet_complete
from .decontaminated import decontaminated
from .detectors_measured import detectors_measured
from .duplicates_removed import duplicates_removed
from .energy_recorded import energy_recorded
from .erasure_honoured import erasure_honoured
from .identity_frozen import identity_frozen
from .ledger_intact import ledger_intact
from .licences_allowed import licences_allowed
from .lineage_known import lineage_known
from .policy_before_results import policy_before_results
from .processing_recorded import processing_recorded
from .provenance_complete import provenance_complete
from .rights_honoured import rights_honoured
from .seeds_recorded import seeds_recorded
from .unmeasured_listed import unmeasured_listed
from .weights_safe import weights_safe

__all__ = [
    "CHECKS",
    "Check",
    "cadence_kept",
    "datasheet_complete",
    "decontaminated",
    "detectors_measured",
    "duplicates_removed",
    "energy_recorded",
    "erasure_honoured",
    "identity_frozen",
    "ledger_intact",
    "licences_allowed",
    "lineage_known",
    "policy_before_results",
    "processing_recorded",
    "provenance_complete",
    "rights_honoured",
    "seeds_recorded",
    "share",
    "unmeasured_listed",
    "weights_safe",
]
