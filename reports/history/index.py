"""The index brought up to date with the run folders, made anew, and compared with them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core import InputError, IntegrityError, Manifest
from .database import DATABASE, open_history
from .folders import run_folders
from .reading import Row, RunRows, read_rows


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an update did: run folders in all, read now, taken out, and those that could not be read."""

    runs: int
    read: int
    removed: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Where index and folders disagree."""

    folder: str
    reason: str


def index_runs(root: Path) -> Indexed:
    """Bring the index up to date: new and changed folders are read, vanished ones taken out, in one transaction."""
    _folder(root)
    with open_history(root) as connection:
        return _update(connection, root)


def reindex(root: Path) -> Indexed:
    """Throw away what the folders can tell and read them all again; slots of jobs stay."""
    _folder(root)
    with open_history(root) as connection:
        return _update(connection, root, anew=True)


def check_index(root: Path) -> tuple[Difference, ...]:
    """Compare the index with the folders, and each file with the manifest of its run. Nothing is written."""
    _folder(root)
    if not (root / DATABASE).is_file():
        return (Difference(".", f"there is no {DATABASE}; 'headwater history {root}' makes it"),)
    found: list[Difference] = []
    with open_history(root) as connection:
        held = {row["folder"]: _held(connection, row) for row in connection.execute("SELECT * FROM runs")}
    there = dict(run_folders(root, {}))
    found += [Difference(folder, "in the index, but not below the root") for folder in sorted(set(held) - set(there))]
    for folder, looks in there.items():
        fresh = read_rows(root, folder, looks)
        found += _compare(folder, held.get(folder), fresh)
        if not fresh.run["damaged"]:
            found += _verify(root, folder)
    return tuple(found)


def _compare(folder: str, held: RunRows | None, fresh: RunRows) -> list[Difference]:
    if held is None:
        return [Difference(folder, "not in the index")]
    columns = [name for name in fresh.run if name != "indexed" and held.run[name] != fresh.run[name]]
    parts = columns + [name for name in ("scores", "controls") if getattr(held, name) != getattr(fresh, name)]
    if fresh.run["damaged"]:
        return [Difference(folder, str(fresh.run["damaged"]))]
    return [Difference(folder, f"the index has other {', '.join(parts)} than the folder")] if parts else []


def _verify(root: Path, folder: str) -> list[Difference]:
    try:
        Manifest.load(root / folder).verify(root / folder)
    except (IntegrityError, OSError) as error:
        return [Difference(folder, str(error).replace(f"{root / folder}/", ""))]
    return []


def _held(connection: sqlite3.Connection, run: sqlite3.Row) -> RunRows:
    tables = []
    for table in ("scores", "controls"):
        rows = connection.execute(f"SELECT * FROM {table} WHERE run = ? ORDER BY rowid", (run["id"],))
        tables.append(tuple({key: value for key, value in dict(row).items() if key != "run"} for row in rows))
    return RunRows(dict(run), *tables)


def _update(connection: sqlite3.Connection, root: Path, anew: bool = False) -> Indexed:
    """Folders are read before the lock is taken; a second process that did the same work writes the same rows."""
    query = "SELECT folder, indexed FROM runs"
    known = {} if anew else {row["folder"]: row["indexed"] for row in connection.execute(query)}
    there = dict(run_folders(root, known))
    fresh = [read_rows(root, folder, looks) for folder, looks in there.items() if known.get(folder) != looks]
    if anew or fresh or set(known) - set(there):
        removed = _write(connection, fresh, None if anew else set(known) - set(there))
    else:
        removed = 0
    damaged = connection.execute("SELECT count(*) FROM runs WHERE damaged != ''").fetchone()[0]
    return Indexed(len(there), len(fresh), removed, damaged)


def _write(connection: sqlite3.Connection, fresh: Sequence[RunRows], gone: set[str] | None) -> int:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if gone is None:
            connection.execute("DELETE FROM runs")
        removed = sorted(gone or ())
        connection.executemany("DELETE FROM runs WHERE folder = ?", [(folder,) for folder in removed])
        connection.executemany("DELETE FROM runs WHERE id = ?", [(rows.run["id"],) for rows in fresh])
        _insert(connection, "runs", [rows.run for rows in fresh])
        for table in ("scores", "controls"):
            _insert(connection, table, [{"run": r.run["id"], **one} for r in fresh for one in getattr(r, table)])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return len(removed)


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Names of tables and columns are those of this package; values are parameters, always."""
    if rows:
        names = list(rows[0])
        values = ", ".join("?" for _ in names)
        query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"
        connection.executemany(query, [tuple(row[name] for name in names) for row in rows])


def _folder(root: Path) -> None:
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; give the folder below which the run folders lie")
