"""Verdicts of a language model on outputs: an optional signal with its own error, never the only one."""

from .judge import measure_judge

__all__ = ["measure_judge"]
