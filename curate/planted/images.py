"""Planted controls for corpora of images: altered copies, and look-alikes of one class."""

import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
from PIL import Image

from ...core import IMAGE_SCHEMA, Corpus, CorpusWriter, Gallery, Progress, Tile, generator, record_batch
from ..base import FILTERS, CorpusStep
from ..duplicates.image_gallery import side_by_side
from ..duplicates.image_hashes import thumbnails
from ..image_files.decoding import Decoded, decode
from ..sources.images import image_record
from .trials import Trial

Maker = Callable[[np.ndarray, np.random.Generator], np.ndarray]
Row = dict[str, Any]
COLUMNS = ("id", "image", "height", "width", "channels", "attributes", "groups")
LARGEST = 1_000_000  # bytes of an image that takes part
SHOWN_OF_EACH = 2
EXACT, CLASS_MATE, NEGATIVE = "exact copy", "another image of its class", "negative"


def _saved_as_jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """The image after JPEG; channels that are neither grey nor red, green and blue stay as they are."""
    shown = image[:, :, :3] if image.shape[2] >= 3 else image[:, :, :1]
    buffer = io.BytesIO()
    Image.fromarray(shown if shown.shape[2] == 3 else shown[:, :, 0]).save(buffer, "JPEG", quality=quality)
    read = decode(buffer.getvalue(), "RGB" if shown.shape[2] == 3 else "L")
    if not isinstance(read, Decoded):
        return image
    saved = read.pixels.reshape(shown.shape)
    return np.concatenate([saved, image[:, :, shown.shape[2] :]], axis=2)


