"""The family ``gaussian-mixture``: the baseline that other models of tables have to beat."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from threadpoolctl import threadpool_limits

from ..core import ConfigError, Corpus, Progress, Recipe, canonical_json
from .base import Checkpoint
from .checkpoint import Parts
from .families import FAMILIES, Prepared
from .ledger import TrainingLedger
from .noise import Noise
from .order import StepPlan, examples_at
from .row_mixture import RowMixture
from .table_checkpoint import SCHEMA, ModelledTable, mean_nats
from .table_columns import Cell
from .table_data import TableData, TableOptions, prepare_table
from .table_schema import cells_where
from .training import History

MOST = 1_000
DIAGNOSED = 2_000


@FAMILIES.register("gaussian-mixture", source="Dempster, Laird & Rubin 1977, JRSS B 39, 1-38")
class GaussianMixtureFamily:
    """Mixture of Gaussians and categories for tables: the baseline that others have to beat.

    ``components``: how many, from 1 to 1,000; in each the columns are independent. ``columns``, ``categories`` and
    ``modes`` as in tvae. Computed by expectation maximisation on what one pass shows: steps, budget and learning rates
    are not used. Recipe keys: documents, weights, balance.
    """

    modality = "table"
    mixed = False
    defaults: Mapping[str, Any] = {"batch": 256, "learning_rate": 1.0, "matrix_learning_rate": 1.0, "warmup": 0}

    def __init__(
        self, components: int = 20, columns: Sequence[str] | None = None, categories: int = 100, modes: int = 10
    ) -> None:
        if isinstance(components, bool) or not isinstance(components, int) or not 1 <= components <= MOST:
            raise ConfigError(f"model.options.components: {components!r} must be a whole number from 1 to {MOST:,}")
        self.components, self.options = components, TableOptions(columns, categories, modes)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the rows and plan the columns."""
        with progress.task("columns of the table"):
            data = prepare_table(corpus, recipe, self.options)
        mixture = RowMixture(data.schema, min(self.components, len(data)))
        return Prepared(
            network=mixture,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts={
                "network": {"components": len(mixture.log_weights)},
                **data.facts(),
                "parameters": sum(each.numel() for each in mixture.buffers()),
            },
            summary=lambda _, losses: _summary(mixture, data, losses),
            learn=lambda plan: _learn(mixture, data, plan, recipe),
            steps=-(-len(data) // int(recipe.batch or 1)),
            files={SCHEMA: canonical_json(data.schema.to_json()).decode()},
            unit="rows",
            falls=False,
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`MixtureCheckpoint`."""
        return MixtureCheckpoint(folder, parts)


class MixtureCheckpoint(ModelledTable):
    """A mixture: rows, with any values of single-valued columns given, and exact likelihoods."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.network = RowMixture(self.schema, int(parts.run["network"]["components"]))
        self.network.load_state_dict(dict(parts.weights))

    @torch.inference_mode()
    def _draw(self, low: int, seed: int, where: Mapping[str, Cell], sampler: str | None) -> list[dict[str, Cell]]:
        noise = Noise(seed, "row", low, low + self.chunk)
        rows = self.network.sample(noise, cells_where(self.schema, where))
        return [self.record(row) for row in rows]

    @torch.inference_mode()
    def log_likelihood(self, rows: pa.Table | Sequence[Mapping[str, Any]], seed: int = 0) -> np.ndarray:
        """Log-probability of each row's values: nats, float64 (n,); a density for a number on no grid.

        -inf for a row with a category or number out of the range that training showed.
        """
        return np.asarray(self.network.logprob(self.encoded(rows, "log_likelihood", seed)).numpy())


@torch.no_grad()
def _learn(mixture: RowMixture, data: TableData, plan: StepPlan, recipe: Recipe) -> History:
    """Fit to what the plan shows; the history is the loss of each step's rows under the finished model."""
    with threadpool_limits(1):
        mixture.fit(data.rows, data.times(plan), recipe.seed)
        nats = -mixture.logprob(data.rows).numpy()
        history = History(("",))
        for step in range(plan.steps):
            history.rows.append([float(nats[examples_at(plan, step)].mean())])
        if len(data.measurable):
            history.measured[plan.steps] = {"nats_per_row": -float(mixture.logprob(data.measurable).mean())}
    return history


@torch.no_grad()
def _summary(mixture: RowMixture, data: TableData, losses: list[float]) -> Mapping[str, Any]:
    trained = data.rows.take(np.arange(min(len(data), DIAGNOSED)))
    found: dict[str, Any] = {"likelihood": "exact"}
    for side, rows in (("train", trained), ("held_out", data.measurable)):
        found |= mean_nats(side, -mixture.logprob(rows).numpy())
    return {"final_loss": sum(losses) / len(losses), "diagnostics": found}
