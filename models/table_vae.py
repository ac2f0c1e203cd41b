"""A variational autoencoder for rows of a table: TVAE of Xu et al. 2019 (arXiv 1907.00503), section 4.5.

A numeric cell is a mode (one-hot, beta in the paper) and an offset from its mean (alpha); a category is one-hot (d).
Encoder and decoder have two hidden layers. Given z, alpha is normal around tanh of a linear map with one learned
width delta a column, and modes and categories follow a softmax. Given a condition, both are told it.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean
from .conv_vae import divergence
from .ex_post import ExPostDensity
from .importance import log_mean_weight, log_weights
from .noise import Noise
from .row_distribution import Targets, draw_rows, row_log_likelihood
from .samplers import LatentSampler
from .table_columns import Cell
from .table_data import Rows
from .table_schema import Encoded, TableSchema

SIZES = {"xs": (128, 32), "s": (256, 64), "m": (512, 128)}
"""Size dial: width of the hidden layers, latent dimensions."""
LEAST_WIDTH, MOST_WIDTH = 0.01, 1.0
"""Bounds of delta, as in the authors' code (github.com/sdv-dev/CTGAN)."""
IMPORTANCE_ROWS = 4_096
"""Latents decoded at a time."""


@dataclass(frozen=True, slots=True)
class TVAEConfig:
    """Shape of the network: places of each column, which columns have modes, and the column that is told, if any."""

    places: tuple[int, ...]
    numeric: tuple[int, ...]
    hidden: int
    latent: int
    condition: int | None = None
    beta: float = 1.0
    components: int = 0

    @classmethod
    def of_size(cls, size: str, schema: TableSchema, **rest: Any) -> "TVAEConfig":
        """The shape for one notch of the size dial; an unknown size raises :class:`ConfigError`."""
        if size not in SIZES:
            raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
        return cls(schema.widths, schema.numeric, *SIZES[size], **rest)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TVAEConfig":
        """The shape that ``asdict`` wrote."""
        return cls(**{**data, "places": tuple(data["places"]), "numeric": tuple(data["numeric"])})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


