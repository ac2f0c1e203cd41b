"""What a model writes that may harm, and how far the detectors that say so can be trusted."""

from .detector_bias import measure_detector_bias
from .output_toxicity import measure_output_toxicity
from .swap_sheet import SwapShift, caveat, swap_sheet

__all__ = [
    "SwapShift",
    "caveat",
    "measure_detector_bias",
    "measure_output_toxicity",
    "swap_sheet",
]
