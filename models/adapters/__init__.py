"""Models made elsewhere, behind the same questions as our own: they declare what they can do."""

from .base import ADAPTERS
from .base import ExternalModel
from .base import Scored
from .base import ScoresText
from .base import open_external
from .callable import from_callable
from .diffusers import DiffusersModel
from .openai import OpenAIModel
from .openai import served_models
from .report import external_report
from .samples import FinishedSamples
from .stored import attach
from .stored import is_external
from .stored import load_external
from .masked_lm import MaskedModel

__all__ = [
    "ADAPTERS",
    "DiffusersModel",
    "ExternalModel",
    "FinishedSamples",
    "OpenAIModel",
    "Scored",
    "ScoresText",
    "attach",
    "external_report",
    "from_callable",
    "is_external",
    "load_external",
    "open_external",
    "served_models",
    "MaskedModel",
]
