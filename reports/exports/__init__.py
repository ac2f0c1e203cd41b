"""A run in the formats of others, one a file."""

from . import (
    croissant,
    cyclonedx,
    dataset_card,
    datasheet,
    eu_training_summary,
    json,
    junit,
    markdown,
    model_card,
    sarif,
)
from .base import EXPORTERS, ExportedRun, Exporter, open_exported

__all__ = [
    "EXPORTERS",
    "ExportedRun",
    "Exporter",
    "croissant",
    "cyclonedx",
    "dataset_card",
    "datasheet",
    "eu_training_summary",
    "json",
    "junit",
    "markdown",
    "model_card",
    "open_exported",
    "sarif",
]
