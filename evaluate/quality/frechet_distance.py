"""Frechet distance between generated and real images, beside that between two halves of the real ones."""

import numpy as np
import pyarrow as pa

from ...core import Chart, Gallery, IncompleteError, Score, Series, Tile, generator
from ...models import feature_net, png_base64, read_images
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate
from .frechet import GROUPS, frechet_interval

GENERATED, NULL = "generated against real", "real against real"
SHOWN = 24


@METRICS.register(
    "frechet-distance",
    source="Dowson & Landau 1982; Heusel et al. 2017 (arXiv 1706.08500)",
    unit="squared feature distance",
    range="[0, inf)",
    needs="images",
    protocol=(
        "squared Frechet distance of Gaussians in float64, as many generated as real images; features of a small "
        "network trained on the corpus from the seed, named by its hash"
    ),
    pitfalls=(
        "Falls with the number of images: compare values of equal n only. Features of another network, another "
        "corpus or another seed give another scale, so it is no FID of the literature; read it beside the value "
        "between two halves of the real images."
    ),
)
def measure_frechet_distance(subject: Subject, images: int = 1000) -> Outcome:
    """Frechet distance of generated images to real ones, and of real ones to each other as the null value.

    The corpus is split by the seed into two halves; the same number of rows, at most ``images``, stands on every side
    of both distances, so that their bias is the same. Features come from a network trained on the corpus from the
    seed and named by its hash.
    """
    generated = _generated(subject)
    real = read_images(subject.corpus).pixels
    if len(generated) and generated.shape[1:] != real.shape[1:]:
        raise IncompleteError(
            f"samples have shape {generated.shape[1:]}, the corpus {real.shape[1:]}: no one feature net"
        )
    n = min(images, len(generated), len(real) // 2)
    if n < 3:
        raise IncompleteError(f"a Frechet distance needs three images a side; {n} are left of each")
    net = feature_net(subject.corpus, subject.seed, progress=subject.progress)
    order = generator(subject.seed, "frechet halves").permutation(len(real))
    first, second = (net.embed(real[np.sort(half)]) for half in (order[:n], order[n : 2 * n]))
    values = {
        GENERATED: frechet_interval(net.embed(generated[:n]), first),
        NULL: frechet_interval(second, first),
    }
    method = (
        f"frechet-distance/1 float64, {n} images a side, {first.shape[1]} features of feature-net {net.hash[:16]} "
        f"({net.task})"
    )
    scores = tuple(_score(side, value, n, method) for side, value in values.items())
    return Outcome(scores, exhibits=(_chart(values), _gallery(generated)))


def sample_pixels(samples: pa.Table) -> np.ndarray:
    """The images of a table of :data:`IMAGE_SAMPLE_SCHEMA` (one shape) as uint8 (n, H, W, C)."""
    shapes = set(zip(*(samples[side].to_pylist() for side in ("height", "width", "channels")), strict=True))
    if len(shapes) != 1:
        raise IncompleteError(f"the samples have {len(shapes)} different shapes; one is needed")
    pixels = np.frombuffer(b"".join(samples["image"].to_pylist()), np.uint8)
    return pixels.reshape(len(samples), *shapes.pop()).copy()  # PyTorch wants writable memory


def _generated(subject: Subject) -> np.ndarray:
    if subject.corpus.modality != "image":
        raise IncompleteError(f"a Frechet distance needs images, and this corpus holds {subject.corpus.modality}s")
    if subject.samples is None or "image" not in subject.samples.schema.names or not subject.samples.num_rows:
        raise IncompleteError("there are no generated images; train an image model and set sample.images above 0")
    return sample_pixels(subject.samples)


def _score(side: str, value: Estimate, n: int, method: str) -> Score:
    bounds = {"interval": f"jackknife over {GROUPS} groups", **value.bounds()}
    return Score(
        "frechet-distance",
        value.value,
        n,
        "squared feature distance",
        method,
        direction="lower",
        slice={} if side == GENERATED else {"reference": NULL},
        **bounds,
    )


def _chart(values: dict[str, Estimate]) -> Chart:
    low = tuple(value.value if value.low is None else value.low for value in values.values())
    high = tuple(value.value if value.high is None else value.high for value in values.values())
    y = tuple(value.value for value in values.values())
    series = Series("distance", tuple(values), y, low, high)
    note = "two samples of the same images have a distance above zero; the second value shows how far"
    title = "Frechet distance of generated images"
    return Chart("frechet-distance", title, "interval", "images", "squared feature distance", (series,), note)


def _gallery(generated: np.ndarray) -> Gallery:
    shown = enumerate(generated[:SHOWN])
    tiles = tuple(Tile(f"image-{number:05d}", f"sample {number}", png_base64(image)) for number, image in shown)
    return Gallery("generated-images", "The first generated images", tiles)
