"""Model families, one training loop, checkpoints."""

from ..core import CanaryPlan
from ..core import LoRAPlan
from ..core import Recipe
from .adapters import ADAPTERS
from .adapters import ExternalModel
from .adapters import FinishedSamples
from .adapters import Scored
from .adapters import ScoresText
from .adapters import attach
from .adapters import external_report
from .adapters import from_callable
from .adapters import open_external
from .adapters import served_models
from .base import CAPABILITIES
from .base import Canary
from .base import Checkpoint
from .base import Generator
from .base import Ledger
from .base import Reading
from .base import ScoresWindows
from .base import ShowsVocabulary
from .base import training_is_known
from .base import ScoresMasked
from .canaries import canary_alternatives
from .copying import CopyingFamily
from .count_models import KneserNeyModel
from .count_models import counted_readings
from .count_models import kneser_ney
from .diffusion import DiffusionCheckpoint
from .diffusion import DiffusionFamily
from .families import FAMILIES
from .families import ModelFamily
from .feature_net import FeatureNet
from .feature_net import feature_net
from .fine_tuned import FineTunedCheckpoint
from .fine_tuned import FineTunedFamily
from .fit import fit
from .fit import load
from .gan import GANCheckpoint
from .gan import GANFamily
from .gaussian_mixture import GaussianMixtureFamily
from .gaussian_mixture import MixtureCheckpoint
from .image_checkpoint import ImageCheckpoint
from .image_data import Images
from .image_data import read_images
from .image_report import png_base64
from .ngram import NgramFamily
from .pretrained_checkpoint import PretrainedCheckpoint
from .projection import Projection
from .record_checkpoint import CopyingImages
from .record_checkpoint import CopyingRows
from .report import training_report
from .retrain import check_retrainable
from .retrain import retrain
from .serving import Server
from .serving import Service
from .serving import system_clock
from .start import by_hash
from .table_checkpoint import TableCheckpoint
from .table_checkpoint import typed_table
from .text_checkpoint import TextCheckpoint
from .text_gradients import KeptWeights
from .text_gradients import Passage
from .text_gradients import TextGradients
from .text_gradients import kept_weights
from .text_gradients import text_gradients
from .transformer import TransformerFamily
from .tvae import TVAECheckpoint
from .tvae import TVAEFamily
from .vae import VAECheckpoint
from .vae import VAEFamily

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
    "ScoresMasked",
]
