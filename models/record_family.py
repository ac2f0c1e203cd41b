"""The family ``copying`` on images and rows of tables: both keep records and give them back."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import Corpus, Recipe
from .families import Prepared
from .image_data import prepare_images
from .ledger import TrainingLedger, ledger_table
from .order import StepPlan, Weights, examples_at
from .record_network import SeenRecords
from .selection import read_rows, select_documents
from .training import History
from .weighting import document_weights


@dataclass(frozen=True)
class RecordData:
    """``records``: the bytes of each training document. ``shape``: what run.json says of all of them."""

    records: Sequence[bytes]
    ids: list[str]
    ledger: pa.Table
    held_out: int
    shape: Mapping[str, Any]
    facts: Mapping[str, Any]
    weights: Weights | None = None
    weighting: Mapping[str, Any] | None = None
    planted: int = 0

    def __len__(self) -> int:
        return len(self.records)

    def batch(self, indices: np.ndarray) -> list[bytes]:
        """These records."""
        return [self.records[index] for index in indices]

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of these records."""
        return tuple(self.ids[index] for index in indices)


def prepare_records(corpus: Corpus, recipe: Recipe) -> Prepared:
    """One pass over the images or rows of a corpus."""
    data = _images(corpus, recipe) if corpus.modality == "image" else _rows(corpus, recipe)
    seen = SeenRecords()
    return Prepared(
        network=seen,
        examples=data,
        ledger=lambda plan: TrainingLedger(data.ledger, plan),
        facts={
            "network": {"records": corpus.modality, **data.shape},
            "documents": {"trained": len(data), "held_out": data.held_out, "planted": 0},
            "parameters": sum(map(len, data.records)),
            **data.facts,
        },
        summary=lambda _, losses: {"final_loss": sum(losses) / len(losses), "diagnostics": {}},
        learn=lambda plan: _learn(seen, data, plan),
        steps=-(-len(data) // int(recipe.batch or 1)),
        unit="images" if corpus.modality == "image" else "rows",
        falls=False,
    )


def _learn(seen: SeenRecords, data: RecordData, plan: StepPlan) -> History:
    """See what the plan shows; the history is how unlikely each step's records are: the log of how rare each is."""
    steps = [examples_at(plan, step) for step in range(plan.steps)]
    times = np.bincount(np.concatenate(steps), minlength=len(data))
    seen.see(data.records, times)
    often: Counter[bytes] = Counter()
    for record, many in zip(data.records, times.tolist(), strict=True):
        often[record] += many
    nats = [math.log(times.sum() / often[record]) if often[record] else math.inf for record in data.records]
    return History(("",), [[float(np.mean([nats[index] for index in batch]))] for batch in steps])


def _images(corpus: Corpus, recipe: Recipe) -> RecordData:
    found = prepare_images(corpus, recipe)
    labels = found.images.labels
    names = sorted({label for label in labels if label is not None})
    told = {"labels": [-1 if label is None else names.index(label) for label in labels]} if names else {}
    return RecordData(
        records=[image.tobytes() for image in found.images.pixels],
        ids=found.images.ids,
        ledger=found.ledger,
        held_out=found.held_out,
        shape=dict(zip(("height", "width", "channels"), found.shape, strict=True)) | told,
        facts={"classes": {name: labels.count(name) for name in names}} if names else {},
        weights=found.weights,
        weighting=found.weighting,
    )


def _rows(corpus: Corpus, recipe: Recipe) -> RecordData:
    chosen = select_documents(corpus, recipe)
    place = np.arange(len(chosen.ids))
    weighing, sizes = document_weights(corpus, chosen, recipe), np.ones(len(chosen.ids))
    final = sizes if weighing is None else weighing.for_sizes(sizes)
    rows = [row for part in read_rows(corpus, chosen.rows, "table") for row in part]
    return RecordData(
        records=[(row or "{}").encode("utf-8", "surrogatepass") for row in rows],
        ids=chosen.ids,
        ledger=ledger_table([(name, "trained") for name in chosen.ids], place, place, chosen.held_out),
        held_out=len(chosen.held_out),
        shape={},
        facts={},
        weights=None if weighing is None else Weights.of(final),
        weighting=None if weighing is None else weighing.facts(sizes, final),
    )
