"""What to do about a control that did not pass."""

from .evidence import Evidence, Part
from .statuses import STATUSES

OWN = {
    "datasheet-complete": "write what is missing under governance: in the config (docs/governance.md)",
    "provenance-complete": "say of each document its source, licence and day of collection (columns of the data, or "
    "keys of corpus:) and run again into a new folder",
}


def advice(one: Evidence) -> str:
    """One sentence; empty for what passed."""
    if one.status in ("pass", "waived"):
        return ""
    if one.kind == "attestation":
        return f"headwater attest RUN {one.control} --person --role --statement --evidence --expires"
    if one.status == "warn" and one.kind == "reviewed":
        return f"headwater attest RUN {one.control}, after a person looked at what was measured"
    if not one.parts:
        return f"have it waived, or leave it out in a policy of your own (without: [{one.control}])"
    return _of(min(one.parts, key=lambda part: STATUSES.index(part.status)))


def _of(part: Part) -> str:
    status = part.status
    if status == "stale":
        return "measure again: run the config into a new folder"
    if status == "inconclusive":
        return f"measure about {part.needed:,} more items" if part.needed else "measure more items, or have it waived"
    if status == "not_measured":
        return "change config or policy as its reason says and run again into a new folder, or have it waived"
    if part.name.startswith("HW-"):
        return f"headwater remedy RUN {part.name}, or read the finding in the report"
    if part.name in OWN:
        return f"{OWN[part.name]}, or have it waived"
    return "mend what it counts and run again into a new folder, or have it waived"
