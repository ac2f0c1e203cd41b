"""One form for every extractor, and the way from what a user names to an extractor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from ...core import IncompleteError, Registry, UsageError
from ..base import Subject
from ..statistics import Floats
from .given import given_extractor

Pictures = Sequence[np.ndarray]


@dataclass(frozen=True)
class Extractor:
    """``features`` maps images, uint8 (H, W, C) each, to float64 (n, d); ``classify`` to class probabilities.

    ``hash`` names the weights, ``sizes`` says how images come to the size that the network wants. ``classes`` is empty
    where there is no class head, or one whose classes have no names here.
    """

    name: str
    hash: str
    sizes: str
    features: Callable[[Pictures], Floats]
    classify: Callable[[Pictures], Floats] | None = None
    classes: tuple[str, ...] = ()

    @property
    def protocol(self) -> str:
        """Name, beginning of the hash and sizes: what stands in the protocol of a score."""
        return f"{self.name} {self.hash[:16]} ({self.sizes})"


EXTRACTORS: Registry[Callable[..., Extractor]] = Registry("extractor", "headwater.extractors")


def open_extractor(subject: Subject, extractor: Any = "own", weights: str | None = None) -> Extractor:
    """The extractor of a registered name, of an ``nn.Module`` or of a callable; made once for a subject.

    ``weights``: the file that ``inception`` needs. Raises :class:`~headwater.core.UsageError` for what is no extractor.
    """
    if isinstance(extractor, Extractor):
        return extractor
    if isinstance(extractor, str):
        make = EXTRACTORS.get(extractor, "extractor")
        options = {} if weights is None else {"weights": weights}
        try:
            return subject.once(f"extractor {extractor} {weights}", lambda: make(subject, **options))
        except TypeError as error:
            if "weights" not in str(error):
                raise
            raise UsageError(f"extractor {extractor}: takes no file of weights; leave out weights") from None
    if isinstance(extractor, nn.Module) or callable(extractor):
        return Extractor(*given_extractor(extractor))
    raise UsageError(
        f"extractor: give a name ({', '.join(EXTRACTORS.names())}), an nn.Module or a callable, not {extractor!r}"
    )


def one_shape(images: Pictures, name: str) -> np.ndarray:
    """The images as one array (n, H, W, C); raises :class:`IncompleteError` where their shapes differ."""
    shapes = sorted({image.shape for image in images})
    if len(shapes) != 1:
        raise IncompleteError(
            f"the images have {len(shapes)} different shapes ({', '.join(map(str, shapes[:3]))}), and the extractor "
            f"{name} takes one; resize them to one shape, or take an extractor that resizes"
        )
    return np.stack(images)
