"""The filter that tells good texts from bad ones by examples of both."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import Cell, Exhibit, Table, UsageError, derive_seed
from ..base import FILTERS, Annotation, Decision, Judgement
from .quality_model import QualityModel, load_quality_model, train_quality_model
from .sample import draw
from .text_column import ids_of, text_column
from .thresholds import Rule, fixed_rule

SOURCE = "Brown et al. 2020, GPT-3, appendix A; Platt 1999 (calibration)"
_BINS = 10


@dataclass(frozen=True, slots=True)
class QualityClassifier:
    """Removes documents that a trained classifier holds for bad; see :func:`quality_classifier`."""

    name: str
    minimum: float
    pareto: float | None
    seed: int | None
    model_sha256: str
    _model: QualityModel

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule on the probability."""
        return (fixed_rule("minimum-probability", 0, "at least", self.minimum),)

    @property
    def limits(self) -> tuple[float, ...]:
        """The limit of the rule."""
        return (self.minimum,)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """All rows, and the probability of each that it is good: float64 of shape (rows, 1)."""
        return np.arange(batch.num_rows), self._model.probabilities(text_column(batch, self.name))[:, None]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """An annotation with the probability of each document, removals, and tallies by tenths."""
        ids = ids_of(batch)
        _, measures = self.measure(batch)
        values = measures[:, 0]
        if self.pareto is None:
            limits, rule = np.full(len(ids), self.minimum), "minimum-probability"
        else:
            limits, rule = self._pareto_limits(ids), "pareto-sampling"
        dropped = values < limits
        decisions = [
            Decision(ids[row], "removed", rule, float(values[row]), float(limits[row]))
            for row in np.flatnonzero(dropped).tolist()
        ]
        notes = (Annotation(name, "quality", score=value) for name, value in zip(ids, values.tolist(), strict=True))
        tenths = np.minimum((values * _BINS).astype(int), _BINS - 1)
        tallies = {f"all {tenth}": int((tenths == tenth).sum()) for tenth in range(_BINS)}
        tallies |= {f"removed {tenth}": int((tenths[dropped] == tenth).sum()) for tenth in range(_BINS)}
        return Judgement(tuple(decisions), {}, tuple(notes), tallies=tallies)

    def _pareto_limits(self, ids: list[str]) -> np.ndarray:
        """1 - x with x of a Pareto (Lomax) distribution, drawn for each document by its id: below it, it goes."""
        places = draw(ids, derive_seed(self.seed or 0, self.name))
        drawn: np.ndarray = 1 - ((1 - places) ** (-1 / (self.pareto or 1.0)) - 1)
        return drawn

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """How well the classifier tells its own examples apart, and the documents by probability."""
        model = self._model
        facts: tuple[tuple[Cell, ...], ...] = (
            ("area under the curve (AUC), held-out examples", model.auc),
            ("low, 95 % (DeLong 1988)", model.low),
            ("high, 95 %", model.high),
            ("good examples, trained / held out", f"{model.good:,} / {model.good_held_out:,}"),
            ("bad examples, trained / held out", f"{model.bad:,} / {model.bad_held_out:,}"),
            ("SHA-256 of the model", self.model_sha256),
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                f"{tenth / _BINS:.1f} to {(tenth + 1) / _BINS:.1f}",
                tallies.get(f"all {tenth}", 0),
                tallies.get(f"removed {tenth}", 0),
            )
            for tenth in range(_BINS)
        )
        note = (
            "Probability that a document is of the kind of the good examples, where good and bad are equally frequent."
        )
        return (
            Table("quality-classifier", "Quality classifier", ("fact", "value"), facts, note),
            Table(
                "quality-classifier-scores", "Documents by probability", ("probability", "documents", "removed"), rows
            ),
        )


@FILTERS.register("quality-classifier", source=SOURCE, unit="probability")
def quality_classifier(
    good_path: str | None = None,
    bad_path: str | None = None,
    model_path: str | None = None,
    model_sha256: str | None = None,
    minimum: float = 0.5,
    pareto: float | None = None,
    seed: int | None = None,
) -> QualityClassifier:
    """Remove documents that look more like the bad examples than like the good ones: a classifier of your own.

    It is trained (hashed words and word pairs, logistic regression, calibrated on examples of its own) on the texts at
    ``good_path`` and ``bad_path`` when the step is built, or read from ``model_path`` (a file of
    ``train_quality_model(...).save``; ``model_sha256`` refuses another one). A document stays where its probability of
    being good is at least ``minimum``. With ``pareto`` (9 in GPT-3) it stays where the probability is above 1 - x, x
    drawn from a Pareto distribution of that shape, so that some doubtful documents stay; ``minimum`` is not used then.
    """
    if not 0 <= minimum <= 1 or (pareto is not None and pareto <= 0):
        raise UsageError(f"minimum must be from 0 to 1 and pareto above 0, not {minimum} and {pareto}")
    if (model_path is None) == (good_path is None) or (good_path is None) != (bad_path is None):
        raise UsageError("give either good_path and bad_path, or model_path")
    if model_path is not None:
        model = load_quality_model(model_path, model_sha256)
    else:
        model = train_quality_model(str(good_path), str(bad_path))
    return QualityClassifier("quality-classifier", minimum, pareto, seed, model.sha256, model)
