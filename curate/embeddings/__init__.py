"""Word vectors, trained on a corpus or given, and what they say of groups of people."""

from .embedding_associations import EmbeddingAssociations
from .weat import Weat, association, effect_size, weat, word_scores
from .word_vectors import WordVectors

__all__ = ["EmbeddingAssociations", "Weat", "WordVectors", "association", "effect_size", "weat", "word_scores"]
