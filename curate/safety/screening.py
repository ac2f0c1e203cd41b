"""The step behind the filters that score texts by a detector: it marks, removes or sets aside what scores high."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import Chart, Exhibit, Series, Table, UsageError, did_you_mean, wilson
from ..base import Action, Annotation, Decision, Judgement
from ..filters.text_column import ids_of, text_column
from .passages import Passages, Unit, score_passages
from .text_detector import Spec, TextDetector, build_detector

ScreenAction = Literal["annotate", "remove", "quarantine"]
ACTIONS: dict[str, Action | None] = {"annotate": None, "remove": "removed", "quarantine": "quarantined"}
BINS = 10


@dataclass(frozen=True, slots=True)
class Screen:
    """Judges each document by its highest-scoring passage; see :func:`screen`."""

    name: str
    label: str
    threshold: float
    action: str
    unit: Unit
    protocol: str
    detector: TextDetector

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Annotations for flagged documents and passages, a decision for each where the action says so, tallies."""
        texts, ids = text_column(batch, self.name).to_pylist(), ids_of(batch)
        passages = score_passages(self.detector, texts, self.unit)
        highest = passages.highest(len(texts))
        flagged = np.flatnonzero(highest >= self.threshold).tolist()
        annotations = [Annotation(ids[row], self.label, score=float(highest[row])) for row in flagged]
        hits = np.flatnonzero(passages.scores >= self.threshold).tolist()
        if self.unit == "line":
            annotations += [self._span(ids, passages, place) for place in hits]
        action = ACTIONS[self.action]
        lines = np.bincount(passages.document[hits], minlength=len(texts))
        decisions = [self._decision(ids[row], action, highest[row], int(lines[row])) for row in flagged if action]
        return Judgement(tuple(decisions), annotations=tuple(annotations), tallies=_tallies(highest, len(flagged)))

    def _span(self, ids: list[str], passages: Passages, place: int) -> Annotation:
        start, end = int(passages.start[place]), int(passages.end[place])
        score = float(passages.scores[place])
        return Annotation(ids[int(passages.document[place])], f"{self.label}-line", start, end, score)

    def _decision(self, name: str, action: Action, highest: float, lines: int) -> Decision:
        evidence = f"{lines} line{'s' * (lines != 1)}; {self.protocol}" if self.unit == "line" else self.protocol
        return Decision(name, action, self.label, float(highest), self.threshold, evidence)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The flagged share with its interval, and how the scores are distributed."""
        return (*_exhibits(self.name, self.label, self.threshold, self.protocol, tallies),)


def screen(name: str, label: str, spec: Spec, threshold: float, action: str, unit: Unit) -> Screen:
    """A checked :class:`Screen`; raises :class:`UsageError` for a threshold or an action that cannot be."""
    if not 0 < threshold <= 1:
        raise UsageError(f"{name}: threshold must be above 0 and at most 1, not {threshold}")
    if action not in ACTIONS:
        raise UsageError(f"{name}: no action {action!r}; {did_you_mean(action, ACTIONS)}use {', '.join(ACTIONS)}")
    detector = build_detector(spec, f"{name}.detector")
    return Screen(name, label, threshold, action, unit, detector.protocol, detector)


def _tallies(highest: np.ndarray, flagged: int) -> dict[str, int]:
    bins = np.minimum((highest * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(bins, minlength=BINS).tolist()
    return {"documents": len(highest), "flagged": flagged} | {f"bin {place}": n for place, n in enumerate(counts)}


def _exhibits(name: str, label: str, threshold: float, protocol: str, tallies: Mapping[str, int]) -> list[Exhibit]:
    documents, flagged = tallies.get("documents", 0), tallies.get("flagged", 0)
    if not documents:
        return []
    low, high = wilson(flagged, documents)
    table = Table(
        f"{name}-rate",
        f"Documents flagged by {name}",
        ("detector", "threshold", "documents", "flagged", "share", "low", "high"),
        ((protocol, threshold, documents, flagged, flagged / documents, low, high),),
        note="Low and high: Wilson's interval at 95 %. The share is what the detector flags, its errors included.",
    )
    names = tuple(f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}" for place in range(BINS))
    series = Series("documents", names, tuple(float(tallies.get(f"bin {place}", 0)) for place in range(BINS)))
    chart = Chart(f"{name}-scores", f"Scores of {name}: {label}", "bar", "highest score", "documents", (series,))
    return [table, chart]
