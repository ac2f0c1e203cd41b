"""What curation did to whose documents, read back from the stage reports."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import Cell, StageReport, Table
from .run import Track
from .stream_chart import stream_steps

IMPACT = "filtering-impact-all-steps"
BY_ORIGIN = {"removal-by-source": "source", "removal-by-licence": "licence", "removal-by-language": "language"}
OUT = ("removed", "quarantined")
FEWEST = 20
"""Groups of fewer documents are left out: a share of so few says little."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Documents that one rule of a step removed or quarantined."""

    step: str
    rule: str
    action: str
    documents: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Where the documents of a track went: in + added = kept + edited + kept_added + removed + quarantined."""

    track: str
    read: int
    kept: int
    edited: int
    removed: int
    quarantined: int
    added: int = 0
    kept_added: int = 0
    reasons: tuple[Reason, ...] = ()

    @property
    def out(self) -> int:
        """Documents that are not in the corpus."""
        return self.removed + self.quarantined

    @property
    def stayed(self) -> int:
        """Documents of the corpus."""
        return self.kept + self.edited + self.kept_added

    @property
    def by_step(self) -> tuple[tuple[str, int], ...]:
        """What each step took out, the most first."""
        found: Counter[str] = Counter()
        for reason in self.reasons:
            found[reason.step] += reason.documents
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Loss:
    """How many documents of a group were taken out, beside ``rest``: the share of all others, where it is known."""

    dimension: str
    group: str
    documents: int
    taken: int
    share: float
    low: float
    high: float
    rest: float | None = None

    def is_clear(self, whole: float) -> bool:
        """Whether the whole interval lies above the others (above ``whole``, where only that is known)."""
        return self.documents >= FEWEST and self.low > (whole if self.rest is None else self.rest)


def flow_of(track: Track) -> Flow | None:
    """The flow of a track; None where its curation was not run or told no counts."""
    report = track.stages.get("curation")
    if report is None:
        return None
    counts = report.detail.get("counts")
    if not isinstance(counts, Mapping) or not all(isinstance(counts.get(key), int) for key in ("in", "kept", *OUT)):
        return _from_steps(track.name, report)
    return Flow(
        track.name, counts["in"], counts["kept"], counts.get("edited", 0), counts["removed"], counts["quarantined"],
        counts.get("added", 0), counts.get("kept_added", 0), _reasons(report),
    )  # fmt: skip


def losses_of(track: Track) -> tuple[Loss, ...]:
    """What each group lost over all steps: by the audit of filtering, or else by the counts of curation alone."""
    audit, curation = track.stages.get("audit"), track.stages.get("curation")
    table = _table(audit, IMPACT)
    if table is not None:
        rows = (_audited(row) for row in _rows(table))
    else:
        rows = (
            _counted(dimension, row)
            for name, dimension in BY_ORIGIN.items()
            if (found := _table(curation, name)) is not None
            for row in _rows(found)
        )
    return tuple(row for row in rows if row is not None)


def was_audited(track: Track) -> bool:
    """Whether an audit compared how often groups are removed, and was not merely asked to."""
    return _table(track.stages.get("audit"), IMPACT) is not None


def _from_steps(track: str, report: StageReport) -> Flow | None:
    """From the table of steps: it tells what went in and out, and not how many were edited in the end."""
    for table in (one for one in report.exhibits if isinstance(one, Table)):
        steps = stream_steps(table)
        if steps:
            taken = [Reason(step.name, "", "removed", int(step.taken)) for step in steps if step.taken]
            out = sum(reason.documents for reason in taken)
            read = int(steps[0].documents)
            return Flow(track, read, read - out, 0, out, 0, reasons=tuple(taken))
    return None


def _reasons(report: StageReport) -> tuple[Reason, ...]:
    told = report.detail.get("rules", ())
    found = [
        Reason(str(one.get("step", "")), str(one.get("rule", "")), str(one["action"]), int(one["documents"]))
        for one in told
        if isinstance(one, Mapping) and one.get("action") in OUT and isinstance(one.get("documents"), int)
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.documents, reason.step, reason.rule)))


def _table(report: StageReport | None, name: str) -> Table | None:
    found = (one for one in (report.exhibits if report else ()) if isinstance(one, Table) and one.name == name)
    return next(found, None)


def _rows(table: Table) -> list[dict[str, Cell]]:
    names = [column.strip().lower() for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def _audited(row: Mapping[str, Cell]) -> Loss | None:
    return _loss(row.get("dimension"), row.get("group"), row, "documents", "rate", row.get("rate of the rest"))


def _counted(dimension: str, row: Mapping[str, Cell]) -> Loss | None:
    return _loss(dimension, row.get(dimension), row, "in", "share taken out", None)


def _loss(dimension: Any, group: Any, row: Mapping[str, Cell], whole: str, share: str, rest: Cell) -> Loss | None:
    cells = [row.get(name) for name in (whole, "taken out", share, "low", "high")]
    if not all(isinstance(cell, int | float) for cell in cells):
        return None
    documents, taken, rate, low, high = (float(cell) for cell in cells if isinstance(cell, int | float))
    beside = float(rest) if isinstance(rest, int | float) else None
    return Loss(str(dimension), str(group), int(documents), int(taken), rate, low, high, beside)
