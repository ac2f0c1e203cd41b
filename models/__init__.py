"""Model families, one training loop, checkpoints."""

from ..core import CanaryPlan, Recipe
from .adapters import (
    ADAPTERS,
    ExternalModel,
    FinishedSamples,
    Scored,
    ScoresText,
    attach,
    external_report,
    from_callable,
    open_external,
)
from .base import CAPABILITIES, Canary, Checkpoint, Ledger, training_is_known
from .canaries import canary_alternatives
from .families import FAMILIES, ModelFamily
from .feature_net import FeatureNet, feature_net
from .fit import fit, load
from .image_checkpoint import ImageCheckpoint
from .image_data import Images, read_images
from .report import training_report
from .serving import Server, Service, system_clock
from .text_checkpoint import TextCheckpoint
from .transformer import TransformerFamily
from .vae import VAEFamily

__all__ = [
    "ADAPTERS",
    "ExternalModel",
    "FinishedSamples",
    "Scored",
    "Server",
    "Service",
    "system_clock",
    "ScoresText",
    "attach",
    "external_report",
    "from_callable",
    "open_external",
    "training_is_known",
    "CAPABILITIES",
    "Canary",
    "CanaryPlan",
    "Checkpoint",
    "FAMILIES",
    "FeatureNet",
    "ImageCheckpoint",
    "Images",
    "Ledger",
    "ModelFamily",
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
