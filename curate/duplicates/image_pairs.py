"""From small grey images to verified pairs and clusters of near duplicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .image_hashes import OFFSETS, coarse, cosine_hashes, difference_hashes, same_shape, standardised, views

BANDS, BAND_BITS = 8, np.uint64(8)
WINDOW, MOST_BITS = 64, 20
CONTRAST = 4.0
_CHUNK, _ROUNDING = 2_048, 1e-3
Pair = tuple[int, int]


@dataclass(slots=True)
class Pictures:
    """The small grey images (uint8, at most 32 x 32) of a corpus and their mean colours (n, 3), by number."""

    images: list[np.ndarray] = field(default_factory=list)
    colours: list[np.ndarray] = field(default_factory=list)

    def stacked(self, numbers: Sequence[int] | np.ndarray) -> np.ndarray:
        """Images of one shape as one array (n, H, W)."""
        return np.stack([self.images[number] for number in np.asarray(numbers).tolist()])


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared at one offset, of the one or two parts of each usable picture.

    ``hashes``: dHash and pHash (2, sides, n). ``coarse``: (sides, n, 64). ``colours``: (n, 3). ``numbers``: (n,).
    """

    hashes: np.ndarray
    coarse: np.ndarray
    colours: np.ndarray
    numbers: np.ndarray


def verified_pairs(pictures: Pictures, threshold: float, brightness: float) -> dict[Pair, float]:
    """Every pair that the hashes propose and whose distance is at most ``threshold``, with that distance.

    ``brightness`` is the most that the mean of a colour may differ, in levels of 255.
    """
    found: dict[Pair, float] = {}
    for offset in OFFSETS if pictures.images else ():
        pairs = candidates(pictures, offset, threshold, brightness)
        for (one, other), distance in zip(pairs.tolist(), distances(pictures, pairs, offset).tolist(), strict=True):
            if distance <= threshold:
                pair = (min(one, other), max(one, other))
                found[pair] = min(distance, found.get(pair, distance))
    return dict(sorted(found.items()))


def candidates(pictures: Pictures, offset: tuple[int, int], threshold: float, brightness: float) -> np.ndarray:
    """Pairs that agree in 8 bits at one place of a hash and in all but 20 of 128: int64 of shape (n, 2), ascending.

    At an offset other than (0, 0) the first part of one picture is compared with the second part of the other. Pairs
    whose mean colours differ by more than ``brightness``, or whose 8 x 8 versions already differ by more than
    ``threshold``, are left out.
    """
    sides = _sides(pictures, offset)
    packed = [np.zeros(0, np.int64)]
    for kind in range(2):
        for band in range(BANDS):
            packed += _band_pairs(sides, kind, band, threshold, brightness)
    found = np.unique(np.concatenate(packed))
    return np.stack([found >> 32, found & 0xFFFFFFFF], axis=1)


def _sides(pictures: Pictures, offset: tuple[int, int]) -> _Sides:
    count, parts_of_each = len(pictures.images), 1 if offset == (0, 0) else 2
    hashes = np.zeros((2, parts_of_each, count), np.uint64)
    small = np.zeros((parts_of_each, count, 64), np.float32)
    usable = np.zeros(count, bool)
    for places in same_shape([image.shape for image in pictures.images]).values():
        for start in range(0, len(places), _CHUNK):
            chunk = places[start : start + _CHUNK]
            for side, part in enumerate(views(pictures.stacked(chunk), offset)[:parts_of_each]):
                if part.size:
                    usable[chunk] = True
                    hashes[0, side, chunk], hashes[1, side, chunk] = difference_hashes(part), cosine_hashes(part)
                    small[side, chunk] = coarse(standardised(part, CONTRAST))
    numbers = np.flatnonzero(usable)
    colours = np.array(pictures.colours).reshape(-1, 3)[numbers]
    return _Sides(hashes[:, :, numbers], small[:, numbers], colours, numbers)


def _band_pairs(sides: _Sides, kind: int, band: int, threshold: float, brightness: float) -> Iterator[np.ndarray]:
    """Pairs of one bucket, packed: each part with the 64 that follow it in the order of the turned hash."""
    flat, others = sides.hashes[kind].reshape(-1), sides.hashes[1 - kind].reshape(-1)
    small, count = sides.coarse.reshape(-1, 64), len(sides.numbers)
    turn = np.uint64(band) * BAND_BITS
    turned = (flat << turn) | (flat >> (np.uint64(64) - turn)) if band else flat
    order = np.argsort(turned, kind="stable")
    values, rest, owner, side = turned[order], others[order], order % max(count, 1), order // max(count, 1)
    keys = values >> (np.uint64(64) - BAND_BITS)
    for step in range(1, WINDOW + 1):
        left = np.flatnonzero(keys[step:] == keys[:-step])
        if not left.size:
            return
        right = left + step
        bits = np.bitwise_count(values[left] ^ values[right]) + np.bitwise_count(rest[left] ^ rest[right])
        fits = (bits <= MOST_BITS) & (owner[left] != owner[right])
        if len(sides.coarse) == 2:
            fits &= side[left] != side[right]
        left, right = left[fits], right[fits]
        gap = small[order[left]] - small[order[right]]
        near = np.sqrt((gap * gap).sum(axis=1)) <= threshold + _ROUNDING
        colours = np.abs(sides.colours[owner[left]] - sides.colours[owner[right]]).max(axis=1, initial=0)
        left, right = left[near & (colours <= brightness)], right[near & (colours <= brightness)]
        swapped = side[left] > side[right] if len(sides.coarse) == 2 else owner[left] > owner[right]
        one, other = np.where(swapped, right, left), np.where(swapped, left, right)
        yield (sides.numbers[owner[one]] << 32) | sides.numbers[owner[other]]


def distances(pictures: Pictures, pairs: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """RMS difference of the standardised 32 x 32 grids of each pair at an offset, 0 to 2, four decimals."""
    found = np.full(len(pairs), 2.0)
    shapes = [(*pictures.images[one].shape, *pictures.images[other].shape) for one, other in pairs.tolist()]
    for places in same_shape(shapes).values():
        for start in range(0, len(places), _CHUNK):
            chunk = places[start : start + _CHUNK]
            first = views(pictures.stacked(pairs[chunk, 0]), offset)[0]
            second = views(pictures.stacked(pairs[chunk, 1]), offset)[1]
            if first.size and second.size:
                gap = standardised(first, CONTRAST) - standardised(second, CONTRAST)
                found[chunk] = np.sqrt((gap * gap).mean(axis=1, dtype=np.float64))
    return np.round(found, 4)


def clusters(pairs: Sequence[Pair]) -> list[tuple[int, ...]]:
    """Members that pairs join, ascending, ordered by the first of each."""
    parents: dict[int, int] = {}

    def root(member: int) -> int:
        while (parent := parents.setdefault(member, member)) != member:
            parents[member] = parents[parent]
            member = parents[member]
        return member

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parents[high] = low
    sets: dict[int, list[int]] = {}
    for member in sorted(parents):
        sets.setdefault(root(member), []).append(member)
    return [tuple(members) for members in sets.values()]
