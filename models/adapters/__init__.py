"""Models made elsewhere, behind the same questions as our own: they declare what they can do."""

from .base import ADAPTERS, ExternalModel, Scored, ScoresText, open_external
from .callable import from_callable
from .diffusers import DiffusersModel
from .masked_lm import MaskedModel
from .openai import OpenAIModel, served_models
from .report import external_report
from .samples import FinishedSamples
from .stored import attach, is_external, load_external

__all__ = [
    "ADAPTERS",
    "DiffusersModel",
    "ExternalModel",
    "FinishedSamples",
    "MaskedModel",
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
]
