"""The index over run folders: one SQLite file beside them, with migrations.

It holds nothing that cannot be read again from the run folders and the ledger of jobs.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core import IntegrityError

DATABASE = "history.db"
MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,              -- SHA-256 of the folder's path below the root: what pages and commands name
        folder TEXT NOT NULL UNIQUE,      -- relative to the root
        title TEXT NOT NULL,
        manifest TEXT NOT NULL,           -- hash of the run's manifest
        started TEXT NOT NULL,            -- UTC, ISO 8601, empty without a ledger
        finished TEXT NOT NULL,
        policy TEXT NOT NULL,
        verdict TEXT NOT NULL,            -- worst status that shuts the gate, pass where none does, empty without one
        indexed TEXT NOT NULL             -- what the folder looked like when it was read: unchanged ones are skipped
    ) STRICT;
    CREATE TABLE scores (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        track TEXT NOT NULL, stage TEXT NOT NULL, metric TEXT NOT NULL, slice TEXT NOT NULL,  -- slice: canonical JSON
        value REAL, low REAL, high REAL, n INTEGER,                                       -- value NULL: not measured
        unit TEXT NOT NULL, method TEXT NOT NULL, direction TEXT NOT NULL
    ) STRICT;
    CREATE INDEX scores_by_metric ON scores(metric, slice, run);
    CREATE TABLE controls (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        control TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, blocking INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE slots (
        job TEXT NOT NULL,
        scheduled_for TEXT NOT NULL,      -- UTC, ISO 8601
        state TEXT NOT NULL CHECK (state IN
            ('running', 'succeeded', 'failed', 'timed_out', 'crashed', 'missed', 'skipped')),
        attempt INTEGER NOT NULL DEFAULT 0,
        owner TEXT NOT NULL DEFAULT '',   -- who holds the lease
        heartbeat TEXT NOT NULL DEFAULT '',
        started TEXT NOT NULL DEFAULT '', finished TEXT NOT NULL DEFAULT '',
        folder TEXT NOT NULL DEFAULT '', exit_code INTEGER, reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (job, scheduled_for)
    ) STRICT;
    """,
    """
    ALTER TABLE runs ADD COLUMN series TEXT NOT NULL DEFAULT '';    -- runs of one series are compared
    ALTER TABLE runs ADD COLUMN damaged TEXT NOT NULL DEFAULT '';   -- why nothing could be read, else empty
    ALTER TABLE runs ADD COLUMN code INTEGER;                       -- exit code of the newest gate, NULL without one
    ALTER TABLE runs ADD COLUMN data TEXT NOT NULL DEFAULT '';      -- hash of the corpora
    ALTER TABLE runs ADD COLUMN model TEXT NOT NULL DEFAULT '';     -- hash of the weights, if any lie here
    ALTER TABLE runs ADD COLUMN config TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN version TEXT NOT NULL DEFAULT '';   -- of headwater
    ALTER TABLE runs ADD COLUMN high INTEGER NOT NULL DEFAULT 0;    -- findings by severity
    ALTER TABLE runs ADD COLUMN medium INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN low INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN info INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN headline TEXT NOT NULL DEFAULT '[]'; -- JSON of the first scores of the evaluation
    ALTER TABLE controls ADD COLUMN measured TEXT NOT NULL DEFAULT '';
    ALTER TABLE controls ADD COLUMN policy TEXT NOT NULL DEFAULT '';
    ALTER TABLE scores ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- why there is no value
    CREATE INDEX scores_by_run ON scores(run);
    CREATE INDEX controls_by_run ON controls(run);
    CREATE INDEX runs_by_time ON runs(finished, folder);
    UPDATE runs SET indexed = '';
    """,
)


@contextmanager
def open_history(root: Path) -> Iterator[sqlite3.Connection]:
    """The index of the run folders below ``root``, made or brought up to date; closed at the end.

    Transactions are explicit (``BEGIN IMMEDIATE``). Raises :class:`IntegrityError` for a file that is no index, or one
    of a newer version.
    """
    root.mkdir(parents=True, exist_ok=True)
    if (root / DATABASE).is_symlink():
        raise IntegrityError(f"{root / DATABASE}: a link, which would lead the index to another place; remove it")
    connection = sqlite3.connect(root / DATABASE, timeout=30, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        _prepare(connection, root / DATABASE)
        yield connection
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError):
            raise
        raise IntegrityError(
            f"{root / DATABASE}: not an index of runs ({error}); delete it, it can be made again"
        ) from None
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise IntegrityError(f"{path}: made by a newer version of headwater; delete it, it can be made again")
    if version < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            for statement in migration.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
