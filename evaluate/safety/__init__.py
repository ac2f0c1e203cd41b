"""What a model writes that may harm, and how far the detectors that say so can be trusted."""

from .detector_bias import measure_detector_bias
from .output_privacy import measure_output_privacy
from .output_toxicity import measure_output_toxicity
from .refusal import measure_refusal
from .swap_sheet import SwapShift, caveat, swap_sheet

__all__ = [
    "SwapShift",
    "caveat",
    "measure_detector_bias",
    "measure_output_privacy",
    "measure_output_toxicity",
    "measure_refusal",
    "swap_sheet",
]
