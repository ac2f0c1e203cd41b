"""Features of the network that headwater trains on the corpus itself: no weights to fetch."""

import numpy as np
import torch

from ...models import FeatureNet, feature_net
from ..base import Subject
from ..statistics import Floats
from .base import EXTRACTORS, Extractor, one_shape

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
        lambda images: net.embed(one_shape(images, "own")),
        (lambda images: _probabilities(net, one_shape(images, "own"))) if classes else None,
        classes,
    )


@torch.inference_mode()
def _probabilities(net: FeatureNet, pixels: np.ndarray) -> Floats:
    parts = [torch.from_numpy(net.embed(pixels[low : low + BATCH])).float() for low in range(0, len(pixels), BATCH)]
    logits = net.network.head(torch.cat(parts))
    return np.asarray(logits.double().softmax(1))
