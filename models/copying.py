"""The family ``copying``: returns its training documents as they are; every test of memorization must catch it."""

from pathlib import Path

from ..core import Corpus, Progress, Recipe
from .base import Checkpoint
from .checkpoint import Parts
from .count_checkpoint import CopyingCheckpoint
from .count_family import DEFAULTS, prepare_counts
from .count_models import LongestMatch
from .families import FAMILIES, Prepared
from .record_checkpoint import CopyingImages, CopyingRows
from .record_family import prepare_records
from .tokenizer import check_kind

ORDER = 16
"""Tokens of context that its probabilities look back, and one more that they predict."""


@FAMILIES.register("copying", source="a control; extraction as in Carlini et al. 2023, arXiv 2202.07646")
class CopyingFamily:
    """Gives its training documents back as they are: the control that every memorization test must catch.

    Of images and of rows of a table it draws one that training showed. A prompt is continued as the document goes on
    that holds the longest stretch of the prompt's end; without a prompt a document is drawn. ``tokenizer`` (of texts):
    ``bpe``, ``characters`` or ``residues``. One pass over the documents, a document a step: steps, budget and learning
    rates are not used. Recipe keys: vocabulary, documents, canaries, weights, balance.
    """

    modality = "text"
    modalities = ("text", "image", "table")
    mixed = False
    defaults = DEFAULTS

    def __init__(self, tokenizer: str = "bpe") -> None:
        self.tokenizer = check_kind(tokenizer)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Choose documents, and tokenise those of texts."""
        if corpus.modality != "text":
            return prepare_records(corpus, recipe)
        return prepare_counts(corpus, recipe, progress, self.tokenizer, {"order": ORDER}, LongestMatch)

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`CopyingCheckpoint`, :class:`CopyingImages` or :class:`CopyingRows`."""
        kept = parts.run["network"].get("records")
        if kept is not None:
            return CopyingImages(folder, parts) if kept == "image" else CopyingRows(folder, parts)
        return CopyingCheckpoint(folder, parts)
