"""A run in the formats of others, one a file."""

from .base import EXPORTERS, ExportedRun, Exporter, open_exported

__all__ = ["EXPORTERS", "ExportedRun", "Exporter", "open_exported"]
