"""Whether a model treats groups of people differently, against its corpus and against each other."""

from .amplification import Amplification, amplification, measure_amplification
from .association_amplification import measure_association_amplification
from .bbq import measure_bbq
from .bold import measure_bold
from .corrected_shares import CorrectedShare, corrected_shares
from .counterfactual import measure_counterfactual
from .counterfactual_pairs import Difference, compare, measure_counterfactual_pairs
from .crows_pairs import measure_crows_pairs
from .holistic_bias import measure_holistic_bias
from .honest import measure_honest
from .image_representation import measure_image_representation
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
    "CorrectedShare",
    "Difference",
    "amplification",
    "compare",
    "corrected_shares",
    "counterfactual_prompts",
    "measure_amplification",
    "measure_association_amplification",
    "measure_bbq",
    "measure_bold",
    "measure_counterfactual",
    "measure_counterfactual_pairs",
    "measure_crows_pairs",
    "measure_holistic_bias",
    "measure_honest",
    "measure_image_representation",
    "measure_stereoset",
    "measure_weat",
    "measure_winobias",
    "measure_winobias_coreference",
    "measure_winogender",
    "model_vectors",
]
