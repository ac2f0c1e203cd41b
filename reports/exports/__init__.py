"""A run in the formats of others, one a file."""

from . import cyclonedx, json, junit, markdown, sarif
from .base import EXPORTERS, ExportedRun, Exporter, open_exported

__all__ = ["EXPORTERS", "ExportedRun", "Exporter", "cyclonedx", "json", "junit", "markdown", "open_exported", "sarif"]
