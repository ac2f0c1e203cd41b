"""The filter that takes the linear correlation with groups out of the number columns of a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core import Cell, Corpus, Exhibit, Finding, Progress, Table, UsageError
from ..base import FILTERS, Decision, Judgement
from ..privacy import redact
from .cells import entries, shown
from .number_columns import NumberTable, read_numbers

RULE = "correlation-removed"
SCALE = 1_000_000
LEFT_OVER = 0.01
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CorrelationRemover:
    """Rewrites number columns; see :func:`correlation_remover`."""

    mitigates: ClassVar[bool] = True
    name: str
    sensitive: tuple[str, ...]
    columns: tuple[str, ...]
    alpha: float

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """An edit for each row that has all the columns. Memory: 8 bytes a row and column, and the rows."""
        if len(corpus) and corpus.modality != "table":
            raise UsageError(f"{self.name}: works on the columns of tables, and these are records of {corpus.modality}")
        table = read_numbers(corpus, self.sensitive, self.columns, self.name, progress)
        if len(table.ids) < 2 or not table.dummies.shape[1]:
            return Judgement(tallies={"left": table.left, "sensitive": table.dummies.shape[1]})
        fresh = remove_correlation(table.dummies, table.values, self.alpha)
        spread = table.values.std(0)
        moved = np.abs(fresh - table.values) / np.where(spread > 0, spread, 1.0)
        edits, decisions = {}, []
        for row, (name, content) in enumerate(zip(table.ids, table.rows, strict=True)):
            changed = {column: float(f"{fresh[row, place]:.12g}") for place, column in enumerate(table.columns)}
            edits[name] = json.dumps({**json.loads(content), **changed}, ensure_ascii=False, allow_nan=False)
            decisions.append(
                Decision(name, "edited", RULE, float(moved[row].max()), None, f"{len(changed)} number columns")
            )
        return Judgement(tuple(decisions), edits, tallies=_tallies(table, fresh))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Correlation of each column with each group before and after, and how much of its variance is left."""
        after = {key: amount for key, amount in entries(tallies, "after")}
        rows: list[tuple[Cell, ...]] = [
            (*key, amount / SCALE, *_fisher(amount / SCALE, tallies.get("rows", 0)), after[key] / SCALE)
            for key, amount in sorted(entries(tallies, "before"))
        ]
        note = (
            f"Pearson's r over {tallies.get('rows', 0):,} rows; low and high bound the one before (Fisher's z, 95 %). "
            f"Alpha {self.alpha:g}: 1 takes all linear correlation out. A group can still be told from the columns in "
            "other ways: curved, or from several together. The new values have lost their units."
            f" {tallies.get('left', 0):,} rows lack a number or a group and stay as they were."
        )
        columns = ("column", "group", "r before", "low", "high", "r after")
        left: list[tuple[Cell, ...]] = [(key[0], amount / SCALE) for key, amount in entries(tallies, "variance")]
        return (
            Table("correlation-remover", "Correlation with groups before and after", columns, tuple(rows), note),
            Table(
                "correlation-remover-variance",
                "What is left of each column",
                ("column", "share of variance"),
                tuple(left),
            ),
        )

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C082 where there was nothing to remove, HW-C083 for columns of which nothing is left."""
        if documents and not tallies.get("rows"):
            one = "one group only" if not tallies.get("sensitive") else "no row with all the columns"
            return (
                Finding(
                    "HW-C082", "medium", "No correlation was removed", f"There is {one}; nothing was changed.",
                    "Check the columns, and whether a step before this one took the other rows out.",
                ),
            )  # fmt: skip
        empty = [key[0] for key, amount in entries(tallies, "variance") if amount / SCALE < LEFT_OVER]
        if not empty:
            return ()
        return (
            Finding(
                "HW-C083", "medium",
                f"Of {len(empty):,} columns hardly anything is left",
                f"{', '.join(empty[:8])}: less than {LEFT_OVER:.0%} of the variance. These columns were the group "
                "under another name, or constant.",
                "Leave them out of what a model learns from, and of this step.",
            ),
        )  # fmt: skip


def remove_correlation(sensitive: Floats, values: Floats, alpha: float) -> Floats:
    """fairlearn's ``CorrelationRemover`` on arrays (rows, groups) and (rows, columns): the new values."""
    from fairlearn.preprocessing import CorrelationRemover as Remover  # imports scikit-learn: 2 s

    both = np.concatenate([sensitive, values], 1)
    remover = Remover(sensitive_feature_ids=list(range(sensitive.shape[1])), alpha=alpha)
    return np.asarray(remover.fit_transform(both), np.float64)


