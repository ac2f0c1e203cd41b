"""Near duplicates of images between the parts of a corpus."""

import numpy as np

from ...core import Corpus, Progress
from .image_pairs import Pair, verified_pairs
from .near_duplicate_images import COLUMNS, Found, read_pictures

BRIGHTNESS = 32.0


def crossing_pairs(
    corpus: Corpus, codes: np.ndarray, threshold: float, brightness: float, progress: Progress
) -> dict[Pair, float]:
    """Verified pairs of images whose codes differ, by their numbers in the corpus, with the distance of each.

    ``codes`` has a number for each document; 0 stands for none and takes part in no pair.
    """
    found = all_pictures(corpus, progress)
    with progress.task("images between splits: compare"):
        pairs = verified_pairs(found.pictures, threshold, brightness)
    numbered = {(found.places[one], found.places[other]): distance for (one, other), distance in pairs.items()}
    return {
        (one, other): distance
        for (one, other), distance in sorted(numbered.items())
        if codes[one] and codes[other] and codes[one] != codes[other]
    }


def all_pictures(corpus: Corpus, progress: Progress) -> Found:
    """The small pictures of every image; at most 1 KB and the id for each."""
    found = Found()
    with progress.task("images between splits: read", len(corpus)) as task:
        for part in corpus.map(read_pictures, list(COLUMNS)):
            found.add(part)
            task.advance(len(part.ids))
    return found


def similarity_of(distance: float) -> float:
    """The correlation of two standardised pictures at a distance d: 1 - d^2 / 2."""
    return round(1 - distance * distance / 2, 6)
