"""What an audit found, as a program or a notebook wants it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import (
    RENDERERS,
    SEVERITIES,
    Cell,
    Corpus,
    Finding,
    Measurement,
    NotMeasured,
    StageReport,
    UsageError,
    write_text,
)

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 12
FIELDS = ("metric", "value", "low", "high", "confidence", "n", "unit", "direction", "method", "reason")


@dataclass(frozen=True, slots=True, repr=False)
class AuditReport(StageReport):
    """A :class:`StageReport` with the corpus that was audited, a table of its scores, a page and a short form.

    ``corpus`` is None for a report that was read from a file.
    """

    corpus: Corpus | None = field(default=None, compare=False)

    def to_frame(self) -> "DataFrame":
        """One row a score: metric, value, low, high, n ..., and a column for each part of its slice.

        A number that could not be measured has its ``reason`` and no value. A part of a slice that is named like
        another column is led by ``slice``.
        """
        import pandas

        rows = [_row(score) for score in self.scores]
        parts = sorted({key for row in rows for key in row} - set(FIELDS))
        return pandas.DataFrame(rows, columns=[FIELDS[0], *parts, *FIELDS[1:]])

    def to_html(self, path: str | Path | None = None) -> str:
        """The report as one self-contained page, also written to ``path`` where one is given."""
        page = str(RENDERERS.get("audit-page")(self))
        if path is not None:
            write_text(Path(path), page)
        return page

    def rows(self, finding: Finding | str) -> "DataFrame":
        """The documents or rows that carry a finding (or every finding with this code), the strongest first.

        Column ``row`` is the place in the data that was audited, from 0, where they were in memory; then ``id``,
        ``source``, ``locator``, and the columns of the table or the text. Values are those of the data, not redacted.
        """
        from .audited import rows_of

        if self.corpus is None:
            raise UsageError("rows: this report was read from a file; open its corpus and ask for documents(ids)")
        return rows_of(self.corpus, self._documents(finding))

    def _documents(self, finding: Finding | str) -> list[str]:
        found = [finding] if isinstance(finding, Finding) else [one for one in self.findings if one.code == finding]
        if not found:
            codes = ", ".join(sorted({one.code for one in self.findings})) or "none"
            raise UsageError(f"no finding {finding!r}; there are: {codes}")
        return list(dict.fromkeys(name for one in found for name in one.document_ids))

    def __repr__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        facts = "".join(
            f"<tr><th style='text-align:left'>{escape(label)}</th><td>{escape(_cell(value))}</td></tr>"
            for label, value in self.facts.items()
        )
        findings = "".join(
            f"<li><b>{escape(one.severity)}</b> {escape(one.code)}: {escape(one.title)}"
            f"<br><small>{escape(one.meaning)}</small></li>"
            for one in _worst(self.findings)[:SHOWN]
        )
        rest = len(self.findings) - SHOWN
        more = f"<p>and {rest} more in <code>.findings</code></p>" if rest > 0 else ""
        return (
            f"<h4>{escape(self.title)}</h4><table>{facts}</table><p>{escape(_measured(self.scores))}</p>"
            f"<ol>{findings}</ol>{more}<p><code>.to_frame()</code> has every number, <code>.rows(CODE)</code> the rows "
            "behind a finding, <code>.to_html(PATH)</code> the whole report.</p>"
        )


def _row(score: Measurement) -> dict[str, Any]:
    fields = {name: getattr(score, name, None) for name in FIELDS}
    return {**fields, **{f"slice {key}" if key in FIELDS else key: value for key, value in score.slice.items()}}


def _lines(report: AuditReport) -> Iterator[str]:
    yield f"{report.title}: {_severities(report.findings)}; {_measured(report.scores)}"
    yield from (f"  {label}: {_cell(value)}" for label, value in list(report.facts.items())[:SHOWN])
    for one in _worst(report.findings)[:SHOWN]:
        yield f"  [{one.severity}] {one.code} {one.title}"
    rest = len(report.findings) - SHOWN
    if rest > 0:
        yield f"  and {rest} more in .findings"


def _worst(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: SEVERITIES.index(one.severity))


def _severities(findings: Sequence[Finding]) -> str:
    counted: Mapping[str, int] = Counter(one.severity for one in findings)
    listed = ", ".join(f"{counted[name]} {name}" for name in SEVERITIES if name in counted)
    return f"{len(findings)} finding{'s' * (len(findings) != 1)}" + (f" ({listed})" if listed else "")


def _measured(scores: Sequence[Measurement]) -> str:
    missing = sum(isinstance(score, NotMeasured) for score in scores)
    return f"{len(scores) - missing:,} numbers" + (f", {missing:,} not measured" if missing else "")


def _cell(value: Cell) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
