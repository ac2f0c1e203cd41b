"""A model made elsewhere: what a config says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class External:
    """``kind`` names an adapter (``headwater list adapter``); ``options`` are its parameters."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands in a config below ``model.external``."""
        return {"kind": self.kind, **self.options}
