"""A run in the formats of others, one a file."""

from . import json, junit, markdown, sarif
from .base import EXPORTERS, ExportedRun, Exporter, open_exported

__all__ = ["EXPORTERS", "ExportedRun", "Exporter", "json", "junit", "markdown", "open_exported", "sarif"]
