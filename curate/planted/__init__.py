"""Audit ``planted-controls``: what is planted in a copy of a corpus, and how the detectors are counted."""

from .planted_controls import PlantedControls

__all__ = ["PlantedControls"]
