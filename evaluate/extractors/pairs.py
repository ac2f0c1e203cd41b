"""Pairs of encoders that bring images and texts into one space, as CLIP does: the user's, or one of a package."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

from ...core import IncompleteError, Registry, UsageError, sha256
from ..base import Subject
from ..statistics import Floats
from .base import Pictures
from .given import given_extractor

PROBES = ("a photo of a dog", "seven", "un chat noir", "")


@dataclass(frozen=True)
class Pair:
    """``images`` maps uint8 (H, W, C) each, ``texts`` maps strings, to float64 (n, d), rows of length 1.

    ``protocol`` names both halves and the hashes of their weights or answers.
    """

    protocol: str
    images: Callable[[Pictures], Floats]
    texts: Callable[[Sequence[str]], Floats]


PAIRS: Registry[Callable[..., Any]] = Registry("pair of encoders", "headwater.image_text_encoders")


def open_pair(subject: Subject, encoder: Any) -> Pair:
    """The pair of a registered name (of a package's entry point), of (image half, text half), or of an object.

    An object has the methods ``images`` and ``texts``. The image half is a module (float32 (n, C, H, W) in 0..1) or a
    function (uint8 (n, H, W, C)), the text half a module or function of a list of strings. Raises
    :class:`IncompleteError` for None, :class:`UsageError` for what is no pair.
    """
    if encoder is None:
        raise IncompleteError(
            "no encoder of images and texts is given; in a program give encoder=(image half, text half), in a config "
            "the name of one that an installed package brings"
        )
    if isinstance(encoder, str):
        make = PAIRS.get(encoder, "encoder")
        return subject.once(f"pair {encoder}", lambda: open_pair(subject, make(subject)))
    halves = encoder if isinstance(encoder, tuple | list) else _methods(encoder)
    if len(halves) != 2 or not all(map(callable, halves)):
        raise UsageError(f"encoder: give (image half, text half), each a module or a function, not {encoder!r:.80}")
    name, known_by, sizes, images = given_extractor(halves[0])
    texts, text_name = _texts(halves[1])
    protocol = f"{name} {known_by[:16]} ({sizes}) with {text_name}"
    return Pair(protocol, lambda pictures: directions(images(pictures)), lambda lines: directions(texts(lines)))


def directions(rows: Floats) -> Floats:
    """Rows (n, d) at length 1; raises :class:`UsageError` for a row of zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise UsageError("the encoder gave a vector of zeros: it has no direction, and no similarity")
    return np.asarray(rows / lengths)


def _methods(encoder: Any) -> tuple[Any, Any]:
    return getattr(encoder, "images", None), getattr(encoder, "texts", None)


def _texts(given: Any) -> tuple[Callable[[Sequence[str]], Floats], str]:
    name = str(getattr(given, "__name__", type(given).__name__))

    @torch.inference_mode()
    def call(lines: Sequence[str]) -> Floats:
        answer = given(list(lines))
        rows = answer.detach().cpu().numpy() if isinstance(answer, torch.Tensor) else np.asarray(answer)
        if rows.ndim != 2 or len(rows) != len(lines) or not np.issubdtype(rows.dtype, np.number):
            raise UsageError(
                f"text half {name}: {len(lines)} texts need numbers of shape ({len(lines)}, d), not {rows.shape}"
            )
        if not np.isfinite(rows).all():
            raise UsageError(f"text half {name}: gave features that are not finite")
        return rows.astype(np.float64)

    if isinstance(given, nn.Module):
        given.eval()
        weights = {key: value.contiguous().clone() for key, value in given.state_dict().items()}
        return call, f"{name} {sha256(save(weights, {'module': name}))[:16]}"
    own = getattr(given, "hash", None)
    return call, f"{name} {(str(own) if own else _probed(call))[:16]}"


def _probed(call: Callable[[Sequence[str]], Floats]) -> str:
    """SHA-256 of the answers, at six digits, to fixed texts; a text that is refused is known by that."""
    found = b""
    for text in PROBES:
        try:
            found += " ".join(f"{value:.5e}" for value in call([text]).ravel()).encode()
        except Exception as error:  # whatever a user's function raises
            found += type(error).__name__.encode()
    return sha256(found)
