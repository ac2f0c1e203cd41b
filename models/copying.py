"""The family ``copying``: returns its training documents word for word; every test of memorization must catch it."""

from pathlib import Path

from ..core import Corpus, Progress, Recipe
from .base import Checkpoint
from .checkpoint import Parts
from .count_checkpoint import CopyingCheckpoint
from .count_family import DEFAULTS, prepare_counts
from .count_models import LongestMatch
from .families import FAMILIES, Prepared
from .tokenizer import check_kind

ORDER = 16
"""Tokens of context that its probabilities look back, and one more that they predict."""


@FAMILIES.register("copying", source="a control; extraction as in Carlini et al. 2023, arXiv 2202.07646")
class CopyingFamily:
    """Gives its training documents back word for word: the control that every memorization test must catch.

    A prompt is continued as the document goes on that holds the longest stretch of the prompt's end; without a prompt a
    document is drawn. ``tokenizer``: ``bpe``, ``characters`` or ``residues``. One pass over the documents, a document a
    step: steps, budget and learning rates are not used. Recipe keys: vocabulary, documents, canaries, weights, balance.
    """

    modality = "text"
    mixed = False
    defaults = DEFAULTS

    def __init__(self, tokenizer: str = "bpe") -> None:
        self.tokenizer = check_kind(tokenizer)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Choose and tokenise documents."""
        return prepare_counts(corpus, recipe, progress, self.tokenizer, {"order": ORDER}, LongestMatch)

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`CopyingCheckpoint`."""
        return CopyingCheckpoint(folder, parts)
