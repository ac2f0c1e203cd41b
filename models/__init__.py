"""Model families, one training loop, checkpoints."""

from ..core import CanaryPlan, Recipe
from .base import Canary, Checkpoint, Ledger
from .canaries import canary_alternatives
from .copying import CopyingFamily
from .families import FAMILIES, ModelFamily
from .feature_net import FeatureNet, feature_net
from .fit import fit, load
from .image_checkpoint import ImageCheckpoint
from .image_data import Images, read_images
from .ngram import NgramFamily
from .report import training_report
from .text_checkpoint import TextCheckpoint
from .transformer import TransformerFamily
from .vae import VAEFamily

__all__ = [
    "Canary",
    "CanaryPlan",
    "Checkpoint",
    "CopyingFamily",
    "FAMILIES",
    "FeatureNet",
    "ImageCheckpoint",
    "Images",
    "Ledger",
    "ModelFamily",
    "NgramFamily",
    "Recipe",
    "TextCheckpoint",
    "TransformerFamily",
    "VAEFamily",
    "canary_alternatives",
    "feature_net",
    "fit",
    "load",
    "read_images",
    "training_report",
]
