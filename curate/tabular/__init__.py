"""Audits of tables: what the columns hold, rows that repeat or leak, people who can be singled out, drift."""

from .duplicate_rows import DuplicateRows
from .leakage import Leakage
from .table_schema import TableSchema

__all__ = ["DuplicateRows", "Leakage", "TableSchema"]
