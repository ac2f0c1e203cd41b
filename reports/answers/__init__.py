"""Seven questions that a reader brings to a report, answered from what was measured."""

from .base import Answer, Statement
from .measured import leaks, makes_up, treats_worse
from .removed import removed
from .signed import signed
from .trained import trained
from .unmeasured import unmeasured

QUESTIONS = (trained, removed, leaks, treats_worse, makes_up, unmeasured, signed)
"""In the order of the page."""

__all__ = ["QUESTIONS", "Answer", "Statement"]
