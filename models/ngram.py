"""The family ``ngram``: interpolated Kneser-Ney on tokens, the baseline that a neural language model has to beat."""

from pathlib import Path

from ..core import ConfigError, Corpus, Progress, Recipe
from .base import Checkpoint
from .checkpoint import Parts
from .count_checkpoint import NgramCheckpoint
from .count_family import DEFAULTS, prepare_counts
from .count_models import KneserNeyModel
from .families import FAMILIES, Prepared
from .tokenizer import check_kind

LONGEST = 16


@FAMILIES.register("ngram", source="Kneser & Ney 1995, ICASSP; Chen & Goodman 1999, Computer Speech & Language 13")
class NgramFamily:
    """N-gram language model with interpolated Kneser-Ney smoothing: the baseline that others have to beat.

    ``order``: tokens of the longest n-grams, from 1 to 16. ``tokenizer``: ``bpe``, ``characters`` or ``residues``. One
    pass over the documents, a document a step: steps, budget and learning rates are not used. Recipe keys: vocabulary,
    documents, canaries, weights, balance.
    """

    modality = "text"
    mixed = False
    defaults = DEFAULTS

    def __init__(self, order: int = 3, tokenizer: str = "bpe") -> None:
        if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= LONGEST:
            raise ConfigError(f"model.options.order: {order!r} must be a whole number from 1 to {LONGEST}")
        self.order, self.tokenizer = order, check_kind(tokenizer)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Choose and tokenise documents."""
        return prepare_counts(corpus, recipe, progress, self.tokenizer, {"order": self.order}, KneserNeyModel)

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """An :class:`NgramCheckpoint`."""
        return NgramCheckpoint(folder, parts)
