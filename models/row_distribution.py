"""The distribution of one row, given what a model says of it: the same for every model of tables.

A model gives for each row ``logits`` (rows, places): those of each column's single values and modes, side by side;
``centres`` (rows, numeric columns) in [-1, 1] and ``widths`` (same shape): a number in mode m is normal around
mean_m + 4 sd_m centre, with 4 sd_m width as standard deviation, cut to the range of training and rounded to the
column's grid. Samples and likelihoods are of exactly this distribution: it sums to 1 over the values of a column.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .table_columns import Cell, TableColumn
from .table_modes import SPREAD
from .table_schema import Encoded, TableSchema


@dataclass(frozen=True)
class Targets:
    """Rows whose likelihood is asked, as tensors; see :class:`Encoded`."""

    points: Tensor
    numbers: Tensor
    log_shares: Tensor
    known: Tensor

    @classmethod
    def of(cls, rows: Encoded) -> "Targets":
        """The targets of encoded rows."""
        return cls(*(torch.from_numpy(getattr(rows, name)) for name in cls.__dataclass_fields__))

    def repeat(self, times: int) -> "Targets":
        """All rows, then all rows again, so many times."""
        names = self.__dataclass_fields__
        return Targets(*(getattr(self, name).repeat(times, *[1] * (getattr(self, name).ndim - 1)) for name in names))


def row_log_likelihood(
    schema: TableSchema, targets: Targets, logits: Tensor, centres: Tensor, widths: Tensor, skip: int | None = None
) -> Tensor:
    """Log-probability of each row, nats, float64 (rows,); a density for numbers on no grid, -inf for unknown rows.

    ``skip``: the number of a column that is given and not counted.
    """
    total = targets.log_shares.clone()
    for place, (column, part) in enumerate(zip(schema.columns, torch.split(logits, schema.widths, 1), strict=True)):
        if place == skip:
            continue
        logs = part.double().log_softmax(1)
        point = targets.points[:, place]
        found = logs.gather(1, point.clamp(min=0)[:, None])[:, 0].masked_fill(point < 0, -math.inf)
        if column.modes is not None:
            index = schema.numeric.index(place)
            x, centre, width = (each[:, index].double() for each in (targets.numbers, centres, widths))
            within = torch.logsumexp(logs[:, column.points :] + _log_mass(column, x, centre, width), 1)
            found = torch.logaddexp(found, within)
        total = total + found
    return total.masked_fill(~targets.known, -math.inf)


def _log_mass(column: TableColumn, x: Tensor, centre: Tensor, width: Tensor) -> Tensor:
    """Log-probability (or density) of numbers (rows,) in each mode: (rows, modes); -inf outside the range."""
    mean, sd = _normals(column, centre, width)
    inside = (x >= column.low) & (x <= column.high)
    half = column.step / 2
    at = torch.where(inside, x, torch.full_like(x, column.low))[:, None]
    if half:
        mass = _log_between((at - half - mean) / sd, (at + half - mean) / sd)
    else:
        mass = -0.5 * ((at - mean) / sd).square() - sd.log() - 0.5 * math.log(2 * math.pi)
    whole = _log_between((column.low - half - mean) / sd, (column.high + half - mean) / sd)
    return (mass - whole).masked_fill(~inside[:, None], -math.inf)


def _normals(column: TableColumn, centre: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation in each mode, (rows, modes)."""
    assert column.modes is not None
    means, reach = torch.from_numpy(column.modes.means), SPREAD * torch.from_numpy(column.modes.sds)
    return means + reach * centre[:, None], reach * width[:, None]


def _log_between(low: Tensor, high: Tensor) -> Tensor:
    """log of the standard normal mass between low and high, in the tails too."""
    flip = low > 0
    low, high = torch.where(flip, -high, low), torch.where(flip, -low, high)
    upper = torch.special.log_ndtr(high)
    gap = (torch.special.log_ndtr(low) - upper).clamp(max=-1e-300)
    return upper + torch.log(-torch.expm1(gap))


def draw_rows(
    schema: TableSchema,
    logits: Tensor,
    centres: Tensor,
    widths: Tensor,
    uniform: Tensor,
    given: Mapping[int, np.ndarray],
) -> list[list[Cell]]:
    """A value for each column of each row. ``uniform``: float64 (rows, columns, 2) from [0, 1).

    ``given``: the places (rows,) of columns that are not drawn.
    """
    drawn = []
    for place, (column, part) in enumerate(zip(schema.columns, torch.split(logits, schema.widths, 1), strict=True)):
        codes = given[place] if place in given else _pick(part, uniform[:, place, 0]).numpy()
        x = np.zeros((len(codes), 1))
        if column.modes is not None:
            index = schema.numeric.index(place)
            x = _numbers(column, centres[:, index].double(), widths[:, index].double(), uniform[:, place, 1]).numpy()
        drawn.append(_cells(column, codes, x, uniform[:, place, 1].numpy()))
    return [list(row) for row in zip(*drawn, strict=True)]


def _pick(logits: Tensor, uniform: Tensor) -> Tensor:
    total = logits.double().softmax(1).cumsum(1)
    place = torch.searchsorted(total, uniform[:, None] * total[:, -1:], right=True)[:, 0]
    return place.clamp(max=logits.shape[1] - 1)


def _numbers(column: TableColumn, centre: Tensor, width: Tensor, uniform: Tensor) -> Tensor:
    """A number for each row in each mode, by the inverse of the cut normal distribution: (rows, modes)."""
    mean, sd = _normals(column, centre, width)
    half = column.step / 2
    low, high = (column.low - half - mean) / sd, (column.high + half - mean) / sd
    flip = low > 0
    below = torch.special.ndtr(torch.where(flip, -high, low))
    above = torch.special.ndtr(torch.where(flip, -low, high))
    share = torch.where(flip, 1 - uniform[:, None], uniform[:, None])
    z = torch.special.ndtri(below + share * (above - below))
    z = torch.where(flip, -z, z)
    # far out in a tail the mass is no float any more: all of it lies at the nearer end
    z = torch.where(above > below, z, torch.where(flip, low, high))
    return (mean + sd * z).clamp(column.low, column.high)


def _cells(column: TableColumn, codes: np.ndarray, x: np.ndarray, uniform: np.ndarray) -> list[Cell]:
    cells: list[Cell] = []
    borders = np.cumsum([n for _, n in column.pooled])
    for row, code in enumerate(codes.tolist()):
        if code < len(column.values):
            cells.append(column.values[code])
        elif code < column.points:
            rare = int(np.searchsorted(borders, uniform[row] * borders[-1], "right"))
            cells.append(column.pooled[min(rare, len(borders) - 1)][0])
        else:
            cells.append(column.cell(on_grid(column, float(x[row, code - column.points]))))
    return cells


def on_grid(column: TableColumn, x: float) -> float:
    """The number on the column's grid that is nearest, within its range."""
    return min(max(round(x / column.step) * column.step, column.low), column.high) if column.step else x
