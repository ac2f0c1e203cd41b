"""Whether a model refuses what it should, and what its outputs give away."""

from .output_privacy import measure_output_privacy
from .refusal import measure_refusal

__all__ = ["measure_output_privacy", "measure_refusal"]
