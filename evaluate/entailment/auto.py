"""The best model of entailment that is here without a choice of the user's."""

from ...core import IncompleteError
from .base import ENTAILMENTS, Entailment
from .minilm import minilm
from .words import words


@ENTAILMENTS.register("auto", source="minilm or words")
def auto() -> Entailment:
    """The model minilm where its package is installed, else words in common; the protocol of each score says which."""
    try:
        return minilm()
    except IncompleteError:
        return words()
