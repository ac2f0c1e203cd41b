"""Features of the network that headwater trains on the corpus itself: no weights to fetch."""

import numpy as np
import torch

from ...models import FeatureNet, feature_net, read_images
from ..base import Subject
from ..statistics import Floats
from .base import EXTRACTORS, Extractor, one_shape

BATCH = 256


@EXTRACTORS.register("own", source="the corpus and the seed", size="one shape, as it is")
def own(subject: Subject) -> Extractor:
    """Features (64) of a network trained on the corpus to tell labels, or rotations where there are no labels."""
    net = subject.once("feature net", lambda: feature_net(subject.corpus, subject.seed, progress=subject.progress))
    classes = class_names(subject) if net.task == "labels" else ()
    return of_net(net, classes)


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


def class_names(subject: Subject) -> tuple[str, ...]:
    """The labels of the corpus in the order of the class head."""
    labels = subject.once("corpus labels", lambda: read_images(subject.corpus).labels)
    return tuple(sorted({str(label) for label in labels}))


@torch.inference_mode()
def _probabilities(net: FeatureNet, pixels: np.ndarray) -> Floats:
    parts = [torch.from_numpy(net.embed(pixels[low : low + BATCH])).float() for low in range(0, len(pixels), BATCH)]
    logits = net.network.head(torch.cat(parts))
    return np.asarray(logits.double().softmax(1))
