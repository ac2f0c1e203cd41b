"""Whether a model treats groups of people differently, against its corpus and against each other."""

from .amplification import Amplification, amplification, measure_amplification
from .bbq import measure_bbq
from .bold import measure_bold
from .counterfactual import measure_counterfactual
from .counterfactual_pairs import Difference, compare, measure_counterfactual_pairs
from .holistic_bias import measure_holistic_bias
from .honest import measure_honest
from .prompts import COMPARISONS, Comparison, counterfactual_prompts
from .word_embedding_test import measure_weat, model_vectors

__all__ = [
    "Amplification",
    "COMPARISONS",
    "Comparison",
    "Difference",
    "amplification",
    "compare",
    "counterfactual_prompts",
    "measure_amplification",
    "measure_bbq",
    "measure_bold",
    "measure_counterfactual",
    "measure_counterfactual_pairs",
    "measure_holistic_bias",
    "measure_honest",
    "measure_weat",
    "model_vectors",
]
