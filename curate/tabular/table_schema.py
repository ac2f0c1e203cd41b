"""Audit ``table-schema``: what the columns of a table hold, and which values in them are odd."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, UsageError, wilson
from ..base import AUDITS
from ..fairness.row_columns import held_columns
from ..privacy import redact
from .column_types import Typed, typed
from .date_order import Disorder, disorders
from .outliers import Outliers, outliers, suspected_codes
from .schema_exhibits import schema_exhibits
from .schema_findings import schema_findings
from .spellings import Alike, alike_values

COLUMNS = 200


@dataclass(frozen=True)
class Looked:
    """What was found in one column; ``far`` is None for a column without numbers."""

    typed: Typed
    far: Outliers | None
    alike: tuple[Alike, ...]
    codes: tuple[tuple[float, int], ...]

    @property
    def name(self) -> str:
        """The name of the column, redacted."""
        return redact(self.typed.name)

    @property
    def missing(self) -> int:
        """Rows without a value or with a mark that stands for none."""
        return len(self.typed.column.codes) - self.typed.rows

    def heavy(self, share: float) -> bool:
        """Whether so many rows are far from the others that they are the tail of the column, not exceptions."""
        return self.far is not None and len(self.far.rows) > share * max(1, self.far.judged)

    def minority(self) -> NDArray[np.int64]:
        """Of a mixed column, the rows that are of the rarer sort: numbers (or dates) or other text."""
        is_number = np.isfinite(self.typed.per_row())
        rows = self.typed.present
        odd = is_number if is_number.sum() * 2 < rows.sum() else ~is_number
        return np.flatnonzero(rows & odd)


@AUDITS.register(
    "table-schema",
    source="Iglewicz & Hoaglin 1993; Hubert & Vandervieren 2008, CSDA 52; Tukey 1977; Damerau 1964, CACM 7",
    unit="share of rows",
)
class TableSchema:
    """Type, missing values, range and odd values of each column of a table.

    At most ``columns`` columns are looked at. ``charts`` distributions are drawn. A column of which more than
    ``outlier_share`` of the values are far from the others has a heavy tail, and no outliers.
    """

    name = "table-schema"

    def __init__(self, columns: int = COLUMNS, charts: int = 16, outlier_share: float = 0.01) -> None:
        if columns < 1 or charts < 0 or not 0 < outlier_share < 1:
            raise UsageError(
                "table-schema: columns must be at least 1, charts at least 0 and outlier_share between 0 and 1, not "
                f"{columns}, {charts} and {outlier_share}"
            )
        self.columns, self.charts, self.outlier_share = columns, charts, outlier_share

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables of the columns, charts, and the findings HW-A100 to HW-A105."""
        corpus.require_documents()
        title = "Columns of the table"
        if corpus.modality != "table":
            reason = f"this corpus holds records of kind {corpus.modality!r}, not rows of a table"
            return StageReport("audit", title, scores=(NotMeasured("missing-share", reason),))
        held = held_columns(corpus)
        names = list(held.found)[: self.columns]
        with progress.task("table schema", len(names)) as task:
            looked = []
            for name in names:
                looked.append(look(typed(held.found[name])))
                task.advance()
        found = disorders([one.typed for one in looked])
        left_out = len(held.found) + held.beyond - len(names)
        facts = {"Columns": len(held.found) + held.beyond, "Rows": len(corpus)}
        return StageReport(
            "audit", title, facts, tuple(self._scores(looked, left_out)),
            tuple(schema_findings(corpus, looked, found, self.outlier_share)),
            tuple(schema_exhibits(looked, self.charts, left_out, self.outlier_share)),
            {"types": {one.name: one.typed.kind for one in looked}},
        )  # fmt: skip

    def _scores(self, looked: Sequence[Looked], left_out: int) -> list[Measurement]:
        scores: list[Measurement] = []
        for one in looked:
            rows = len(one.typed.column.codes)
            scores.append(
                Score(
                    "missing-share",
                    one.missing / rows,
                    rows,
                    "share of rows",
                    "missing-share/1 blank values and marks such as ? and NA; Wilson",
                    *wilson(one.missing, rows),
                    direction="lower",
                    slice={"column": one.name},
                )  # fmt: skip
            )
            if one.far is not None:
                scores.append(self._outlier_score(one, one.far))
        if left_out:
            reason = f"{left_out:,} further columns are not looked at (option columns, here {self.columns:,})"
            scores.append(NotMeasured("missing-share", reason, {"column": "the others"}))
        return scores

    def _outlier_score(self, one: Looked, far: Outliers) -> Measurement:
        place = {"column": one.name}
        if far.reason:
            return NotMeasured("outlier-share", far.reason, place)
        number = len(far.rows)
        if one.heavy(self.outlier_share):
            reason = f"{number / far.judged:.1%} of the values lie beyond the limits: a long tail, no outliers"
            return NotMeasured("outlier-share", reason, place)
        return Score(
            "outlier-share", number / far.judged, far.judged, "share of values", f"outlier-share/1 {far.rule}; Wilson",
            *wilson(number, far.judged), slice=place,
        )  # fmt: skip


def look(one: Typed) -> Looked:
    """Everything that is looked for in one column."""
    far = outliers(one) if one.has_numbers else None
    return Looked(one, far, tuple(alike_values(one)), tuple(suspected_codes(one)))


__all__ = ["Disorder", "Looked", "TableSchema", "look"]
