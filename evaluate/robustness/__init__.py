"""Whether a model answers the same when the same is asked otherwise: other words, typos, case, white space."""

from .paraphrase_consistency import measure_paraphrase_consistency
from .robustness import measure_robustness

__all__ = ["measure_paraphrase_consistency", "measure_robustness"]
