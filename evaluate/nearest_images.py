"""The training images that one generated image is nearest to."""

from typing import Any

import numpy as np

from .base import Subject
from .extractors import open_extractor
from .quality.image_sets import generated_images, known_split, real_images, side_of
from .trace import document_cards

NEAREST = 5


def nearest_images(subject: Subject, sample_id: str, number: int = NEAREST) -> list[dict[str, Any]]:
    """Cards of the ``number`` training images nearest to a sample, nearest first, with ``distance`` and ``closeness``.

    Distances are Euclidean in the features of our own network; ``closeness`` is the distance over that image's distance
    to its nearest other training image: 0 is a copy, 1 as near as real images lie to each other. All training images
    are looked at (all of the corpus where nobody knows which were trained on).
    """
    generated, real = generated_images(subject), real_images(subject)
    extractor = open_extractor(subject, "own", None)
    split = known_split(subject)
    trained = set(split[0]) if split else set(real.ids)
    rows = np.array([row for row, name in enumerate(real.ids) if name in trained], np.int64)
    known = side_of(subject, extractor, "real", real, rows)
    made = side_of(subject, extractor, "generated", generated, np.array([generated.ids.index(sample_id)]))
    distances = _distances(known.features, made.features[0])
    nearest = np.argsort(distances, kind="stable")[:number]
    cards = document_cards(subject, [known.ids[place] for place in nearest])
    return [
        {
            **cards[known.ids[place]],
            "distance": float(distances[place]),
            "closeness": _closeness(known.features, place, distances),
        }
        for place in nearest
    ]


def _distances(features: np.ndarray, point: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.sqrt(((features - point) ** 2).sum(1))
    return found


def _closeness(features: np.ndarray, place: int, distances: np.ndarray) -> float | None:
    others = _distances(features, features[place])
    others[place] = np.inf
    nearest = float(others.min())
    return float(distances[place]) / nearest if 0 < nearest < np.inf else None
