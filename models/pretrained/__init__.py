"""Models made elsewhere: Hugging Face folders and GGUF files, opened without running a byte of them."""

from .base import Base, is_base, open_base, pretrained_hash
from .config import config_from_json
from .network import PretrainedNetwork
from .tokenizer import PretrainedTokenizer, from_json
from .weights import build

__all__ = [
    "Base",
    "PretrainedNetwork",
    "PretrainedTokenizer",
    "build",
    "config_from_json",
    "from_json",
    "is_base",
    "open_base",
    "pretrained_hash",
]
