"""Images: encoded files to hashes, measures and pairs in images a second on one core; recall on planted copies.

    python benchmarks/images.py [FILE_OF_IDX_IMAGES [FOLDER]]

Without a file: the 1,797 digits of scikit-learn. The bar is 500 images a second from the bytes of a file to decoded
pixels, both perceptual hashes and all measures of quality. With a second argument, a folder, the encoded files are
written there, for the peer: peers/imagehash_pictures.py (ImageHash 4.3).
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits, load_sample_images

from headwater.curate.duplicates.image_hashes import cosine_hashes, difference_hashes, mean_colours, thumbnails
from headwater.curate.duplicates.image_pairs import Pictures, verified_pairs
from headwater.curate.filters.image_measures import MEASURES, image_measures
from headwater.curate.image_files import Decoded, decode, file_attributes
from headwater.curate.planted.images import COPIES

PLANTED, THRESHOLD, BRIGHTNESS = 200, 0.12, 32.0
BAR, ENCODED, PHOTOS, SIDE = 500, 10_000, 500, 300


def images() -> np.ndarray:
    """uint8 of shape (n, H, W)."""
    if len(sys.argv) < 2:
        return np.rint(load_digits().images * (255 / 16)).astype(np.uint8)
    raw = np.fromfile(Path(sys.argv[1]), np.uint8)
    count, height, width = raw[4:16].view(">u4").tolist()
    return raw[16:].reshape(count, height, width)


def saved(pixels: np.ndarray, kind: str) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return buffer.getvalue()


def photos(number: int) -> list[bytes]:
    """JPEGs of 300 x 300 pixels: parts of scikit-learn's two photographs, of noise of two levels each."""
    rng, found, whole_ones = np.random.default_rng(0), [], load_sample_images().images
    for place in range(number):
        whole = whole_ones[place % 2]
        top, left = (int(rng.integers(side - SIDE)) for side in whole.shape[:2])
        part = whole[top : top + SIDE, left : left + SIDE] + rng.normal(0, 2, (SIDE, SIDE, 3))
        found.append(saved(np.clip(part, 0, 255).astype(np.uint8), "JPEG"))
    return found


def taken(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def from_bytes(name: str, files: Sequence[bytes]) -> None:
    """Images a second from the bytes of a file, by what is done with them; each file is read and decoded once."""
    decoded: list[Decoded] = []
    parts = {"decode": taken(lambda: decoded.extend(one for file in files if isinstance(one := decode(file), Decoded)))}
    pairs = list(zip(decoded, files, strict=True))
    parts["metadata"] = taken(lambda: [file_attributes(one, file, "") for one, file in pairs])
    parts["hashes"] = taken(lambda: [hashed(one.pixels) for one in decoded])
    parts["quality"] = taken(lambda: [image_measures(one.pixels) for one in decoded])
    rates = ", ".join(f"{part} {len(files) / seconds:,.0f}" for part, seconds in parts.items())
    bar = len(files) / (sum(parts.values()) - parts["metadata"])
    print(f"{name}, {len(files):,} files: {rates} a second")
    print(f"  decode + hashes + quality: {bar:,.0f} a second = {bar / BAR:.1f} times the bar of {BAR}")
    print(f"  and metadata: {len(files) / sum(parts.values()):,.0f} a second")


def written(folder: Path, files: Sequence[bytes]) -> None:
    """The files in a folder, for the peer."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(files):
        (folder / f"{number:05d}").write_bytes(content)


def hashed(pixels: np.ndarray) -> object:
    """What the filter near-duplicate-images computes of an image, and both hashes."""
    small = thumbnails(pixels[None])
    return mean_colours(pixels[None]), difference_hashes(small), cosine_hashes(small)


def pictures(stack: np.ndarray) -> Pictures:
    """What the filter compares."""
    pixels = stack[..., None]
    return Pictures(list(thumbnails(pixels)), list(mean_colours(pixels)))


def main() -> None:
    """Print the speed, the pairs of the images as they are, and the recall by kind of copy."""
    stack = images()
    encoded = {"png": [saved(image, "PNG") for image in stack[:ENCODED]], "jpeg": photos(PHOTOS)}
    for kind, files in encoded.items():
        from_bytes(kind, files)
        if len(sys.argv) > 2:
            written(Path(sys.argv[2]) / kind, files)
    start = time.perf_counter()
    natural = verified_pairs(pictures(stack), THRESHOLD, BRIGHTNESS)
    seconds = time.perf_counter() - start
    print(f"{len(stack):,} images: {len(stack) / seconds:,.0f} a second, {len(natural)} pairs within {THRESHOLD}")
    measures = np.array([image_measures(image[..., None]) for image in stack])
    print(
        "1st, 50th and 99th percentile:",
        dict(zip(MEASURES, np.percentile(measures, (1, 50, 99), axis=0).T, strict=True)),
    )
    dark, empty = (
        (measures[:, MEASURES.index("brightness")] < 0.22).sum(),
        (measures[:, MEASURES.index("entropy")] < 3).sum(),
    )
    print(f"below mean luma 0.22: {dark:,}; below 3 bits: {empty:,}")
    rng = np.random.default_rng(0)
    hosts = rng.permutation(len(stack))[:PLANTED].tolist()
    for name, make in COPIES.items():
        copies = np.stack([make(stack[host][..., None], rng)[..., 0] for host in hosts])
        found = verified_pairs(pictures(np.concatenate([stack, copies])), THRESHOLD, BRIGHTNESS)
        distances = [found.get((host, len(stack) + place)) for place, host in enumerate(hosts)]
        hits = [distance for distance in distances if distance is not None]
        print(f"{name}: {len(hits)} of {PLANTED} found, median distance {np.median(hits or [2.0]):.3f}")


if __name__ == "__main__":
    main()
