"""Steps that change how much groups and sources weigh in a corpus; they remove or weigh, and make nothing up."""

from .cap import Cap, cap
from .resample import Resample, resample
from .reweigh import Reweigh, reweigh

__all__ = ["Cap", "Resample", "Reweigh", "cap", "resample", "reweigh"]
