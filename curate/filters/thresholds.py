"""Rules of the form "remove where a measure is beyond a limit": published limits, calibrated ones, and their effect.

The calibrated limits were measured on the packages of a Python 3.11 environment (numpy, scipy, pandas, scikit-learn,
torch and what they need): 58,886 docstrings of 50 characters or more for ``technical``, 3,818 whole source files for
``code``. A limit is the 99th percentile of the measure (the 1st where the rule asks for a minimum), rounded away from
the bulk of the documents, and never stricter than the published one. So each rule by itself removes at most about one
document in a hundred of plainly legitimate text. ``benchmarks/filter_thresholds.py`` measures them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from ...core import Exhibit, Table, UsageError, did_you_mean
from ..base import Decision

TextType = Literal["prose", "technical", "code"]
Sense = Literal["at most", "at least", "below", "above"]
_BEYOND = {"at most": np.greater, "at least": np.less, "below": np.greater_equal, "above": np.less_equal}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``column`` is the place of its measure; ``prose`` is the published limit, the others are calibrated.

    ``sense`` says how the measure has to stand to the limit for the document to stay.
    """

    name: str
    column: int
    sense: Sense
    prose: float
    technical: float
    code: float

    def limit(self, text_type: str) -> float:
        """The limit for a type of text."""
        limits = {"prose": self.prose, "technical": self.technical, "code": self.code}
        return limits[text_type]

    def broken(self, measures: np.ndarray, limit: float) -> np.ndarray:
        """Which documents (rows of ``measures``) are beyond a limit: bool of shape (n,)."""
        beyond: np.ndarray = _BEYOND[self.sense](measures[:, self.column], limit)
        return beyond


def fixed_rule(name: str, column: int, sense: Sense, limit: float) -> Rule:
    """A rule with one limit for every type of text."""
    return Rule(name, column, sense, limit, limit, limit)


@runtime_checkable
class MeasuredStep(Protocol):
    """A step that compares measures with limits: what ``headwater calibrate`` can look at."""

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, with their published limits."""

    @property
    def limits(self) -> tuple[float, ...]:
        """The limit in use for each rule."""

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """Which rows it judges (ascending int64), and the measures of these: float64 of shape (rows, measures)."""


def limits_for(rules: Sequence[Rule], text_type: str, own: Mapping[str, float] | None) -> tuple[float, ...]:
    """The limit of each rule: the user's own where there is one, else that of the type of text."""
    names = [rule.name for rule in rules]
    for name in own or {}:
        if name not in names:
            raise UsageError(f"limits: no rule {name!r}; {did_you_mean(name, names)}rules: {', '.join(names)}")
    return tuple(float((own or {}).get(rule.name, rule.limit(text_type))) for rule in rules)


def judge_rules(
    rules: Sequence[Rule], limits: Sequence[float], ids: Sequence[str], measures: np.ndarray
) -> tuple[tuple[Decision, ...], dict[str, int]]:
    """A removal for each document that breaks a rule, and how many break each with both limits.

    The first broken rule is the reason; the evidence names the others.
    """
    used = np.array([rule.broken(measures, limit) for rule, limit in zip(rules, limits, strict=True)])
    published = np.array([rule.broken(measures, rule.prose) for rule in rules])
    decisions = []
    for row in np.flatnonzero(used.any(axis=0)).tolist():
        first, *others = np.flatnonzero(used[:, row]).tolist()
        also = f"also {', '.join(rules[other].name for other in others)}" if others else ""
        measured = float(measures[row, rules[first].column])
        decisions.append(Decision(ids[row], "removed", rules[first].name, measured, limits[first], also))
    tallies = {"documents judged": len(ids)}
    for label, broken in (("published", published), ("used", used)):
        tallies |= {f"{label} {rule.name}": int(hits.sum()) for rule, hits in zip(rules, broken, strict=True)}
        tallies[f"{label} any"] = int(broken.any(axis=0).sum())
    return tuple(decisions), tallies


def calibration_table(
    step: str,
    text_type: str,
    rules: Sequence[Rule],
    limits: Sequence[float],
    tallies: Mapping[str, int],
    source: str = "Rae et al. 2021, table A1",
) -> Exhibit:
    """What each rule would remove by itself, with the published limit and with the one that was used."""
    judged = tallies.get("documents judged", 0)

    def share(label: str) -> float | None:
        return tallies.get(label, 0) / judged if judged else None

    rows = [
        (rule.name, rule.sense, float(rule.prose), limit, share(f"published {rule.name}"), share(f"used {rule.name}"))
        for rule, limit in zip(rules, limits, strict=True)
    ]
    return Table(
        f"calibration-{step}",
        f"Calibration of the step {step} for {text_type} text",
        (
            "rule",
            "sense",
            "published limit",
            "limit used",
            "removed by the published limit",
            "removed by the limit used",
        ),
        (*rows, ("any rule", "", None, None, share("published any"), share("used any"))),
        note=f"Shares of the {judged:,} documents that this step judged; each rule by itself, so the shares overlap. "
        f"Published limits: {source}.",
    )
