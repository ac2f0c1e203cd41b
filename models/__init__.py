"""Model families, one training loop, checkpoints."""

from ..core import CanaryPlan, LoRAPlan, Recipe
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
    served_models,
)
from .base import (
    CAPABILITIES,
    Canary,
    Checkpoint,
    Generator,
    Ledger,
    Reading,
    ScoresMasked,
    ScoresWindows,
    ShowsVocabulary,
    training_is_known,
)
from .canaries import canary_alternatives
from .copying import CopyingFamily
from .count_models import KneserNeyModel, counted_readings, kneser_ney
from .diffusion import DiffusionCheckpoint, DiffusionFamily
from .families import FAMILIES, ModelFamily
from .feature_net import FeatureNet, feature_net
from .fine_tuned import FineTunedCheckpoint, FineTunedFamily
from .fit import fit, load
from .gan import GANCheckpoint, GANFamily
from .gaussian_mixture import GaussianMixtureFamily, MixtureCheckpoint
from .image_checkpoint import ImageCheckpoint
from .image_data import Images, read_images
from .image_report import png_base64
from .ngram import NgramFamily
from .pretrained_checkpoint import PretrainedCheckpoint
from .projection import Projection
from .record_checkpoint import CopyingImages, CopyingRows
from .report import training_report
from .retrain import check_retrainable, retrain
from .serving import Server, Service, system_clock
from .start import by_hash
from .table_checkpoint import TableCheckpoint, typed_table
from .text_checkpoint import TextCheckpoint
from .text_gradients import KeptWeights, Passage, TextGradients, kept_weights, text_gradients
from .transformer import TransformerFamily
from .tvae import TVAECheckpoint, TVAEFamily
from .vae import VAECheckpoint, VAEFamily

__all__ = [
    "ADAPTERS",
    "CAPABILITIES",
    "FAMILIES",
    "Canary",
    "CanaryPlan",
    "Checkpoint",
    "CopyingFamily",
    "CopyingImages",
    "CopyingRows",
    "DiffusionCheckpoint",
    "DiffusionFamily",
    "ExternalModel",
    "FeatureNet",
    "FineTunedCheckpoint",
    "FineTunedFamily",
    "FinishedSamples",
    "GANCheckpoint",
    "GANFamily",
    "GaussianMixtureFamily",
    "Generator",
    "ImageCheckpoint",
    "Images",
    "KeptWeights",
    "KneserNeyModel",
    "Ledger",
    "LoRAPlan",
    "MixtureCheckpoint",
    "ModelFamily",
    "NgramFamily",
    "Passage",
    "PretrainedCheckpoint",
    "Projection",
    "Reading",
    "Recipe",
    "Scored",
    "ScoresMasked",
    "ScoresText",
    "ScoresWindows",
    "Server",
    "Service",
    "ShowsVocabulary",
    "TVAECheckpoint",
    "TVAEFamily",
    "TableCheckpoint",
    "TextCheckpoint",
    "TextGradients",
    "TransformerFamily",
    "VAECheckpoint",
    "VAEFamily",
    "attach",
    "by_hash",
    "canary_alternatives",
    "check_retrainable",
    "counted_readings",
    "external_report",
    "feature_net",
    "fit",
    "from_callable",
    "kept_weights",
    "kneser_ney",
    "load",
    "open_external",
    "png_base64",
    "read_images",
    "retrain",
    "served_models",
    "system_clock",
    "text_gradients",
    "training_is_known",
    "training_report",
    "typed_table",
]
