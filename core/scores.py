"""A number that says how sure it is, or the reason why there is none."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from .errors import UsageError

Direction = Literal["higher", "lower", "none"]


@dataclass(frozen=True, slots=True)
class Score:
    """One measured value.

    ``low`` and ``high`` bound the value at ``confidence``; both are None where no interval is defined, and
    ``interval`` then says why. ``n`` counts the independent items behind the value. ``direction`` tells which way is
    better. ``method`` is the protocol: two scores whose methods differ must not be compared.
    """

    metric: str
    value: float
    n: int
    unit: str
    method: str
    low: float | None = None
    high: float | None = None
    interval: str = ""
    confidence: float = 0.95
    direction: Direction = "none"
    slice: Mapping[str, str] = field(default_factory=dict)
    example_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise UsageError(f"{self.metric}: a score must be finite, not {self.value}; use NotMeasured with a reason")
        if (self.low is None) != (self.high is None):
            raise UsageError(f"{self.metric}: an interval needs both bounds")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal score back."""
        return {**asdict(self), "slice": dict(self.slice), "example_ids": list(self.example_ids)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Score":
        """The score that :meth:`to_json` wrote."""
        return cls(**{**data, "slice": dict(data["slice"]), "example_ids": tuple(data["example_ids"])})

    def comparable_with(self, other: "Score") -> bool:
        """Whether both were measured by the same protocol."""
        return (self.metric, self.method, self.unit) == (other.metric, other.method, other.unit)


def protocol_difference(first: "Score", second: "Score") -> str:
    """Which part of the protocol keeps two scores of one metric from being compared; empty where nothing does.

    >>> one, two = (Score("m", 1.0, 5, "x", f"m/1 greedy, {k} tokens") for k in (10, 20))
    >>> protocol_difference(one, two)
    'protocols m/1 and m/1 with other settings: "10 tokens" against "20 tokens"'
    """
    if first.comparable_with(second):
        return ""
    if first.unit != second.unit:
        return f"units {first.unit} and {second.unit}"
    if first.metric != second.metric:
        return f"metrics {first.metric} and {second.metric}"
    (one, _, rest), (two, _, other) = (score.method.partition(" ") for score in (first, second))
    if one != two:
        return f"protocols {one} and {two}"
    parts, others = ([part.strip() for part in text.split(",")] for text in (rest, other))
    mine, theirs = ([part for part in a if part not in b] for a, b in ((parts, others), (others, parts)))
    shown = (f'"{", ".join(side) or "nothing"}"' for side in (mine, theirs))
    return f"protocols {one} and {two} with other settings: {' against '.join(shown)}"


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A metric that could not be computed, and why. It never counts as a pass."""

    metric: str
    reason: str
    slice: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"metric": self.metric, "reason": self.reason, "slice": dict(self.slice)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "NotMeasured":
        """The value that :meth:`to_json` wrote."""
        return cls(data["metric"], data["reason"], dict(data["slice"]))


Measurement = Score | NotMeasured


def measurement_from_json(data: Mapping[str, Any]) -> Measurement:
    """A :class:`Score` or :class:`NotMeasured`, whichever the data hold."""
    return NotMeasured.from_json(data) if "reason" in data else Score.from_json(data)
