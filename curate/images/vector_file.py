"""Vectors of images that a model of the user's own made, from a Parquet file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...core import InputError

KEYS, VECTOR = ("id", "locator"), "vector"
MOST_DIMENSIONS = 8_192


def read_vectors(path: str, step: str) -> dict[str, np.ndarray]:
    """Unit vectors (float32) by id or locator; a file of another form raises :class:`InputError`."""
    try:
        table = pq.read_table(Path(path))
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: no Parquet file of vectors ({str(error).splitlines()[0]}); check the path") from None
    key = next((name for name in KEYS if name in table.column_names), None)
    if key is None or VECTOR not in table.column_names:
        named = ", ".join(table.column_names[:10])
        raise InputError(f"{path}: needs a column 'id' or 'locator' and a column 'vector'; it has {named}")
    names = table.column(key).to_pylist()
    values = table.column(VECTOR).to_pylist()
    vectors = _as_array(values)
    if vectors.ndim != 2 or not 1 <= vectors.shape[1] <= MOST_DIMENSIONS or not np.isfinite(vectors).all():
        raise InputError(
            f"{path}: the vectors for {step} must be lists of finite numbers of one length, at most "
            f"{MOST_DIMENSIONS:,}, a row for each image"
        )
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return dict(zip(names, units, strict=True))


def _as_array(values: Sequence[Any]) -> np.ndarray:
    """float32 of shape (n, dimensions), or an empty array where the values are no such lists."""
    try:
        return np.asarray(values, np.float32)
    except (TypeError, ValueError):
        return np.zeros(0, np.float32)
