"""What turns images into features: our own network, published ones, and any module or function of yours."""

from . import efficientnet_lite0, inception, own
from .base import EXTRACTORS, Extractor, open_extractor

__all__ = ["EXTRACTORS", "Extractor", "efficientnet_lite0", "inception", "open_extractor", "own"]