def correlations(values: Floats, sensitive: Floats) -> Floats:
    """Pearson's r of each column (rows, columns) with each group (rows, groups); 0 where one of them is constant."""
    one, two = values - values.mean(0), sensitive - sensitive.mean(0)
    # what rounding leaves of a column that was taken out is no variation
    sizes = np.sqrt((one**2).sum(0))[:, None] * np.sqrt((two**2).sum(0))[None, :]
    floor = 1e-12 * np.sqrt((values**2).sum(0))[:, None] * np.sqrt((two**2).sum(0))[None, :]
    return np.where(sizes > floor, (one.T @ two) / np.where(sizes > 0, sizes, 1.0), 0.0)


def _tallies(table: NumberTable, fresh: Floats) -> dict[str, int]:
    before, after = (correlations(values, table.dummies) for values in (table.values, fresh))
    found = {"rows": len(table.ids), "left": table.left, "sensitive": table.dummies.shape[1]}
    names = [shown([f"{number}. {name}"]) for number, name in enumerate(table.columns, 1)]
    groups = [redact(name)[:80].replace("\t", " ") for name in table.groups]
    spread = table.values.var(0)
    kept = np.where(spread > 0, fresh.var(0) / np.where(spread > 0, spread, 1.0), 0.0)
    for i, column in enumerate(names):
        found[f"variance\t{column}"] = round(float(kept[i]) * SCALE)
        for j, group in enumerate(groups):
            found[f"before\t{column}\t{group}"] = round(float(before[i, j]) * SCALE)
            found[f"after\t{column}\t{group}"] = round(float(after[i, j]) * SCALE)
    return found


def _fisher(r: float, n: int) -> tuple[float | None, float | None]:
    """Bounds at 95 % by Fisher's z; none for fewer than four rows."""
    if n < 4 or abs(r) >= 1:
        return None, None
    z, half = float(np.arctanh(r)), 1.959963984540054 / float(np.sqrt(n - 3))
    return float(np.tanh(z - half)), float(np.tanh(z + half))


@FILTERS.register(
    "correlation-remover", source="fairlearn.preprocessing.CorrelationRemover; Fisher 1915, Biometrika 10"
)
def correlation_remover(
    sensitive: Sequence[str], columns: Sequence[str] = (), alpha: float = 1.0
) -> CorrelationRemover:
    """Rewrite the number columns of a table so that they are no longer linearly correlated with groups.

    ``sensitive`` are the columns of groups (values in text become one column of 0 and 1 for each but the first),
    ``columns`` those to rewrite, all other columns of numbers where none is named. ``alpha`` mixes: 1 removes all
    linear correlation, 0 none. Rows that lack one of the columns stay as they are. Rule ``correlation-removed``:
    ``measured`` is the largest change in standard deviations of the column.
    """
    if not sensitive:
        raise UsageError("correlation-remover: sensitive needs at least one column")
    if set(sensitive) & set(columns):
        raise UsageError("correlation-remover: a column cannot be sensitive and be rewritten")
    if not 0 <= alpha <= 1:
        raise UsageError(f"correlation-remover: alpha must lie between 0 and 1, not {alpha}")
    return CorrelationRemover("correlation-remover", tuple(sensitive), tuple(columns), alpha)
