"""What the report of a training shows of a model of tables: rows that it makes, and each column beside training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import Cell, Chart, Exhibit, Finding, Score, Series, Table, wilson
from ..curate import redact
from .base import Checkpoint
from .row_distribution import on_grid
from .table_checkpoint import ModelledTable, TableCheckpoint
from .table_columns import TableColumn, bin_counts

SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_VALUES, SHOWN_CHARTS = 10, 30, 12, 20
DRAWN = 1_000
NEVER = 1e-3
"""A value that comes in none of the rows drawn is missing if chance would do that less often, over all values."""
NAMED = 8
CELL = 60


@dataclass(frozen=True)
class Marginal:
    """One column in training and in ``n`` rows drawn: the parts it is cut into, and how many rows lie in each."""

    name: str
    parts: tuple[str, ...]
    trained: np.ndarray
    made: np.ndarray
    ordered: bool

    @property
    def distance(self) -> float:
        """Total variation distance between the shares, [0, 1]."""
        return float(np.abs(self.trained / self.trained.sum() - self.made / self.made.sum()).sum() / 2)

    @property
    def by_chance(self) -> float:
        """The distance that as many rows drawn from the training shares have on average (normal approximation)."""
        p = self.trained / self.trained.sum()
        return float(np.sqrt(2 * p * (1 - p) / (math.pi * self.made.sum())).sum() / 2)


def table_exhibits(checkpoint: Checkpoint) -> tuple[Exhibit, ...]:
    """Rows, and each column beside training, where the checkpoint makes rows."""
    if not isinstance(checkpoint, TableCheckpoint):
        return ()
    samples = (sample_table(checkpoint),)
    if not isinstance(checkpoint, ModelledTable):
        return samples
    found = marginals(checkpoint)
    return (*samples, _distances(found), *(_chart(one) for one in found[:SHOWN_CHARTS]))


def table_findings(checkpoint: Checkpoint) -> tuple[Finding, ...]:
    """What the model leaves out."""
    if not isinstance(checkpoint, ModelledTable):
        return ()
    found = (_left_out(checkpoint.run), _pooled(checkpoint.run), _never(marginals(checkpoint)))
    return tuple(finding for finding in found if finding)


def table_scores(run: Mapping[str, Any]) -> tuple[Score, ...]:
    """Nats a row on rows that training saw and on rows held out, with their intervals."""
    told, found = run["diagnostics"], []
    for side in ("train", "held_out"):
        if f"nats_per_row_{side}" in told:
            mean, error = told[f"nats_per_row_{side}"], told[f"nats_per_row_{side}_error"]
            how = (
                "log-probability" if told["likelihood"] == "exact" else f"bound by {told['samples']} importance samples"
            )
            found.append(
                Score(
                    "negative-log-likelihood", mean, told[f"{side}_rows"], "nats per row",
                    f"{how} of the values of a row, density for numbers on no grid", mean - 1.96 * error,
                    mean + 1.96 * error, interval="normal", direction="lower",
                    slice={"rows": "trained" if side == "train" else "held out"},
                )
            )  # fmt: skip
    return tuple(found)


def table_facts(run: Mapping[str, Any]) -> dict[str, Cell]:
    """Facts of the columns."""
    if "table" not in run:
        return {}
    told = run["table"]
    facts: dict[str, Cell] = {
        "columns modelled": told["columns"],
        "columns of numbers": told["numeric"],
        "columns left out": len(told["left_out"]) + told["beyond"],
    }
    if told["held_out_unknown"]:
        facts["held-out rows with values that training never showed"] = told["held_out_unknown"]
    return facts


def sample_table(checkpoint: TableCheckpoint) -> Table:
    """The first rows of seed 0."""
    names = list(checkpoint.columns)[:SHOWN_COLUMNS]
    rows = tuple(
        tuple(_shown(row[name]) for name in names) for row in checkpoint.sample_rows(SHOWN_ROWS, 0).to_pylist()
    )
    note = "The first rows that the model makes with seed 0, none picked out."
    if len(checkpoint.columns) > SHOWN_COLUMNS:
        note += f" The first {SHOWN_COLUMNS} of {len(checkpoint.columns)} columns."
    return Table("training-samples", "Rows of the trained model", tuple(map(redact, names)), rows, note)


def marginals(checkpoint: ModelledTable) -> list[Marginal]:
    """Each column in training beside 1,000 rows of seed 0, the most distant first."""
    records = checkpoint.sample_records(DRAWN, 0)
    rows = checkpoint.schema.encode_rows(records)
    found = []
    for place, column in enumerate(checkpoint.schema.columns):
        single = rows.points[:, place]
        made = np.bincount(single[single >= 0], minlength=column.points)
        if column.is_numeric:
            numbers = rows.numbers[single < 0, checkpoint.schema.numeric.index(place)]
            made = np.concatenate([made, bin_counts(numbers, np.array(column.bins))])
        trained = np.array(
            [*column.counts, *([sum(n for _, n in column.pooled)] if column.pooled else []), *column.bin_counts]
        )
        found.append(Marginal(column.name, _parts(column), trained, made, column.is_numeric))
    return sorted(found, key=lambda one: -one.distance)


def _parts(column: TableColumn) -> tuple[str, ...]:
    names = ["(missing)" if value is None else redact(str(value))[:CELL] for value in column.values]
    if column.pooled:
        names.append(f"({len(column.pooled):,} rarer values)")
    borders = [str(column.cell(on_grid(column, x))) for x in column.bins]
    if len(borders) == 1:
        names.append(borders[0])
    return (*names, *(f"{low} to {high}" for low, high in zip(borders, borders[1:], strict=False)))


def _distances(found: Sequence[Marginal]) -> Table:
    rows = tuple((redact(one.name), len(one.parts), one.distance, one.by_chance) for one in found)
    note = (
        f"Total variation distance between the shares in training and in {DRAWN:,} rows drawn: 0 is the same, 1 is "
        "nothing in common. Numbers are cut into tenths. The last column is what so few rows have by chance."
    )
    columns = ("column", "parts", "distance", "by chance")
    return Table("column-distances", "How far each column is from training", columns, rows, note)


def _chart(one: Marginal) -> Chart:
    """Shares of the commonest parts, with Wilson intervals of the rows drawn."""
    kept = sorted(np.argsort(-one.trained, kind="stable")[:SHOWN_VALUES].tolist())
    names = _different([one.parts[part] for part in kept])
    n = int(one.made.sum())
    bounds = [wilson(int(one.made[part]), n) for part in kept]
    trained = tuple(float(one.trained[part] / one.trained.sum()) for part in kept)
    made = tuple(float(one.made[part] / n) for part in kept)
    rest = len(one.parts) - len(kept)
    note = f"Bars of the model carry 95 % Wilson intervals of {n:,} rows." + (
        f" {rest:,} rarer values are not shown." if rest else ""
    )
    return Chart(
        f"column-{redact(one.name)}",
        f"{redact(one.name)}: training and model",
        "bar",
        "value",
        "share of rows",
        (
            Series("training", names, trained, trained, trained),
            Series("model", names, made, tuple(low for low, _ in bounds), tuple(high for _, high in bounds)),
        ),
        note,
        "Columns beside training",
    )


def _different(names: Sequence[str]) -> tuple[str, ...]:
    """Names that were cut or redacted to the same text get a number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _shown(value: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    return redact(value)[:CELL] if isinstance(value, str) else value


def _left_out(run: Mapping[str, Any]) -> Finding | None:
    left = {name: why for name, why in run["table"]["left_out"].items() if not why.startswith("is not among")}
    beyond = run["table"]["beyond"]
    if not left and not beyond:
        return None
    told = "; ".join(f"{redact(name)[:CELL]} {why}" for name, why in list(left.items())[:NAMED])
    more = f"; and {len(left) - NAMED} more" if len(left) > NAMED else ""
    over = f" {beyond:,} columns beyond the first 1,000 were not read." if beyond else ""
    return Finding(
        code="HW-T060",
        severity="low",
        title="Columns are left out of the model",
        meaning=f"The rows that it makes lack them: {told}{more}.{over}" if left else over.strip(),
        advice="Where one of them matters, turn it into numbers or categories before curation, or name the columns to "
        "model with model.options.columns.",
    )


def _pooled(run: Mapping[str, Any]) -> Finding | None:
    pooled = run["table"]["pooled"]
    if not pooled:
        return None
    told = ", ".join(f"{redact(name)[:CELL]} ({many:,} values)" for name, many in list(pooled.items())[:NAMED])
    return Finding(
        code="HW-T061",
        severity="info",
        title="Rare values are not told apart",
        meaning=f"They share one place and are drawn there as often as in training, whatever the row says: {told}.",
        advice="Raise model.options.categories to tell more of them apart, or group them before curation.",
    )


def _never(found: Sequence[Marginal]) -> Finding | None:
    values = sum(len(one.parts) for one in found)
    missing = [
        (float(n / one.trained.sum()), f"{redact(one.name)[:CELL]}: {part}")
        for one in found
        for part, n, made in zip(one.parts, one.trained, one.made, strict=True)
        if not made and (1 - n / one.trained.sum()) ** one.made.sum() < NEVER / values
    ]
    if not missing:
        return None
    told = "; ".join(f"{name} ({share:.1%} of the training rows)" for share, name in sorted(missing)[::-1][:NAMED])
    return Finding(
        code="HW-T062",
        severity="medium",
        title="The model never makes values that training showed often",
        meaning=f"{len(missing):,} values come in none of {DRAWN:,} rows, which chance would not do: {told}.",
        advice="Train for more steps, or balance the training by such a column (model.balance).",
    )
