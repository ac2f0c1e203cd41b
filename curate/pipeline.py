"""Steps for data that a program holds: what goes in comes back as the same kind, curated."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import SILENT, TEXT_SCHEMA, ConfigError, Corpus, EmptyCorpus, Progress, StageReport, UsageError
from .base import FILTERS, Source, Step
from .containers import Container, container_of
from .judging import removed_schema
from .parameters import call_checked
from .publishing import REPORT
from .run import curate
from .sources import guess_source, read_source, source_from
from .temporary import Temporary

StepLike = str | tuple[str, Mapping[str, Any]] | Mapping[str, Any] | Step
NAME = "memory"


class Pipeline:
    """Curation steps that are run on a path or on data in memory.

    ``steps`` are names (``"unicode"``), names with parameters (``("length", {"minimum_words": 3})`` or
    ``{"length": {...}}`` as in a config) or step objects. ``text`` is the column of the documents; other columns come
    back untouched and in their order. ``options`` are further options of the source (``fields``, ``groups``,
    ``declared``; for a path also ``source`` and the options of that source).

    After :meth:`run`, ``report`` is the :class:`StageReport` of the last run and ``removed`` what it took out.

    >>> pipeline = Pipeline([("length", {"minimum_characters": 10}), "exact-duplicates"])
    >>> pipeline.run(["Rivers rise somewhere.", "Short.", "Rivers rise somewhere."])
    ['Rivers rise somewhere.']
    >>> [(row["row"], row["step"]) for row in pipeline.removed]
    [(1, 'length'), (2, 'exact-duplicates')]
    >>> import pandas
    >>> frame = pandas.DataFrame({"n": [1, 2], "body": ["Short.", "They end in the sea."]})
    >>> pipeline = Pipeline([("length", {"minimum_characters": 10})], text="body")
    >>> pipeline.run(frame).to_dict("list")
    {'n': [2], 'body': ['They end in the sea.']}
    """

    def __init__(
        self, steps: Sequence[StepLike], *, text: str = "text", seed: int = 0, workers: int = 1, **options: Any
    ) -> None:
        self.steps = _steps(steps)
        if options.get("modality", "text") != "text":
            raise ConfigError(
                "modality: a pipeline curates text; curate(read_source(...), steps, folder) takes the rest"
            )
        self.text, self.seed, self.workers = text, seed, workers
        self._options = options
        self._report: StageReport | None = None
        self._removed: Any = None

    @property
    def report(self) -> StageReport:
        """The report of the last run. Raises :class:`UsageError` before the first one."""
        report: StageReport = self._of_last_run(self._report)
        return report

    @property
    def removed(self) -> Any:
        """What the last run took out, with step, action, rule, measured, limit, evidence and duplicate of each row.

        For a path the :class:`Corpus` of removed documents; else the same kind as the data, whose column ``row`` is the
        place in it, from 0. The content of what a step took out for personal data is not kept.
        """
        return self._of_last_run(self._removed)

    def run(self, data: Any, folder: str | Path | None = None, progress: Progress = SILENT) -> Any:
        """Curate ``data`` and give back the same kind.

        A path (file or folder) gives a :class:`Corpus` in ``folder``, beside the removed rows, decisions and report, or
        in a temporary folder that lasts as long as it. A ``pandas.DataFrame``, ``datasets.Dataset``,
        ``pyarrow.Table``, ``pyarrow.RecordBatch``, an iterable of record batches, and a list of texts or of dicts give
        a new one; where every row is taken out it is empty. Raises :class:`EmptyCorpus` where there is no row to begin
        with, and :class:`InputError` for other types and missing columns.
        """
        if isinstance(data, (str, Path)):
            return self._run_path(str(data), folder, progress)
        if folder is not None:
            raise UsageError("folder: only for a path; what is in memory comes back in memory")
        return self._run_memory(container_of(data, self.text), progress)

    def _run_path(self, path: str, folder: str | Path | None, progress: Progress) -> Corpus:
        options = dict(self._options)
        chosen = options.pop("source", None)
        found = {"source": chosen, "path": path} if chosen or "://" in path else guess_source(Path(path))
        if not found["source"]:
            raise UsageError(f"{path}: name the source of a URL, for example Pipeline(steps, source='jsonl')")
        if self.text != "text":
            options["text"] = self.text
        source = read_source(found["source"], path=found["path"], **options)
        temporary = Temporary() if folder is None else None
        target = temporary.path if temporary else Path(str(folder))
        self._report = self._curate(source, target, progress)
        corpus, self._removed = (
            temporary.corpus(name) if temporary else Corpus(target / name) for name in ("corpus", "removed")
        )
        return corpus

    def _run_memory(self, container: Container, progress: Progress) -> Any:
        source = source_from(container.table, NAME, self.text, **self._options)
        with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
            target = Path(folder)
            report = self._curate(source, target, progress)
            kept, removed = Corpus(target / "corpus"), Corpus(target / "removed")
            rows, texts = _in_order(kept)
            self._report, self._removed = report, container.removed(_with_rows(removed))
            return container.kept(rows, texts)

    def _curate(self, source: Source, folder: Path, progress: Progress) -> StageReport:
        report = folder / REPORT
        earlier = report.stat().st_ino if report.is_file() else None
        try:
            return curate(source, self.steps, folder, seed=self.seed, workers=self.workers, progress=progress)
        except EmptyCorpus:
            if not report.is_file() or report.stat().st_ino == earlier:
                raise
            return StageReport.load(report)  # every row was taken out: that is a result too

    def _of_last_run(self, value: Any) -> Any:
        if value is None:
            raise UsageError("nothing has been run yet; call run(data) first")
        return value


def _steps(specs: Sequence[StepLike]) -> list[Step]:
    steps: list[Step] = []
    for index, spec in enumerate(specs):
        if isinstance(spec, Mapping):
            named = [(name, values or {}) for name, values in spec.items()]
        elif isinstance(spec, (str, tuple)):
            named = [(spec, {}) if isinstance(spec, str) else spec]
        else:
            steps.append(spec)
            continue
        if len(named) != 1 or len(named[0]) != 2:
            raise ConfigError(f"steps[{index}]: write a name, (name, parameters) or {{name: parameters}}")
        name, values = named[0]
        steps.append(call_checked(FILTERS.get(name, f"steps[{index}]"), values, f"steps[{index}].{name}"))
    return steps


def _rows(attributes: pa.ChunkedArray) -> np.ndarray:
    """Row numbers from 0 (int64) by the locators ``memory:17`` among the attributes."""
    locators = pc.map_lookup(attributes, pa.scalar("locator"), "first")
    numbers = (name.rpartition(":")[2].partition("#")[0] for name in locators.to_pylist())  # an addition: memory:17#how
    return np.array([int(number) - 1 for number in numbers], np.int64)


def _in_order(corpus: Corpus) -> tuple[np.ndarray, pa.ChunkedArray]:
    """Rows that stay, ascending, and their texts."""
    rows = _rows(corpus.column("attributes"))
    order = np.argsort(rows, kind="stable")
    return rows[order], corpus.column("text").take(pa.array(order))


def _with_rows(removed: Corpus) -> pa.Table:
    """The removed rows with their place in the data as the first column, in the order of the data."""
    table = pa.Table.from_batches(removed.batches(), removed_schema(TEXT_SCHEMA))
    rows = _rows(table.column("attributes"))
    order = np.argsort(rows, kind="stable")
    return table.take(pa.array(order)).add_column(0, "row", pa.array(rows[order]))
