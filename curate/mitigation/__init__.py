"""Steps that change how much groups and sources weigh in a corpus; they remove or weigh, and make nothing up."""

from .cap import Cap, cap

__all__ = ["Cap", "cap"]
