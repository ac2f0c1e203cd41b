"""Texts to vectors for metrics in a feature space: hashed words, the model's own hidden states, or a callable."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xxhash

from ...core import IncompleteError, UsageError
from ..base import Subject
from ..statistics import Floats
from .text_sides import words_in

Encoder = str | Callable[[Sequence[str]], Any]
ENCODERS = ("words", "model")
DIMENSIONS = 1_024
BATCH = 64


def encode_texts(subject: Subject, texts: Sequence[str], encoder: Encoder = "words") -> tuple[Floats, str]:
    """Vectors of shape (texts, d) in float64, and the encoder's name for a protocol string.

    ``words``: :func:`word_vectors`; ``model``: the hidden states of the model that is evaluated (``embed``); or a
    callable from texts to an array, whose ``protocol`` attribute or name stands in the string.
    """
    if callable(encoder):
        name = getattr(encoder, "protocol", None) or getattr(encoder, "__name__", type(encoder).__name__)
        return _checked(encoder(list(texts)), len(texts)), f"encoder {name}"
    if encoder == "words":
        return word_vectors(texts), f"encoder hashed-words/1 (1- and 2-grams, {DIMENSIONS} dimensions, 1 + ln count)"
    if encoder != "model":
        raise UsageError(f"encoder {encoder!r}: must be one of {', '.join(ENCODERS)}, or a function in a program")
    model = subject.checkpoint
    if model is None or "embed" not in model.capabilities:
        raise IncompleteError("there is no model that turns a text into a vector; use encoder: words")
    parts = [model.embed(texts[low : low + BATCH]) for low in range(0, len(texts), BATCH)]
    return _checked(np.concatenate(parts), len(texts)), f"encoder hidden states of model {model.hash[:16]}"


def word_vectors(texts: Sequence[str], dimensions: int = DIMENSIONS) -> Floats:
    """Counts of words and pairs of words, folded by a hash with a sign, as 1 + ln(count): shape (texts, dimensions)."""
    x = np.zeros((len(texts), dimensions))
    for row, text in enumerate(texts):
        words = [word.casefold() for word in words_in(text)]
        grams = [*words, *(f"{one} {two}" for one, two in zip(words, words[1:], strict=False))]
        for name, count in sorted(Counter(grams).items()):
            code = xxhash.xxh64_intdigest(name.encode("utf-8", "replace"))
            x[row, code % dimensions] += (1 if code >> 63 else -1) * (1 + np.log(count))
    return x


def _checked(values: Any, texts: int) -> Floats:
    x = np.asarray(values, np.float64)
    if x.ndim != 2 or len(x) != texts or not x.shape[1]:
        raise UsageError(f"an encoder must give shape ({texts}, d), not {x.shape}")
    if not np.isfinite(x).all():
        raise UsageError("an encoder gave values that are not finite")
    return x
