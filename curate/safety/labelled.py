"""Texts with a yes-or-no label, read from files: what a detector is trained on, and what its error is measured on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import SILENT, ConfigError, InputError, canonical_json, sha256
from ..base import Rejected
from ..sources import read_source

SOURCES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".txt": "text"}
FORMS = (
    "write labelled: {path: comments.csv, text: text, label: is_toxic, positive: Toxic} or "
    "labelled: {positives: machine.jsonl, negatives: human.jsonl, text: text}"
)
KEYS = frozenset({"path", "text", "label", "positive", "positives", "negatives"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """``texts`` and ``labels`` (bool, (n,)); ``hash`` covers both, ``rejected`` counts rows that could not be read."""

    texts: tuple[str, ...]
    labels: NDArray[np.bool_]
    rejected: int = 0

    @property
    def hash(self) -> str:
        """SHA-256 of texts and labels in their order."""
        return sha256(canonical_json([list(self.texts), self.labels.tolist()]))

    def require(self, each: int) -> "Labelled":
        """Itself; raises :class:`InputError` where one of the two labels has fewer than ``each`` texts."""
        positives = int(self.labels.sum())
        negatives = len(self.labels) - positives
        if min(positives, negatives) < each:
            raise InputError(
                f"labelled: {positives} positive and {negatives} negative texts, but at least {each} of each are "
                "needed; check 'label' and 'positive', or give more texts"
            )
        return self


def read_labelled(options: Mapping[str, Any], place: str = "labelled") -> Labelled:
    """The texts of one file with a column of labels, or of one file for each label.

    ``options``: ``path``, ``text`` (default ``text``), ``label`` (default ``label``) and ``positive``, the value that
    means yes (default ``1``); or ``positives``, ``negatives`` and ``text``. CSV, TSV, JSONL, Parquet and text files.
    """
    wrong = sorted(set(options) - KEYS)
    if wrong or not ("path" in options) ^ ("positives" in options and "negatives" in options):
        raise ConfigError(f"{place}: {f'no option {wrong[0]!r}; ' if wrong else ''}{FORMS}")
    text = str(options.get("text", "text"))
    if "path" in options:
        return _one_file(options, text, place)
    sides = [_read(options[side], text, None, place) for side in ("positives", "negatives")]
    texts = [row for rows, _ in sides for row, _ in rows]
    labels = np.repeat([True, False], [len(rows) for rows, _ in sides])
    return _labelled(texts, labels, sum(rejected for _, rejected in sides), place)


def _one_file(options: Mapping[str, Any], text: str, place: str) -> Labelled:
    label, positive = str(options.get("label", "label")), str(options.get("positive", "1"))
    rows, rejected = _read(options["path"], text, label, place)
    if rows and all(value is None for _, value in rows):
        raise InputError(f"{place}: no row of {options['path']} has a value in {label!r}; name the column in 'label'")
    known = [(row, value == positive) for row, value in rows if value is not None]
    labels = np.array([found for _, found in known], bool)
    return _labelled([row for row, _ in known], labels, rejected + len(rows) - len(known), place)


def _labelled(texts: list[str], labels: NDArray[np.bool_], rejected: int, place: str) -> Labelled:
    if not texts:
        raise InputError(f"{place}: no labelled text could be read; {FORMS}")
    return Labelled(tuple(texts), labels, rejected)


def _read(path: str | Path, text: str, label: str | None, place: str) -> tuple[list[tuple[str, str | None]], int]:
    suffix = next((part for part in reversed(Path(path).suffixes) if part.lower() in SOURCES), "").lower()
    if suffix not in SOURCES:
        raise InputError(f"{place}: {path}: cannot tell the format; the name must end in {', '.join(SOURCES)}")
    options: dict[str, Any] = {"path": str(path)}
    if suffix != ".txt":
        options |= {"text": text, "attributes": [label] if label else []}
    rejected: list[Rejected] = []
    batches = read_source(SOURCES[suffix], place, **options).batches(rejected.append, SILENT)
    return [row for batch in batches for row in _rows(batch, label)], len(rejected)


def _rows(batch: Any, label: str | None) -> Iterator[tuple[str, str | None]]:
    texts = batch.column("text").to_pylist()
    values = pc.map_lookup(batch.column("attributes"), label, "first").to_pylist() if label else [None] * len(texts)
    return ((text or "", value) for text, value in zip(texts, values, strict=True))
