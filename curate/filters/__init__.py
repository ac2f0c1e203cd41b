"""The built-in filters, one a file; those for near duplicates and personal data have folders of their own."""

from .boilerplate import Boilerplate, boilerplate
from .c4 import C4, c4
from .code import Code, code
from .consent import Consent, consent
from .erased import Erased, erased
from .exact_duplicates import ExactDuplicates, exact_duplicates
from .fineweb import FineWeb, fineweb
from .hidden_characters import HiddenCharacters, hidden_characters
from .image_quality import ImageQuality, image_quality
from .language import Language, identify_languages, language
from .length import Length, length
from .licence import Licence, licence
from .patch import PATCH_WEIGHT, ApplyPatch, Patch, patch, text_hash
from .perplexity import Perplexity, perplexity
from .quality import Quality, quality
from .quality_classifier import QualityClassifier, quality_classifier
from .repetition import Repetition, repetition
from .sample import SampleNumber, SampleShare, sample
from .sequence_identity import SequenceIdentity, sequence_identity
from .sequence_quality import SequenceQuality, sequence_quality
from .unicode import Unicode, unicode
from .urls import Urls, urls

__all__ = [
    "C4",
    "PATCH_WEIGHT",
    "ApplyPatch",
    "Boilerplate",
    "Code",
    "Consent",
    "Erased",
    "ExactDuplicates",
    "FineWeb",
    "HiddenCharacters",
    "ImageQuality",
    "Language",
    "Length",
    "Licence",
    "Patch",
    "Perplexity",
    "Quality",
    "QualityClassifier",
    "Repetition",
    "SampleNumber",
    "SampleShare",
    "SequenceIdentity",
    "SequenceQuality",
    "Unicode",
    "Urls",
    "boilerplate",
    "c4",
    "code",
    "consent",
    "erased",
    "exact_duplicates",
    "fineweb",
    "hidden_characters",
    "identify_languages",
    "image_quality",
    "language",
    "length",
    "licence",
    "patch",
    "perplexity",
    "quality",
    "quality_classifier",
    "repetition",
    "sample",
    "sequence_identity",
    "sequence_quality",
    "text_hash",
    "unicode",
    "urls",
]
