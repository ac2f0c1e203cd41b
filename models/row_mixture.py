"""A mixture model of rows: in each component the columns are independent, normal or categorical.

Fitted by expectation maximisation (Dempster, Laird & Rubin 1977, JRSS B 39). On mixed columns this is a latent class
model (Everitt & Hand 1981, Finite Mixture Distributions). A numeric cell is read as in tvae: its mode, and a normal
offset from the mode's mean.
"""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..core import generator
from .noise import Noise
from .row_distribution import Targets, draw_rows, row_log_likelihood
from .table_columns import Cell
from .table_schema import Encoded, TableSchema

Floats = NDArray[np.float64]
LEAST_WIDTH, MOST_WIDTH = 0.01, 1.0
PASSES, GAIN = 200, 1e-4
"""At most so many passes; fewer once a pass gains less than so many nats a row."""
PRIOR = 1.0
"""Rows like the whole table that each component is given, so that none rules a value out."""
ROWS = 4_096


class RowMixture(nn.Module):
    """``log_weights`` (k,), ``logits`` (k, places), ``centres`` and ``widths`` (k, numeric columns): all float64."""

    likelihood: Literal["exact"] = "exact"
    log_weights: Tensor
    logits: Tensor
    centres: Tensor
    widths: Tensor

    def __init__(self, schema: TableSchema, components: int) -> None:
        super().__init__()
        self.schema = schema
        places, numbers = sum(schema.widths), len(schema.numeric)
        shapes = {"log_weights": (), "logits": (places,), "centres": (numbers,), "widths": (numbers,)}
        for name, shape in shapes.items():
            self.register_buffer(name, torch.zeros(components, *shape, dtype=torch.float64))

    def hidden_matrices(self) -> list[str]:
        """None: nothing here moves by steps."""
        return []

    def fit(self, rows: Encoded, times: np.ndarray, seed: int) -> None:
        """Fit to rows, each counted ``times``; seeds are rows drawn at random."""
        rows, weights = rows.take(np.flatnonzero(times)), times[times > 0].astype(np.float64)
        shares = self._first(rows, weights, seed)
        last = -math.inf
        for _ in range(PASSES):
            self._maximise(rows, weights, shares)
            logs = self.joint(rows)
            total = np.logaddexp.reduce(logs, 1)
            shares = np.exp(logs - total[:, None])
            mean = float((weights * total).sum() / weights.sum())
            if mean - last < GAIN:
                return
            last = mean

    def _first(self, rows: Encoded, weights: Floats, seed: int) -> Floats:
        """Shares of each row in the components (rows, k): near to one of k drawn rows, by the columns that agree."""
        k = len(self.log_weights)
        picked = generator(seed, "components").choice(len(rows), k, p=weights / weights.sum())
        near = np.zeros((len(rows), k))
        for place in range(len(self.schema.columns)):
            near += rows.codes[:, place, None] == rows.codes[picked, place]
        near += generator(seed, "ties").random(k) * 0.5
        shares = np.exp(near - near.max(1, keepdims=True))
        return np.asarray(shares / shares.sum(1, keepdims=True))

    def _maximise(self, rows: Encoded, weights: Floats, shares: Floats) -> None:
        mass = shares * weights[:, None]
        total = mass.sum(0)
        whole = weights.sum()
        self.log_weights.copy_(torch.from_numpy(np.log((total + PRIOR) / (total + PRIOR).sum())))
        parts = []
        for place, width in enumerate(self.schema.widths):
            codes = rows.codes[:, place]
            overall = (np.bincount(codes, weights, width) + 1 / width) / (whole + 1)
            counted = np.stack([np.bincount(codes, mass[:, one], width) for one in range(len(total))])
            parts.append(np.log((counted + PRIOR * overall) / (total[:, None] + PRIOR)))
        self.logits.copy_(torch.from_numpy(np.concatenate(parts, 1)))
        for index, place in enumerate(self.schema.numeric):
            self._normal(index, rows.offsets[:, index].astype(np.float64), self._in_mode(rows, place), weights, mass)

    def _in_mode(self, rows: Encoded, place: int) -> NDArray[np.bool_]:
        return np.asarray(rows.codes[:, place] >= self.schema.columns[place].points)

    def _normal(self, index: int, x: Floats, inside: NDArray[np.bool_], weights: Floats, mass: Floats) -> None:
        """Mean and width of the offsets of one column in each component; a little of the whole in each."""
        x, mass, weights = x[inside], mass[inside], weights[inside]
        centre = float((weights * x).sum() / weights.sum()) if len(x) else 0.0
        spread = float((weights * np.square(x - centre)).sum() / weights.sum()) if len(x) else 1.0
        n = mass.sum(0) + PRIOR
        means = ((mass * x[:, None]).sum(0) + PRIOR * centre) / n
        squares = (mass * np.square(x[:, None] - means)).sum(0) + PRIOR * (spread + np.square(centre - means))
        self.centres[:, index] = torch.from_numpy(means)
        self.widths[:, index] = torch.from_numpy(np.clip(np.sqrt(squares / n), LEAST_WIDTH, MOST_WIDTH))

    def joint(self, rows: Encoded) -> Floats:
        """Log of weight times density of codes and offsets in each component: nats, (rows, k)."""
        logs = np.tile(self.log_weights.numpy(), (len(rows), 1))
        first = 0
        for place, width in enumerate(self.schema.widths):
            logs += self.logits.numpy()[:, first : first + width].T[rows.codes[:, place]]
            first += width
        for index, place in enumerate(self.schema.numeric):
            centre, width_of = self.centres[:, index].numpy(), self.widths[:, index].numpy()
            z = (rows.offsets[:, index, None].astype(np.float64) - centre) / width_of
            density = -0.5 * np.square(z) - np.log(width_of) - 0.5 * math.log(2 * math.pi)
            logs += np.where(self._in_mode(rows, place)[:, None], density, 0.0)
        return logs

    def logprob(self, rows: Encoded) -> Tensor:
        """Log-probability of each row's values, nats, float64 (rows,): a density for a number on no grid."""
        found = []
        for low in range(0, len(rows), ROWS):
            targets = Targets.of(rows.take(np.arange(low, min(low + ROWS, len(rows)))))
            logs = [self._within(one, targets) for one in range(len(self.log_weights))]
            found.append(torch.logsumexp(torch.stack(logs), 0))
        return torch.cat(found) if found else torch.zeros(0, dtype=torch.float64)

    def _within(self, one: int, targets: Targets) -> Tensor:
        """Log of weight times probability of each row's values in one component."""
        parts = [each[one].expand(len(targets.known), -1) for each in (self.logits, self.centres, self.widths)]
        return self.log_weights[one] + row_log_likelihood(self.schema, targets, *parts)

    def sample(self, noise: Noise, where: Mapping[int, int]) -> list[list[Cell]]:
        """A row of values for each row of the noise; ``where`` gives places of columns, and the rest follows them."""
        logs, first = self.log_weights.clone(), np.cumsum([0, *self.schema.widths])
        for place, value in where.items():
            logs = logs + self.logits[:, int(first[place]) + value]
        borders = logs.softmax(0).cumsum(0)
        component = torch.searchsorted(borders, noise.uniform() * borders[-1], right=True).clamp(max=len(logs) - 1)
        uniform = noise.uniform(len(self.schema.columns), 2)
        given = {place: np.full(len(noise), value) for place, value in where.items()}
        parts = (each[component] for each in (self.logits, self.centres, self.widths))
        return draw_rows(self.schema, *parts, uniform, given)
