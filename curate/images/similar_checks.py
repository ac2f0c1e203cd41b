"""What the step ``similar-images`` says of itself: recall on planted copies, precision by pixels, pairs to look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ...core import Cell, Corpus, Gallery, Table, Tile, wilson
from ..duplicates.image_hashes import standardised
from ..duplicates.image_pairs import CONTRAST
from ..duplicates.semantic_duplicates import Pair
from .image_vectors import image_vector, mirrored
from .tiles import row_pixels, strip

Pixels = np.ndarray
NEAR = 0.12
MIRROR = "mirror image"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The images that are compared: ids, labels, groups to compare across, and small grey versions."""

    ids: list[str]
    labels: list[str | None]
    sides: list[str | None]
    vectors: np.ndarray
    small: list[np.ndarray]


def _cropped(image: Pixels) -> Pixels:
    """A twentieth of each side cut off, scaled back."""
    height, width = image.shape[:2]
    down, across = max(1, height // 20), max(1, width // 20)
    cut = image[down : max(height - down, down + 1), across : max(width - across, across + 1)]
    shown = cut[:, :, :3] if cut.shape[2] >= 3 else cut[:, :, 0]
    scaled = Image.fromarray(np.ascontiguousarray(shown)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(scaled).reshape(height, width, -1)


def _labelled(image: Pixels) -> Pixels:
    """A white box over a part of the lower edge, as of a caption or a logo."""
    height, width = image.shape[:2]
    marked = image.copy()
    marked[height - max(1, height // 8) :, width // 2 :] = 255
    return marked


COPIES: dict[str, Callable[[Pixels], Pixels]] = {
    "cropped by a tenth": _cropped,
    MIRROR: lambda image: image[:, ::-1],
    "half the contrast, brighter": lambda image: (image // 2 + 80).astype(np.uint8),
    "a white box in a corner": _labelled,
}


def plant(tallies: dict[str, int], image: Pixels, threshold: float) -> None:
    """Count the planted copies of an image, and those that the threshold finds, by kind; none of a blank image."""
    own = image_vector(image)
    if not own.any():
        return
    for kind, copy in COPIES.items():
        vector = image_vector(np.ascontiguousarray(copy(image)))
        cosine = float(vector @ own)
        if kind == MIRROR:
            cosine = max(cosine, float(vector @ mirrored(own[None])[0]))
        tallies[f"planted\t{kind}"] = tallies.get(f"planted\t{kind}", 0) + 1
        tallies[f"found\t{kind}"] = tallies.get(f"found\t{kind}", 0) + (round(cosine, 4) >= threshold)


def recall_table(tallies: Mapping[str, int], threshold: float) -> Table:
    """How many planted copies of each kind the threshold finds."""
    rows: list[tuple[Cell, ...]] = []
    for kind in COPIES:
        total, found = tallies.get(f"planted\t{kind}", 0), tallies.get(f"found\t{kind}", 0)
        if total:
            rows.append((kind, total, found, found / total, *wilson(found, total)))
    note = (
        f"Copies of images drawn from this corpus, compared at {threshold:g}. Low and high: Wilson's interval at 95 %."
    )
    columns = ("copy", "planted", "found", "recall", "low", "high")
    return Table("similar-images-recall", "Planted copies", columns, tuple(rows), note)


def is_near(drawn: Drawn, pair: Pair) -> bool:
    """Whether the two are near duplicates on the pixels too, as they are or mirrored."""
    grids = [standardised(drawn.small[place][None], CONTRAST)[0] for place in pair[:2]]
    flipped = standardised(drawn.small[pair[1]][None, :, ::-1], CONTRAST)[0]
    gaps = [float(np.sqrt(((grids[0] - other) ** 2).mean())) for other in (grids[1], flipped)]
    return min(gaps) <= NEAR


def precision(tallies: Mapping[str, int]) -> str:
    """What the pairs are known to be: near on the pixels, or of different labels."""
    pairs, near, labelled = (tallies.get(key, 0) for key in ("pairs", "near", "labelled"))
    if not pairs:
        return "No pair was found."
    low, high = wilson(near, pairs)
    told = (
        f"{near:,} of {pairs:,} pairs ({near / pairs:.1%}, interval {low:.1%} to {high:.1%}) are near duplicates on "
        "the pixels too, as they are or mirrored; the others are crops, variants or merely alike."
    )
    if labelled:
        told += f" {tallies.get('other label', 0):,} of {labelled:,} pairs with labels have different ones."
    return told


def side_by_side_pairs(corpus: Corpus, drawn: Drawn, pairs: Sequence[Pair]) -> tuple[Gallery, ...]:
    """The pairs of pictures side by side, for eyes."""
    rows = corpus.documents([drawn.ids[place] for pair in pairs for place in pair[:2]])
    tiles = []
    for one, two, cosine in pairs:
        images = [row_pixels(rows[drawn.ids[place]]) for place in (one, two)]
        shown = strip([image for image in images if image is not None])
        tiles.append(Tile(f"{drawn.ids[one]}+{drawn.ids[two]}", f"cosine {cosine:.3f}", shown))
    note = "The most similar pairs that near-duplicate-images does not find: crops, variants, or merely alike."
    return (Gallery("similar-images", "Images of similar layout", tuple(tiles), note),) if tiles else ()
