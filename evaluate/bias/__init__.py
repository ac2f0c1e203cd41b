"""Whether a model treats groups of people differently, against its corpus and against each other."""

from .amplification import Amplification, amplification, measure_amplification
from .bbq import measure_bbq
from .counterfactual_pairs import Difference, compare, measure_counterfactual_pairs
from .crows_pairs import measure_crows_pairs
from .prompts import COMPARISONS, Comparison, counterfactual_prompts
from .stereoset import measure_stereoset
from .winobias import measure_winobias
from .winobias_coreference import measure_winobias_coreference
from .winogender import measure_winogender
from .word_embedding_test import measure_weat, model_vectors

__all__ = [
    "COMPARISONS",
    "Amplification",
    "Comparison",
    "Difference",
    "amplification",
    "compare",
    "counterfactual_prompts",
    "measure_amplification",
    "measure_bbq",
    "measure_counterfactual_pairs",
    "measure_crows_pairs",
    "measure_stereoset",
    "measure_weat",
    "measure_winobias",
    "measure_winobias_coreference",
    "measure_winogender",
    "model_vectors",
]
