"""Whether the facts that only a person knows are stated in the config."""

from collections.abc import Mapping, Sequence
from typing import Any

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "datasheet-complete"
FIELDS = (
    "provider.name",
    "provider.contact",
    "model.intended_use",
    "model.prohibited_uses",
    "data.purpose",
    "data.collection",
    "data.lawful_basis",
    "data.personal_data",
    "data.annotation",
    "data.known_gaps",
    "data.retention",
)
METHOD = "facts stated under governance: in the config"


@CHECKS.register(NAME, source="Gebru et al. 2021 (arXiv 1803.09010); Croissant RAI 1.0; Annex IV 2(d)")
def datasheet_complete(run: JudgedRun, fields: Sequence[str] = FIELDS) -> Sequence[Measurement]:
    """Share of the facts of a datasheet that the config's section ``governance`` states."""
    if not fields:
        return [NotMeasured(NAME, "the policy asks for no field")]
    section = run.config.get("governance") or {}
    missing = [field for field in fields if not _stated(section, field)]
    slice = {"missing": ", ".join(missing)} if missing else {}
    return [share(NAME, len(fields) - len(missing), len(fields), METHOD, "facts", **slice)]


def _stated(section: Any, field: str) -> bool:
    for part in field.split("."):
        section = section.get(part) if isinstance(section, Mapping) else None
    texts = section if isinstance(section, list | tuple) else [section]
    return any(isinstance(text, bool) or str(text or "").strip() for text in texts)