def _limited(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _moved(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moved by a pixel in one of eight directions; the border is repeated."""
    down, right = ((0, 1), (1, 0), (1, 1), (1, -1), (0, -1), (-1, 0), (-1, -1), (-1, 1))[int(rng.integers(8))]
    height, width = image.shape[:2]
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return padded[1 - down : 1 - down + height, 1 - right : 1 - right + width]


COPIES: dict[str, Maker] = {
    "brighter by 12 levels": lambda image, _: _limited(image.astype(np.float64) + 12),
    "contrast 0.9": lambda image, _: _limited(image * 0.9),
    "JPEG, quality 75": lambda image, _: _saved_as_jpeg(image, 75),
    "moved by a pixel": _moved,
    "noise of 5 levels": lambda image, rng: _limited(image + rng.normal(0, 5, image.shape)),
}


def draw_images(corpus: Corpus, wanted: int, seed: int) -> list[Row]:
    """``wanted`` images (or all), in corpus order, without those whose bytes do not fill their size."""
    chosen = np.zeros(len(corpus), bool)
    chosen[generator(seed, "planted-controls", "sample").permutation(len(corpus))[:wanted]] = True
    rows: list[Row] = []
    start = 0
    for batch in corpus.batches(list(COLUMNS)):
        rows += batch.filter(pa.array(chosen[start : start + batch.num_rows].tolist())).to_pylist()
        start += batch.num_rows
    return [row for row in rows if _is_image(row)]


def image_trials(
    rows: Sequence[Row], per_type: int, seed: int, progress: Progress
) -> tuple[list[Trial], tuple[Gallery, ...]]:
    """Altered copies and look-alikes of drawn images, judged by ``exact-duplicates`` and ``near-duplicate-images``.

    A look-alike is another image of the same label, brought to the brightness and contrast of the one it is taken for,
    or the negative. An image counts as reported where it ends in one cluster with the one it was made for.
    """
    images = [_pixels(row) for row in rows]
    planted: list[tuple[str, int, np.ndarray]] = []
    for level in (EXACT, *COPIES, CLASS_MATE, NEGATIVE):
        rng = generator(seed, "planted-controls", "image", level)
        hosts = rng.permutation(len(images))[:per_type].tolist()
        planted += [
            (level, host, made) for host in hosts if (made := _made(level, host, rows, images, rng)) is not None
        ]
    copies = [image for _, _, image in planted]
    found = {
        name: _merged(cast(CorpusStep, FILTERS.get(name)()), images, copies, [host for _, host, _ in planted], progress)
        for name in ("exact-duplicates", "near-duplicate-images")
        if planted
    }
    levels = {"exact-duplicates": (EXACT,), "near-duplicate-images": (EXACT, *COPIES, CLASS_MATE, NEGATIVE)}
    trials = [
        _trial(name, level, level == EXACT or level in COPIES, planted, found.get(name, ()), rows)
        for name in levels
        for level in levels[name]
    ]
    return trials, _gallery(images, planted, found.get("near-duplicate-images", ()))


def _made(
    level: str, host: int, rows: Sequence[Row], images: Sequence[np.ndarray], rng: np.random.Generator
) -> np.ndarray | None:
    image = images[host]
    if level == EXACT:
        return image
    if level == NEGATIVE:
        return None if np.ptp(image) < 32 else 255 - image
    if level == CLASS_MATE:
        mates = [
            place
            for place, row in enumerate(rows)
            if place != host and _label(row) == _label(rows[host]) and images[place].shape == image.shape
        ]
        return _matched(images[mates[int(rng.integers(len(mates)))]], image) if mates else None
    return COPIES[level](image, rng)


def _matched(image: np.ndarray, host: np.ndarray) -> np.ndarray:
    """The image with the mean and the deviation of the other one."""
    spread = max(float(image.std()), 1.0)
    return _limited((image - image.mean()) * (host.std() / spread) + host.mean())


def _merged(
    step: CorpusStep,
    images: Sequence[np.ndarray],
    copies: Sequence[np.ndarray],
    hosts: Sequence[int],
    progress: Progress,
) -> list[bool]:
    """For each copy, whether the step puts it into one cluster with its host."""
    both = [*images, *copies]
    rows = [image_record(image, f"planted:{place}", "planted-controls") for place, image in enumerate(both)]
    with tempfile.TemporaryDirectory() as folder:
        with CorpusWriter(Path(folder) / "corpus", IMAGE_SCHEMA) as writer:
            writer.write(record_batch(rows, IMAGE_SCHEMA))
        decisions = step.judge_corpus(Corpus(Path(folder) / "corpus"), progress).decisions
    kept = {decision.id: decision.duplicate_of for decision in decisions}
    names = [kept.get(row["id"], row["id"]) for row in rows]
    return [names[len(images) + place] == names[host] for place, host in enumerate(hosts)]


def _trial(
    detector: str,
    level: str,
    positive: bool,
    planted: Sequence[tuple[str, int, np.ndarray]],
    merged: Sequence[bool],
    rows: Sequence[Row],
) -> Trial:
    places = [place for place, (name, _, _) in enumerate(planted) if name == level]
    wrong = tuple(sorted({rows[planted[place][1]]["id"] for place in places if merged[place] != positive}))
    return Trial(detector, level, positive, len(places), sum(merged[place] for place in places), wrong)


def _gallery(
    images: Sequence[np.ndarray], planted: Sequence[tuple[str, int, np.ndarray]], merged: Sequence[bool]
) -> tuple[Gallery, ...]:
    """Of each kind the pairs on which the filter erred, else the first ones."""
    tiles: list[Tile] = []
    for level in (*COPIES, CLASS_MATE, NEGATIVE):
        places = [place for place, (name, _, _) in enumerate(planted) if name == level]
        places.sort(key=lambda place: (merged[place] == (level in COPIES), place))
        for place in places[:SHOWN_OF_EACH]:
            small = [thumbnails(image[None])[0] for image in (images[planted[place][1]], planted[place][2])]
            caption = f"{level}: {'reported' if merged[place] else 'not reported'}"
            tiles.append(Tile(f"planted-{place}", caption, side_by_side(*small)))
    note = (
        "Left: an image of the corpus, right: what was planted for it. Of each kind the errors first, if there are any."
    )
    return (Gallery("planted-images", "Planted images side by side", tuple(tiles), note),) if tiles else ()


def _label(row: Row) -> str | None:
    return dict(row["attributes"] or ()).get("label")


def _is_image(row: Row) -> bool:
    sides = [row["height"] or 0, row["width"] or 0, row["channels"] or 0]
    size = len(row["image"] or b"")
    return min(sides) > 0 and size == sides[0] * sides[1] * sides[2] and size <= LARGEST


def _pixels(row: Row) -> np.ndarray:
    return np.frombuffer(row["image"], np.uint8).reshape(row["height"], row["width"], row["channels"])
