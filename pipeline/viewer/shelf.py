"""The runs that the viewer shows: looked up in the index by id, never by a path that somebody sent."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...reports import STATUSES, index_runs, open_history

ID = re.compile(r"[0-9a-f]{64}")
PAGE = 100
FRESH = 5.0
"""Seconds for which a list counts as up to date."""
RANKS = " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(STATUSES))
ORDERS: Mapping[str, str] = {
    "newest": "finished DESC, folder",
    "oldest": "finished, folder",
    "name": "folder",
    "verdict": f"damaged = '', CASE verdict {RANKS} ELSE 9 END, finished DESC, folder",
}
DAMAGED = "damaged"
COLUMNS = f"id, folder, title, finished, policy, CASE WHEN damaged != '' THEN '{DAMAGED}' ELSE verdict END"


@dataclass(frozen=True, slots=True)
class Shelved:
    """One run of the list."""

    id: str
    folder: str
    title: str
    finished: str
    policy: str
    verdict: str
    """The worst status that shuts the gate; ``damaged`` where the folder cannot be read, empty where nobody judged."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which runs are wanted: words that folder or title hold, a verdict, an order, a page (from 1)."""

    words: str = ""
    verdict: str = ""
    order: str = "newest"
    page: int = 1


class Shelf:
    """The run folders below ``root`` through their index."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.seen = -FRESH
        self.lock = threading.Lock()

    def refresh(self) -> None:
        """Bring the index up to date; not again within a few seconds, and by one request at a time."""
        with self.lock:
            if time.monotonic() - self.seen >= FRESH:
                index_runs(self.root)
                self.seen = time.monotonic()

    def find(self, asked: Asked) -> tuple[int, Sequence[Shelved]]:
        """How many runs fit, and those of the wanted page."""
        where, values = _where(asked)
        with open_history(self.root) as connection:
            count = connection.execute(f"SELECT count(*) FROM runs {where}", values).fetchone()[0]
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM runs {where} "
                f"ORDER BY {ORDERS.get(asked.order, ORDERS['newest'])} LIMIT ? OFFSET ?",
                (*values, PAGE, PAGE * (max(1, asked.page) - 1)),
            ).fetchall()
        return count, [Shelved(*row) for row in rows]

    def get(self, id: str) -> Shelved | None:
        """The run of an id; None for one that the index does not hold."""
        if not ID.fullmatch(id):
            return None
        with open_history(self.root) as connection:
            row = connection.execute(f"SELECT {COLUMNS} FROM runs WHERE id = ?", (id,)).fetchone()
        return Shelved(*row) if row else None

    def folder(self, run: Shelved) -> Path | None:
        """Where a run lies; None where that is gone, or is no longer a folder of its own below the root."""
        path = self.root / run.folder
        is_own = path.is_dir() and path.resolve().is_relative_to(self.root)
        return path if is_own and not path.is_symlink() else None

    def metrics(self) -> Sequence[str]:
        """Every metric that more than one run has."""
        with open_history(self.root) as connection:
            rows: Sequence[Any] = connection.execute(
                "SELECT metric FROM scores WHERE value IS NOT NULL GROUP BY metric HAVING count(DISTINCT run) > 1 "
                "ORDER BY metric"
            ).fetchall()
        return [row[0] for row in rows]


def _where(asked: Asked) -> tuple[str, list[str]]:
    conditions, values = [], []
    for word in asked.words.split()[:8]:
        like = "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"
        conditions.append("(folder LIKE ? ESCAPE '\\' OR title LIKE ? ESCAPE '\\')")
        values += [like, like]
    if asked.verdict == DAMAGED:
        conditions.append("damaged != ''")
    elif asked.verdict:
        conditions.append("damaged = '' AND verdict = ?")
        values.append("" if asked.verdict == "none" else asked.verdict)
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), values
