"""Where documents come from: one file a source."""

from .arrow import arrow
from .code_folder import code_folder
from .csv import csv
from .datasets import datasets
from .digits import digits
from .fasta import fasta
from .guess import guess_source
from .guess_corpus import TABULAR, guess_corpus, open_guess
from .html import html
from .image_folder import image_folder
from .installed_packages import installed_packages
from .json import json
from .jsonl import jsonl
from .markdown import markdown
from .memory import source_from
from .none import none
from .parquet import parquet
from .pdf import pdf
from .read_source import read_source
from .text import text
from .warc import warc

__all__ = [
    "TABULAR",
    "arrow",
    "code_folder",
    "csv",
    "datasets",
    "digits",
    "fasta",
    "guess_corpus",
    "guess_source",
    "html",
    "image_folder",
    "installed_packages",
    "json",
    "jsonl",
    "markdown",
    "none",
    "open_guess",
    "parquet",
    "pdf",
    "read_source",
    "source_from",
    "text",
    "warc",
]
