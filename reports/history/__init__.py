"""Runs over time: an index that can be thrown away and made again from the run folders."""

from .changes import Change
from .database import DATABASE, open_history
from .index import Difference, Indexed, check_index, index_runs, reindex
from .regression import accept, detect

__all__ = [
    "DATABASE",
    "Change",
    "Difference",
    "Indexed",
    "accept",
    "check_index",
    "detect",
    "index_runs",
    "open_history",
    "reindex",
]
