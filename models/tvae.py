"""The family ``tvae``: a variational autoencoder for the rows of a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from ..core import ConfigError, Corpus, Progress, Recipe, UsageError, canonical_json, derive_seed, generator
from .base import Checkpoint
from .checkpoint import Parts
from .conv_vae import divergence
from .ex_post import LEAST_PER_COMPONENT, ROWS
from .families import FAMILIES, Prepared
from .ledger import TrainingLedger
from .noise import Noise
from .samplers import Prior, choose
from .table_checkpoint import SCHEMA, ModelledTable, drawn_shares, mean_nats
from .table_columns import Cell
from .table_data import TableData, TableOptions, as_rows, prepare_table
from .table_schema import Encoded, TableSchema, cells_where
from .table_vae import TableVAE, TVAEConfig
from .training import reproducible

ACTIVE = 0.01
"""A latent dimension is active if its posterior mean varies by more than this over the data (Burda et al. 2015)."""
DIAGNOSED = 2_000
FINAL_SHARE = 0.1
BATCH = 256
"""Rows at a time outside of training."""
MONITORED_ROWS, MONITOR_SAMPLES, FINAL_SAMPLES = 512, 8, 32


@FAMILIES.register(
    "tvae", source="Xu et al. 2019, arXiv 1907.00503, section 4.5; Kingma & Welling 2013, arXiv 1312.6114"
)
class TVAEFamily:
    """Variational autoencoder for tables with columns of any kinds (TVAE): numbers, categories, dates, missing values.

    ``conditional`` names a column of few values that the model is told, to draw rows of a given value. ``columns``:
    those to model (all that can be); ``categories``: most values of a column that are told apart; ``modes``: most modes
    of a numeric column. ``beta`` weights the divergence. ``components`` of a Gaussian mixture are fitted to the latents
    after training, for the sampler ``ex-post``; 0 fits none. Recipe keys: size (xs, s, m), documents, weights, balance.
    """

    modality = "table"
    mixed = False
    defaults: Mapping[str, Any] = {"batch": 256, "learning_rate": 1e-3, "matrix_learning_rate": 0.01, "warmup": 50}

    def __init__(
        self,
        conditional: str | None = None,
        columns: Sequence[str] | None = None,
        categories: int = 100,
        modes: int = 10,
        beta: float = 1.0,
        components: int = 10,
    ) -> None:
        self.options = TableOptions(columns, categories, modes)
        for name, value in (("beta", beta), ("components", components)):
            if not 0 <= value < float("inf"):
                raise ConfigError(f"model.options.{name}: {value} must be 0 or more")
        self.conditional, self.beta, self.components = conditional, float(beta), components

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the rows, plan the columns and build the network."""
        with progress.task("columns of the table"):
            data = prepare_table(corpus, recipe, self.options)
        config = TVAEConfig.of_size(
            recipe.size,
            data.schema,
            condition=self._condition(data.schema),
            beta=self.beta,
            components=min(self.components, len(data) // LEAST_PER_COMPONENT),
        )
        network = TableVAE(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        network.set_schema(data.schema)
        control = data.measurable.take(np.arange(min(len(data.measurable), MONITORED_ROWS)))
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts={"network": config.to_json(), **data.facts()},
            summary=lambda trained, losses: _summary(trained, data, losses, recipe),
            monitor=(lambda trained: _held_out(trained, control, recipe.seed)) if len(control) else None,
            files={SCHEMA: canonical_json(data.schema.to_json()).decode()},
            unit="rows",
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`TVAECheckpoint`."""
        return TVAECheckpoint(folder, parts)

    def _condition(self, schema: TableSchema) -> int | None:
        if self.conditional is None:
            return None
        try:
            place = schema.place_of(str(self.conditional))
        except ConfigError as error:
            raise ConfigError(f"model.options.conditional: {error}") from None
        column = schema.columns[place]
        if column.is_numeric or column.pooled:
            raise ConfigError(
                f"model.options.conditional: {column.name!r} has too many values to draw rows for each; "
                f"name a column of at most {self.options.categories} values"
            )
        if len(schema.columns) == 1:
            raise ConfigError("model.options.conditional: the table has no other column to model")
        return place


class TVAECheckpoint(ModelledTable):
    """A trained TVAE: rows from its prior or from the density fitted after training, and bounds on likelihoods."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.config = TVAEConfig.from_json(parts.run["network"])
        if (self.config.places, self.config.numeric) != (self.schema.widths, self.schema.numeric):
            raise ValueError(f"{SCHEMA} describes other columns")
        network = TableVAE(self.config)
        network.load_state_dict(dict(parts.weights))
        self.network = network.set_schema(self.schema).eval()

    def samplers(self) -> dict[str, Any]:
        """``prior``, and ``ex-post`` where a density was fitted."""
        fitted = self.network.ex_post
        return {"prior": Prior(), **({"ex-post": fitted.sampler()} if fitted is not None else {})}

    @property
    def conditional(self) -> str | None:
        """The name of the column that the model is told."""
        return None if self.config.condition is None else self.schema.columns[self.config.condition].name

    @torch.inference_mode()
    def _draw(self, low: int, seed: int, where: Mapping[str, Cell], sampler: str | None) -> list[dict[str, Cell]]:
        told = self._told(low, seed, where)
        noise = Noise(seed, "row", low, low + self.chunk)
        rows = self.network.sample(noise, choose(self.samplers(), sampler, None), told)
        return [self.record(row) for row in rows]

    def _told(self, low: int, seed: int, where: Mapping[str, Cell]) -> Tensor | None:
        """The condition of each row: what is asked, or drawn as often as training showed it."""
        places = cells_where(self.schema, where)
        if other := [name for name in where if name != self.conditional]:
            able = (
                f"only {self.conditional!r}" if self.conditional else "none; train with options: {conditional: COLUMN}"
            )
            raise UsageError(f"where: this model can be asked for the value of a column: {able}, not {other[0]!r}")
        if self.config.condition is None:
            return None
        if places:
            return torch.full((self.chunk,), places[self.config.condition])
        uniform = generator(seed, "condition", low).random(self.chunk)
        return torch.from_numpy(drawn_shares(self.schema.columns[self.config.condition].counts, uniform))

    @torch.inference_mode()
    def log_likelihood(self, rows: pa.Table | Sequence[Mapping[str, Any]], k: int = 100, seed: int = 0) -> np.ndarray:
        """Importance-weighted bound L_k of each row (Burda et al. 2015, equation 8): nats, float64 (n,).

        Of the values as they are written; a density for a number on no grid. -inf for a row with a category or number
        out of the range that training showed. A conditional model gives log p(row | condition).
        """
        if k < 1:
            raise UsageError(f"log_likelihood: k = {k} must be 1 or more")
        return bound(self.network, self.encoded(rows, "log_likelihood", seed), seed, k)


def bound(network: TableVAE, rows: Encoded, seed: int, k: int) -> np.ndarray:
    """L_k of encoded rows, float64 (n,)."""
    values = np.zeros(len(rows))
    for low in range(0, len(rows), BATCH):
        part = rows.take(np.arange(low, min(low + BATCH, len(rows))))
        values[low : low + len(part)] = network.logprob(part, Noise(seed, "likelihood", low, low + len(part)), k)
    return values


@torch.inference_mode()
def _held_out(network: nn.Module, control: Encoded, seed: int) -> dict[str, float]:
    """The mean bound on held-out rows, in nats a row."""
    assert isinstance(network, TableVAE)
    return {"nats_per_row": -float(bound(network, control, seed, MONITOR_SAMPLES).mean())}


def _summary(network: nn.Module, data: TableData, losses: list[float], recipe: Recipe) -> Mapping[str, Any]:
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    assert isinstance(network, TableVAE)
    diagnosed = data.rows.take(np.arange(min(len(data), DIAGNOSED)))
    with reproducible(recipe.threads):
        if network.ex_post is not None:
            network.ex_post.fit(_latents(network, data, recipe.seed), recipe.seed)
        diagnostics: dict[str, Any] = _latent_diagnostics(network, diagnosed)
        diagnostics |= _bounds(network, diagnosed, data.measurable, recipe.seed)
    return {"final_loss": sum(last) / len(last), "diagnostics": diagnostics}


@torch.inference_mode()
def _bounds(network: TableVAE, trained: Encoded, held_out: Encoded, seed: int) -> dict[str, Any]:
    found = {
        key: value
        for side, rows in (("train", trained), ("held_out", held_out))
        for key, value in mean_nats(side, -bound(network, rows, seed, FINAL_SAMPLES)).items()
    }
    return {**found, "likelihood": "bound", "samples": FINAL_SAMPLES}


@torch.inference_mode()
def _latents(network: TableVAE, data: TableData, seed: int) -> Tensor:
    """A posterior sample of each of the first training rows, (n, latent): draws from the aggregate posterior."""
    parts = []
    for low in range(0, min(len(data), ROWS), BATCH):
        batch = data.batch(np.arange(low, min(low + BATCH, len(data), ROWS)))
        mean, log_variance = network.encode(batch)
        noise = Noise(seed, "aggregate posterior", low, low + len(mean))
        parts.append(mean + (log_variance / 2).exp() * noise.normal(network.config.latent))
    return torch.cat(parts)


@torch.inference_mode()
def _latent_diagnostics(network: TableVAE, rows: Encoded) -> dict[str, Any]:
    """Active units and the mean KL divergence of each latent dimension."""
    mean, log_variance = network.encode(as_rows(rows))
    active = int((mean.double().var(0, correction=0) > ACTIVE).sum())
    nats = divergence(mean.double(), log_variance.double()).mean(0)
    return {"latent": mean.shape[1], "active_units": active, "kl_per_dimension": nats.tolist()}
