"""The built-in filters, one a file; those for near duplicates and personal data have folders of their own."""

from .code import Code, code
from .consent import Consent, consent
from .exact_duplicates import ExactDuplicates, exact_duplicates
from .language import Language, language
from .length import Length, length
from .licence import Licence, licence
from .quality import Quality, quality
from .repetition import Repetition, repetition
from .sample import SampleNumber, SampleShare, sample
from .sequence_identity import SequenceIdentity, sequence_identity
from .sequence_quality import SequenceQuality, sequence_quality
from .unicode import Unicode, unicode

__all__ = [
    "Code",
    "Consent",
    "ExactDuplicates",
    "Language",
    "Length",
    "Licence",
    "Quality",
    "Repetition",
    "SampleNumber",
    "SampleShare",
    "SequenceIdentity",
    "SequenceQuality",
    "Unicode",
    "code",
    "consent",
    "exact_duplicates",
    "language",
    "length",
    "licence",
    "quality",
    "repetition",
    "sample",
    "sequence_identity",
    "sequence_quality",
    "unicode",
]
