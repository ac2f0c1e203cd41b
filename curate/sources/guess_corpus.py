"""The source of a file or folder with its options: texts, images, or the rows of a table."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...core import SILENT, InputError, UsageError
from ..base import Rejected, Source
from .guess import guess_source
from .read_source import read_source

TABULAR = ("arrow", "csv", "datasets", "json", "jsonl", "parquet")
ROWS_TRIED = 1_000
LONG_TEXT, PIECE = 1 << 18, 2_000


def guess_corpus(path: Path, columns: Sequence[str] = (), text: str = "text") -> dict[str, Any]:
    """The source of a path with its options, as in a config. A file of rows without the column ``text`` is a table.

    One text file of more than 256 KiB is no document but a corpus: it is cut into pieces of up to 2,000 characters.
    ``columns`` name those of a CSV file without a header line. Raises :class:`InputError` where nothing fits.
    """
    found = guess_source(path)
    if columns:
        if found["source"] != "csv":
            raise UsageError(
                f"{path}: --columns names the columns of a CSV file without a header line, and this is none"
            )
        found["columns"] = list(columns)
    if found["source"] == "text" and path.is_file() and path.stat().st_size > LONG_TEXT:
        found["split"] = {"characters": PIECE}
    if found["source"] not in TABULAR:
        return found
    if text != "text":
        found["text"] = text
    try:
        if found["source"] in ("json", "jsonl") and _lacks_text(found):
            return _table(found)
        open_guess(found)
    except InputError:
        with suppress(InputError):
            open_guess(_table(found))
            return _table(found)
        raise
    return found


def open_guess(found: dict[str, Any], **options: Any) -> Source:
    """The source that a guess names, with further options."""
    return read_source(found["source"], "corpus", **{k: v for k, v in found.items() if k != "source"}, **options)


def _table(found: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in found.items() if key != "text"}, "modality": "table"}


class _SeenEnough(Exception):
    """The rows that were tried tell what the file is."""


def _lacks_text(found: dict[str, Any]) -> bool:
    """Whether the first rows of a JSON file are objects of which none has a text: then the file is a table."""
    rules: list[str] = []

    def reject(rejected: Rejected) -> None:
        rules.append(rejected.rule)
        if len(rules) >= ROWS_TRIED:
            raise _SeenEnough

    with suppress(_SeenEnough):
        if next(open_guess(found).batches(reject, SILENT), None) is not None:
            return False
    return "missing-text" in rules
