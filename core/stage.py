"""What every stage hands to the report and to machines: one JSON file of one shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .exhibits import Cell, Exhibit, exhibit_from_json, exhibit_to_json
from .files import read_json, write_json
from .findings import Finding
from .scores import Measurement, measurement_from_json


@dataclass(frozen=True, slots=True)
class StageReport:
    """The result of one stage.

    ``facts`` are the headline numbers by label, the most important first (the JSON's keys are sorted, so their order
    stands in ``fact_order``), ``exhibits`` what to show, ``detail`` the stage's own data for machines. No clock and no
    machine path may stand in it: the same work gives the same bytes.
    """

    stage: str
    title: str
    facts: Mapping[str, Cell] = field(default_factory=dict)
    scores: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal report back."""
        return {
            "stage": self.stage,
            "title": self.title,
            "facts": dict(self.facts),
            "fact_order": list(self.facts),
            "scores": [score.to_json() for score in self.scores],
            "findings": [finding.to_json() for finding in self.findings],
            "exhibits": [exhibit_to_json(exhibit) for exhibit in self.exhibits],
            "detail": dict(self.detail),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "StageReport":
        """The report that :meth:`to_json` wrote."""
        return cls(
            stage=data["stage"],
            title=data["title"],
            facts={label: data["facts"][label] for label in data["fact_order"]},
            scores=tuple(measurement_from_json(score) for score in data["scores"]),
            findings=tuple(Finding.from_json(finding) for finding in data["findings"]),
            exhibits=tuple(exhibit_from_json(exhibit) for exhibit in data["exhibits"]),
            detail=dict(data["detail"]),
        )

    def save(self, path: Path) -> None:
        """Write the report as JSON, atomically."""
        write_json(path, self.to_json())

    @classmethod
    def load(cls, path: Path) -> "StageReport":
        """Read a report that :meth:`save` wrote."""
        return cls.from_json(read_json(path))
