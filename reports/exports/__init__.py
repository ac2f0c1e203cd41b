"""A run in the formats of others, one a file."""

from . import json, junit, sarif
from .base import EXPORTERS, ExportedRun, Exporter, open_exported

__all__ = ["EXPORTERS", "ExportedRun", "Exporter", "json", "junit", "open_exported", "sarif"]
