"""Where documents come from: one file a source."""

from .csv import csv
from .jsonl import jsonl
from .parquet import parquet
from .read_source import read_source
from .text import text

__all__ = [
    "csv",
    "jsonl",
    "parquet",
    "read_source",
    "text",
]
