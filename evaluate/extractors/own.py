"""Features of the network that headwater trains on the corpus itself: no weights to fetch."""

import numpy as np
import torch

from ...core import IncompleteError
from ...models import FeatureNet, feature_net
from ..base import Subject
from ..statistics import Floats
from .base import EXTRACTORS, Extractor, Pictures, one_shape

BATCH = 256


@EXTRACTORS.register("own", source="the corpus and the seed", size="one shape, as it is")
def own(subject: Subject) -> Extractor:
    """Features (64) of a network trained on a part of the corpus to tell labels, or rotations where there are none.

    That part (a third, or half of the trained images) is never the reference or the null of a distance.
    """
    from ..quality.image_sets import pools, real_images  # that module opens extractors

    real = real_images(subject)
    rows = [int(row) for row in np.sort(pools(subject).learnt)]
    pixels, labels = one_shape([real.images[row] for row in rows], "own"), [real.labels[row] for row in rows]
    net = feature_net((pixels, labels), subject.seed, progress=subject.progress)
    return of_net(net, tuple(sorted({str(label) for label in labels})) if net.task == "labels" else ())


def of_net(net: FeatureNet, classes: tuple[str, ...]) -> Extractor:
    """A trained network in the form of an extractor; ``classes`` in the order of its head, empty where it has none."""
    return Extractor(
        f"feature-net ({net.task})",
        net.hash,
        "images as they are",
        lambda images: net.embed(_of_corpus(net, images)),
        (lambda images: _probabilities(net, _of_corpus(net, images))) if classes else None,
        classes,
    )


def _of_corpus(net: FeatureNet, images: Pictures) -> np.ndarray:
    """The images as one array; raises :class:`IncompleteError` where they are of another shape than the corpus."""
    pixels = one_shape(images, "own")
    if pixels.shape[1:] != net.shape:
        one, other = (" x ".join(map(str, shape)) for shape in (pixels.shape[1:], net.shape))
        raise IncompleteError(
            f"images of {one} (height x width x channels) stand against a corpus of {other}; read both in one mode "
            "(mode: L or mode: RGB), resize them to one size, or take an extractor that resizes"
        )
    return pixels


@torch.inference_mode()
def _probabilities(net: FeatureNet, pixels: np.ndarray) -> Floats:
    parts = [torch.from_numpy(net.embed(pixels[low : low + BATCH])).float() for low in range(0, len(pixels), BATCH)]
    logits = net.network.head(torch.cat(parts))
    return np.asarray(logits.double().softmax(1))
