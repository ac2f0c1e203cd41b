"""What is known of one document: where it came from, what curation did to it, when training saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import UNKNOWN


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document behind a finding. Texts must already be redacted; missing facts are empty or None (no
    ``steps``: unknown; empty ``steps``: never seen in training). ``steps`` may
    hold the first ones only; ``step_count`` then counts all."""

    id: str
    source: str = ""
    url: str = ""
    licence: str = UNKNOWN
    language: str = UNKNOWN
    locator: str = ""
    excerpt: str = ""
    status: str = ""
    reason: str = ""
    note: str = ""
    copies_before: int | None = None
    copies_after: int | None = None
    steps: tuple[int, ...] | None = None
    step_count: int | None = None
    decisions: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_json(cls, id: str, data: Mapping[str, Any]) -> "DocumentCard":
        """A card from plain values; unknown keys are ignored, missing ones stay empty."""
        texts = ("source", "url", "licence", "language", "locator", "excerpt", "status", "reason", "note")
        return cls(
            id=id,
            **{key: str(data[key]) for key in texts if data.get(key) is not None},
            copies_before=_count(data.get("copies_before")),
            copies_after=_count(data.get("copies_after")),
            steps=None if data.get("steps") is None else tuple(int(step) for step in data["steps"]),
            step_count=_count(data.get("step_count")),
            decisions=tuple(dict(decision) for decision in data.get("decisions") or ()),
        )


def _count(value: Any) -> int | None:
    return None if value is None else int(value)