class TableVAE(nn.Module):
    """See above; what it reads of a row is (codes, offsets) of :class:`Encoded`."""

    likelihood: Literal["bound"] = "bound"

    def __init__(self, config: TVAEConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        places, numbers = sum(config.places), len(config.numeric)
        told = 0 if config.condition is None else config.places[config.condition]
        self.encoder = nn.ModuleList([nn.Linear(places + numbers, config.hidden), _hidden(config)])
        self.posterior = nn.Linear(config.hidden, 2 * config.latent)
        self.decoder = nn.ModuleList([nn.Linear(config.latent + told, config.hidden), _hidden(config)])
        self.row = nn.Linear(config.hidden, places + numbers)
        self.delta = nn.Parameter(torch.full((numbers,), math.log(0.1)))
        self._initialise(generator)
        self.ex_post = ExPostDensity(config.components, config.latent) if config.components else None

    def _initialise(self, generator: torch.Generator | None) -> None:
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5, generator=generator)
            elif name != "delta":
                nn.init.zeros_(parameter)
        nn.init.zeros_(self.posterior.weight)

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains: those between hidden layers."""
        return ["encoder.1.weight", "decoder.1.weight"]

    def encode(self, batch: Rows) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the posterior, (n, latent) each."""
        codes, offsets = batch
        parts = [F.one_hot(codes[:, place], width) for place, width in enumerate(self.config.places)]
        x = torch.cat([torch.cat(parts, 1).to(offsets.dtype), offsets], 1)
        for layer in self.encoder:
            x = F.relu(layer(x))
        mean, log_variance = self.posterior(x).chunk(2, 1)
        return mean, log_variance.clamp(-12, 6)

    def decode(self, z: Tensor, told: Tensor | None) -> tuple[Tensor, Tensor]:
        """z (n, latent), and the place of what is told, to logits (n, places) and centres (n, numeric columns)."""
        if told is not None:
            assert self.config.condition is not None
            z = torch.cat([z, F.one_hot(told, self.config.places[self.config.condition]).to(z.dtype)], 1)
        for layer in self.decoder:
            z = F.relu(layer(z))
        out: Tensor = self.row(z)
        places = sum(self.config.places)
        return out[:, :places], out[:, places:].tanh()

    @property
    def widths(self) -> Tensor:
        """delta of each numeric column, within [0.01, 1]."""
        return self.delta.exp().clamp(LEAST_WIDTH, MOST_WIDTH)

    def told(self, codes: Tensor) -> Tensor | None:
        """The place of the condition of each row."""
        return None if self.config.condition is None else codes[:, self.config.condition]

    def loss(self, batch: Rows) -> Tensor:
        """Reconstruction + beta * divergence of each row, one posterior sample: nats, shape (n,)."""
        mean, log_variance = self.encode(batch)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        logits, centres = self.decode(z, self.told(batch[0]))
        return self._reconstruction(batch, logits, centres) + self.config.beta * divergence(mean, log_variance).sum(1)

    def _reconstruction(self, batch: Rows, logits: Tensor, centres: Tensor) -> Tensor:
        """Nats of codes and offsets: what the paper calls the loss of the decoder."""
        codes, offsets = batch
        nats = torch.zeros(len(codes))
        for place, part in enumerate(torch.split(logits, self.config.places, 1)):
            if place != self.config.condition:
                nats = nats + F.cross_entropy(part, codes[:, place], reduction="none")
        if not self.config.numeric:
            return nats
        width = self.widths
        density = 0.5 * ((offsets - centres) / width).square() + width.log() + 0.5 * math.log(2 * math.pi)
        return nats + (density * self._in_mode(codes)).sum(1)

    def _in_mode(self, codes: Tensor) -> Tensor:
        """1 where the cell of a numeric column lies in a mode, 0 where it is a single value: (n, numeric columns)."""
        return (codes[:, list(self.config.numeric)] >= self.first_modes).float()

    first_modes: Tensor

    def set_schema(self, schema: TableSchema) -> "TableVAE":
        """Tell the network where the modes of each column begin, and how rows are read and written."""
        self.schema = schema
        self.first_modes = torch.tensor([schema.columns[place].points for place in schema.numeric])
        return self

    def sample(self, noise: Noise, sampler: LatentSampler, classes: Tensor | None = None) -> list[list[Cell]]:
        """A row of values for each row of the noise; ``classes`` are the places of the condition."""
        logits, centres = self.decode(sampler.latents(noise, self.config.latent), classes)
        uniform = noise.uniform(len(self.config.places), 2)
        given = {} if classes is None or self.config.condition is None else {self.config.condition: classes.numpy()}
        return draw_rows(self.schema, logits, centres, self.widths.expand(len(logits), -1), uniform, given)

    def logprob(self, rows: Encoded, noise: Noise, samples: int = 1) -> Tensor:
        """The importance-weighted bound L_k on log p(row), with a condition log p(row | condition): nats, (n,)."""
        targets = Targets.of(rows)
        codes = torch.from_numpy(rows.codes)
        mean, log_variance = self.encode((codes, torch.from_numpy(rows.offsets)))
        draws = noise.normal(samples, self.config.latent).transpose(0, 1)
        told = self.told(codes)

        def log_likelihood(z: Tensor) -> Tensor:
            many = len(z)
            logits, centres = self.decode(z.flatten(0, 1), None if told is None else told.repeat(many))
            widths = self.widths.expand(len(logits), -1)
            found = row_log_likelihood(
                self.schema, targets.repeat(many), logits, centres, widths, self.config.condition
            )
            return found.view(many, -1)

        parts = torch.split(draws, max(1, IMPORTANCE_ROWS // max(1, len(rows))))
        return log_mean_weight(torch.cat([log_weights(log_likelihood, mean, log_variance, part) for part in parts]))


def _hidden(config: TVAEConfig) -> nn.Linear:
    return nn.Linear(config.hidden, config.hidden)
