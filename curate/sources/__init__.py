"""Where documents come from: one file a source."""

from .code_folder import code_folder
from .csv import csv
from .datasets import datasets
from .digits import digits
from .fasta import fasta
from .image_folder import image_folder
from .installed_packages import installed_packages
from .jsonl import jsonl
from .memory import source_from
from .parquet import parquet
from .read_source import read_source
from .text import text

__all__ = [
    "code_folder",
    "csv",
    "datasets",
    "digits",
    "fasta",
    "image_folder",
    "installed_packages",
    "jsonl",
    "parquet",
    "read_source",
    "source_from",
    "text",
]
