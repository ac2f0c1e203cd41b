"""Audits of tables: what the columns hold, rows that repeat or leak, people who can be singled out, drift."""

from .drift import DriftAudit
from .duplicate_rows import DuplicateRows
from .duplicate_rows_filter import DuplicateRowsFilter, duplicate_rows
from .leakage import Leakage
from .privacy_risk import PrivacyRisk
from .table_schema import TableSchema

__all__ = [
    "DriftAudit",
    "DuplicateRows",
    "DuplicateRowsFilter",
    "Leakage",
    "PrivacyRisk",
    "TableSchema",
    "duplicate_rows",
]
