"""The built-in filters, one a file; those for near duplicates and personal data have folders of their own."""

from .erased import Erased, erased
from .exact_duplicates import ExactDuplicates, exact_duplicates
from .language import Language, language
from .length import Length, length
from .licence import Licence, licence
from .quality import Quality, quality
from .repetition import Repetition, repetition
from .sample import SampleNumber, SampleShare, sample
from .unicode import Unicode, unicode

__all__ = [
    "Erased",
    "ExactDuplicates",
    "Language",
    "Length",
    "Licence",
    "Quality",
    "Repetition",
    "SampleNumber",
    "SampleShare",
    "Unicode",
    "erased",
    "exact_duplicates",
    "language",
    "length",
    "licence",
    "quality",
    "repetition",
    "sample",
    "unicode",
]
