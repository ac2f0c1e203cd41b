"""Word vectors, trained on a corpus or given, and what they say of groups of people."""

from .embedding_associations import EmbeddingAssociations
from .embedding_exhibits import embedding_exhibits, set_score
from .embedding_tests import TestResult, WordResults, run_tests, run_word_tests
from .weat import Weat, association, effect_size, weat, word_scores
from .word_sets import WordSets, load_word_sets
from .word_vectors import WordVectors, unit_rows

__all__ = [
    "EmbeddingAssociations",
    "TestResult",
    "Weat",
    "WordResults",
    "WordSets",
    "WordVectors",
    "association",
    "effect_size",
    "embedding_exhibits",
    "load_word_sets",
    "run_tests",
    "run_word_tests",
    "set_score",
    "unit_rows",
    "weat",
    "word_scores",
]
