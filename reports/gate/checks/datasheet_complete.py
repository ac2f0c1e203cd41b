"""Whether the facts that only a person knows are stated in the config."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ...governance import DATASHEET_FIELDS, stated
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "datasheet-complete"
METHOD = "facts stated under governance: in the config"


@CHECKS.register(NAME, source="Gebru et al. 2021 (arXiv 1803.09010); Croissant RAI 1.0; Annex IV 2(d)")
def datasheet_complete(run: JudgedRun, fields: Sequence[str] = DATASHEET_FIELDS) -> Sequence[Measurement]:
    """Share of the facts of a datasheet that the config's section ``governance`` states."""
    if not fields:
        return [NotMeasured(NAME, "the policy asks for no field")]
    missing = stated(run.config.get("governance") or {}, fields)[1]
    slice = {"missing": ", ".join(missing)} if missing else {}
    return [share(NAME, len(fields) - len(missing), len(fields), METHOD, "facts", **slice)]
