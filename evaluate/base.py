"""What a metric gets and what it gives back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from ..core import SILENT, Corpus, Exhibit, Finding, Measurement, Progress, Registry
from ..curate import Columns, columns_from, removed_of, tables_of
from ..models import Checkpoint
from .items import ItemValues
from .memorization.index import SuffixIndex, open_index

if TYPE_CHECKING:
    from .trace import Trace

T = TypeVar("T")

SAMPLE_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("kind", pa.string()),  # free, prefix, repeat, counterfactual
        pa.field("prompt", pa.large_string()),
        pa.field("output", pa.large_string()),
        pa.field("reference", pa.large_string()),  # prefix: the true continuation
        pa.field("document_id", pa.string()),  # prefix: the document that the prompt was taken from
        pa.field("group", pa.string()),  # counterfactual: the identity group in the prompt
        pa.field("pair", pa.string()),  # counterfactual, repeat: samples that belong together
        pa.field("seed", pa.int64()),
        pa.field("model", pa.string()),
        pa.field("parameters", pa.string()),
    ]
)
IMAGE_SAMPLE_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("image", pa.large_binary()),
        pa.field("height", pa.int32()),
        pa.field("width", pa.int32()),
        pa.field("channels", pa.int32()),
        pa.field("label", pa.string()),  # what the model was told to draw; null where it knows no labels
        pa.field("seed", pa.int64()),
        pa.field("model", pa.string()),
        pa.field("parameters", pa.string()),
    ]
)
TABLE_SAMPLE_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("table", pa.large_string()),  # one JSON object of column values, as in a corpus of tables
        pa.field("seed", pa.int64()),
        pa.field("model", pa.string()),
        pa.field("parameters", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one metric found. ``items`` are the values behind its scores, where two runs can have the same items."""

    scores: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    items: tuple[ItemValues, ...] = ()


@dataclass(frozen=True)
class Subject:
    """Everything that a metric may look at. Parts that do not exist are None: then the metric is NotMeasured."""

    folder: Path
    corpus: Corpus
    checkpoint: Checkpoint | None = None
    samples: pa.Table | None = None
    seed: int = 0
    progress: Progress = field(default=SILENT)
    sets: Path | None = None  # the folder of published sets: benchmark_sets.py
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made at the first call with this ``name``: for work that several metrics share."""
        if name not in self._made:
            self._made[name] = make()
        return cast(T, self._made[name])

    @property
    def index(self) -> SuffixIndex:
        """The suffix array over kept and removed documents and canaries; built where it is missing or stale."""
        canaries = self.checkpoint.canaries if self.checkpoint else ()
        folder = self.folder / "index"
        return self.once("index", lambda: open_index(folder, self.corpus, self.removed, canaries, self.progress))

    def trace(self, text: str, *, minimum: int = 32, documents: int = 10) -> "Trace":
        """Where a text comes from: :func:`headwater.evaluate.trace` of this run."""
        from .trace import trace  # it takes a Subject

        return trace(self, text, minimum=minimum, documents=documents)

    @cached_property
    def removed(self) -> Corpus | None:
        """Documents that curation took out, with ``step`` and ``rule`` among their columns."""
        return removed_of(self.folder)

    def decisions(self) -> Iterator[pa.Table]:
        """The decision tables of curation, in step order."""
        return tables_of(self.folder)

    def samples_of(self, kind: str) -> list[dict[str, object]]:
        """The samples of one kind as dicts; empty where there are none."""
        if self.samples is None or "kind" not in self.samples.schema.names:
            return []
        rows: list[dict[str, object]] = self.samples.filter(pc.equal(self.samples["kind"], kind)).to_pylist()
        return rows

    def why_no_samples(self, kind: str) -> str:
        """Why there is no text to look at among the samples of one kind."""
        n = len(self.samples_of(kind))
        if not n:
            return f"there are no {kind} samples; set sample.{kind} above 0"
        which = f"all {n:,} are" if n > 1 else "the only one is"
        return f"no {kind} sample holds a word: {which} empty or white space"

    def sampled_columns(self) -> Columns:
        """The columns of the rows that a model of tables made, read as those of a corpus are; none without rows."""
        if self.samples is None or "table" not in self.samples.schema.names:
            return columns_from([])
        rows = self.samples.select(["table"])
        return self.once("sampled columns", lambda: columns_from(rows.to_batches()))


Metric = Callable[..., Outcome]
METRICS: Registry[Metric] = Registry("metric", "headwater.metrics")
