"""Runs over time: an index that can be thrown away and made again from the run folders."""

from .database import DATABASE, open_history

__all__ = ["DATABASE", "open_history"]
