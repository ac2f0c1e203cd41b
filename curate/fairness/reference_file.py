"""A reference population in a file: CSV with columns of groups and a share or count, or the same as JSON."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from ...core import InputError
from .reference import MOST_CELLS, NUMBERS

LARGEST = 8 << 20


def read_reference(path: Path) -> Any:
    """The cells (or, of a JSON file, whatever it holds) of a file of at most 8 MiB, in UTF-8.

    In a CSV file an empty group means any: rows that name the same columns form one reference.
    """
    text = _text(path)
    if path.suffix.lower() == ".json":
        return _json(text, path)
    if path.suffix.lower() not in (".csv", ".tsv"):
        raise InputError(f"{path}: a reference is a .csv, .tsv or .json file; rename or convert it")
    return _csv(text, path, "\t" if path.suffix.lower() == ".tsv" else ",")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give a CSV or JSON file with columns of groups and a share") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None
    if len(content) > LARGEST:
        raise InputError(
            f"{path}: more than {LARGEST >> 20} MiB; a reference has a line for each group, not for each person"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start:,} is not UTF-8; save the file as UTF-8") from None


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no JSON ({str(error)[:80]}); mend it, or use CSV") from None


def _csv(text: str, path: Path, delimiter: str) -> list[dict[str, Any]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    cells: list[dict[str, Any]] = []
    try:
        names = [name.strip() for name in next(rows, [])]
        if not set(names) & set(NUMBERS) or len(set(names)) != len(names):
            listed = ", ".join(names)[:120] or "nothing"
            raise InputError(
                f"{path}: the first line names the columns of groups and one called share or count, each once; "
                f"it has {listed}"
            )
        for row in rows:
            if not any(value.strip() for value in row):
                continue
            if len(row) != len(names):
                raise InputError(
                    f"{path}: line {rows.line_num} has {len(row)} values, the first line {len(names)}; mend it"
                )
            if len(cells) > MOST_CELLS:
                raise InputError(f"{path}: more than {MOST_CELLS:,} cells; use coarser groups")
            cells.append(dict(zip(names, row, strict=True)))
    except csv.Error as error:
        raise InputError(f"{path}: line {rows.line_num} is no CSV ({error}); mend it") from None
    return cells
