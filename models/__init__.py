"""Model families, one training loop, checkpoints."""

from ..core import CanaryPlan, LoRAPlan, Recipe
from .base import Canary, Checkpoint, Ledger
from .canaries import canary_alternatives
from .families import FAMILIES, ModelFamily
from .feature_net import FeatureNet, feature_net
from .fine_tuned import FineTunedCheckpoint, FineTunedFamily
from .fit import fit, load
from .image_checkpoint import ImageCheckpoint
from .image_data import Images, read_images
from .pretrained_checkpoint import PretrainedCheckpoint
from .report import training_report
from .start import by_hash
from .text_checkpoint import TextCheckpoint
from .transformer import TransformerFamily
from .vae import VAEFamily

__all__ = [
    "Canary",
    "CanaryPlan",
    "Checkpoint",
    "FAMILIES",
    "FeatureNet",
    "ImageCheckpoint",
    "FineTunedCheckpoint",
    "FineTunedFamily",
    "Images",
    "Ledger",
    "LoRAPlan",
    "ModelFamily",
    "PretrainedCheckpoint",
    "Recipe",
    "TextCheckpoint",
    "TransformerFamily",
    "VAEFamily",
    "by_hash",
    "canary_alternatives",
    "feature_net",
    "fit",
    "load",
    "read_images",
    "training_report",
]
