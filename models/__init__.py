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
    "KneserNeyModel",
    "Reading",
    "ShowsVocabulary",
    "counted_readings",
    "kneser_ney",
    "ADAPTERS",
    "ExternalModel",
    "FinishedSamples",
    "Scored",
    "Server",
    "Service",
    "system_clock",
    "ScoresMasked",
    "ScoresText",
    "ScoresWindows",
    "attach",
    "external_report",
    "from_callable",
    "open_external",
    "training_is_known",
    "CAPABILITIES",
    "Canary",
    "CanaryPlan",
    "Checkpoint",
    "CopyingFamily",
    "CopyingImages",
    "CopyingRows",
    "DiffusionCheckpoint",
    "DiffusionFamily",
    "FAMILIES",
    "FeatureNet",
    "GANCheckpoint",
    "GANFamily",
    "GaussianMixtureFamily",
    "Generator",
    "ImageCheckpoint",
    "FineTunedCheckpoint",
    "FineTunedFamily",
    "Images",
    "Ledger",
    "LoRAPlan",
    "MixtureCheckpoint",
    "ModelFamily",
    "NgramFamily",
    "KeptWeights",
    "Passage",
    "PretrainedCheckpoint",
    "Projection",
    "Recipe",
    "TVAECheckpoint",
    "TVAEFamily",
    "TableCheckpoint",
    "TextCheckpoint",
    "TextGradients",
    "TransformerFamily",
    "VAECheckpoint",
    "VAEFamily",
    "by_hash",
    "canary_alternatives",
    "feature_net",
    "fit",
    "check_retrainable",
    "kept_weights",
    "load",
    "retrain",
    "text_gradients",
    "png_base64",
    "read_images",
    "training_report",
    "typed_table",
]
