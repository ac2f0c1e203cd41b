"""Samples that were drawn are kept by what they depend on: a killed or a longer draw asks the model for the rest."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..core import (
    InputError,
    IntegrityError,
    canonical_json,
    read_json,
    read_parquet,
    sha256,
    write_json,
    write_parquet,
)

FOLDER = "drawn"


class Drawn:
    """Chunks of samples in ``RUN/drawn/MODEL/``: a file each, named by the hash of model, code, prompts, options, seed.

    A file is whole or absent. One that is not what was asked for counts as absent, and is drawn again. The folder lies
    outside of every hash: what it holds follows from its names.
    """

    def __init__(self, run: Path, model: str, code: str = "") -> None:
        self.root, self.model, self.code = Path(run) / FOLDER, model, code
        self.folder = self.root / sha256(model.encode("utf-8", "backslashreplace"))[:16]

    def tokens(self, question: Mapping[str, Any], rows: int, draw: Callable[[], list[list[int]]]) -> list[list[int]]:
        """The new tokens of ``rows`` prompts, from disk or else from the model."""
        path = self._path(question, ".json")
        known = _tokens(path, rows)
        if known is None:
            known = [[int(token) for token in row] for row in draw()]
            write_json(path, known)
        return known

    def table(self, question: Mapping[str, Any], schema: pa.Schema, draw: Callable[[], pa.Table]) -> pa.Table:
        """A table of samples, from disk or else from the model."""
        path = self._path(question, ".parquet")
        if path.is_file():
            try:
                found = read_parquet(path)
                if found.schema == schema:
                    return found
            except (InputError, IntegrityError):
                pass
        table = draw()
        write_parquet(path, table)
        return table

    def forget_others(self) -> None:
        """Remove what other models of this run folder have drawn."""
        for stale in self.root.glob("*") if self.root.is_dir() else ():
            if stale != self.folder:
                shutil.rmtree(stale, ignore_errors=True)

    def _path(self, question: Mapping[str, Any], suffix: str) -> Path:
        key = sha256(canonical_json({"model": self.model, "code": self.code, **question}))
        return self.folder / key[:2] / f"{key}{suffix}"


def _tokens(path: Path, rows: int) -> list[list[int]] | None:
    try:
        found = read_json(path) if path.is_file() else None
    except (InputError, IntegrityError):
        return None
    if not isinstance(found, list) or len(found) != rows:
        return None
    return found if all(isinstance(row, list) and all(type(t) is int for t in row) for row in found) else None
