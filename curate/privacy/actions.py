"""What the step ``personal-data`` does with each type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core import UsageError, did_you_mean
from ..base import Action
from .detector import Span

ActionName = Literal["redact", "pseudonymise", "remove", "quarantine"]
ACTIONS: dict[str, Action] = {
    "redact": "edited",
    "pseudonymise": "edited",
    "remove": "removed",
    "quarantine": "quarantined",
}


@dataclass(frozen=True, slots=True)
class Actions:
    """One action for all types, and others for some of them."""

    default: str
    by_type: Mapping[str, str]

    def of(self, kind: str) -> str:
        """The action for a type."""
        return self.by_type.get(kind, self.default)

    def outcome(self, spans: Sequence[Span]) -> Action:
        """What happens to a document with these spans: the strictest of their actions."""
        wanted = {ACTIONS[self.of(span.type)] for span in spans}
        return next(action for action in ("removed", "quarantined", "edited") if action in wanted)

    @property
    def need_key(self) -> bool:
        """Whether some type is pseudonymised."""
        return "pseudonymise" in (self.default, *self.by_type.values())


def checked_actions(action: str, by_type: Mapping[str, str], types: Sequence[str], open_types: bool) -> Actions:
    """The actions, or a ``UsageError`` that names the wrong one. ``open_types``: a reader may give types of its own."""
    for name in (action, *by_type.values()):
        if name not in ACTIONS:
            raise UsageError(
                f"personal-data: no action {name!r}; {did_you_mean(name, ACTIONS)}use {', '.join(ACTIONS)}"
            )
    for kind in by_type:
        if kind not in types and not open_types:
            raise UsageError(
                f"personal-data: actions names the type {kind!r}, which is not looked for; "
                f"{did_you_mean(kind, types)}types: {', '.join(types)}"
            )
    return Actions(action, dict(by_type))
