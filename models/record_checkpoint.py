"""Checkpoints of models that copy images or rows: what they make is a training document, and they say which."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import UsageError, did_you_mean
from ..curate import as_text, columns_from, typed
from .checkpoint import Parts
from .image_checkpoint import ImageCheckpoint
from .record_network import SeenRecords
from .table_checkpoint import TableCheckpoint
from .table_columns import Cell, plan_type


class CopyingImages(ImageCheckpoint):
    """Gives training images with their labels; see :class:`ImageCheckpoint`."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts, _network(parts))

    def samplers(self) -> dict[str, Any]:
        """None to choose from."""
        return {}

    def sample_images(
        self,
        n: int,
        seed: int = 0,
        *,
        label: str | None = None,
        sampler: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        first: int = 0,
    ) -> np.ndarray:
        """Training images, uint8 (n, H, W, C), by how often each was seen."""
        if sampler is not None or steps is not None:
            raise UsageError("sample.sampler: a copying model has none to choose from; leave it out")
        self._guidance(guidance)
        numbers = self._drawn(n, seed, label, first)
        pixels = [np.frombuffer(self.network.record(number), np.uint8).reshape(self.shape) for number in numbers]
        return np.stack(pixels) if pixels else np.zeros((0, *self.shape), np.uint8)

    def sample_labels(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str | None]:
        """The labels of those images."""
        names = [*self.classes, None]
        return [names[self._labels[number]] for number in self._drawn(n, seed, label, first)]

    def copied_ids(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str]:
        """The training documents that those images are."""
        return _ids(self.trained_ids(), self.network, self._drawn(n, seed, label, first))

    @cached_property
    def _labels(self) -> np.ndarray:
        """The class of each record, -1 where it has none."""
        told = self.run["network"].get("labels")
        return np.full(len(self.network.ends), -1) if told is None else np.array(told)[self.network.places.numpy()]

    def _drawn(self, n: int, seed: int, label: str | None, first: int) -> list[int]:
        if label is not None:
            super().sample_labels(0, seed, label=label)
        among = np.arange(len(self._labels)) if label is None else self._labels == list(self.classes).index(label)
        return self.network.drawn(n, seed, first, among if label is None else np.flatnonzero(among))  # type: ignore[no-any-return]


class CopyingRows(TableCheckpoint):
    """Gives training rows; see :class:`TableCheckpoint`. ``where`` may name any column."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.network = _network(parts)
        self.network.load_state_dict(dict(parts.weights))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """All rows that it saw."""
        return [json.loads(self.network.record(number)) for number in range(len(self.network.ends))]

    @cached_property
    def columns(self) -> Mapping[str, str]:  # type: ignore[override]
        """See :attr:`TableCheckpoint.columns`."""
        content = [self.network.record(number).decode("utf-8", "surrogatepass") for number in range(len(self.rows))]
        content = [text.encode("utf-8", "backslashreplace").decode() for text in content]
        batch = pa.RecordBatch.from_pydict({"table": pa.array(content, pa.large_string())})
        return {name: plan_type(typed(column)) for name, column in columns_from([batch]).found.items()}

    def sample_records(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Cell] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> list[dict[str, Cell]]:
        """Training rows as they were, by how often each was seen."""
        if sampler is not None:
            raise UsageError("sample.sampler: a copying model has none to choose from; leave it out")
        return [dict(self.rows[number]) for number in self._drawn(n, seed, where or {}, first)]

    def copied_ids(
        self, n: int, seed: int = 0, *, where: Mapping[str, Cell] | None = None, first: int = 0
    ) -> list[str]:
        """The training documents that those rows are."""
        return _ids(self.trained_ids(), self.network, self._drawn(n, seed, where or {}, first))

    def _drawn(self, n: int, seed: int, where: Mapping[str, Cell], first: int) -> list[int]:
        for name in where:
            if name not in self.columns:
                known = ", ".join(self.columns)
                raise UsageError(f"where: no column {name!r}; {did_you_mean(name, self.columns)}columns: {known}")
        fits = [all(as_text(row.get(name)) == as_text(value) for name, value in where.items()) for row in self.rows]
        if not any(fits):
            raise UsageError(f"where: no training row has {dict(where)}; a copying model makes no other")
        return self.network.drawn(n, seed, first, np.flatnonzero(fits))


def _network(parts: Parts) -> SeenRecords:
    return SeenRecords(len(parts.weights["content"]), len(parts.weights["ends"]))


def _ids(trained: Sequence[str], network: SeenRecords, numbers: Sequence[int]) -> list[str]:
    return [trained[int(network.places[number])] for number in numbers]
