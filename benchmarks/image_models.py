"""The three families of images on MNIST's 10,000 test images, 8,000 to train on and 2,000 held out, at a small budget.

    python benchmarks/image_models.py [--cpu-seconds 200] [--seeds 2] [--families vae gan diffusion] [--data FOLDER]
                                      [--steps N] [--images 1000] [--scored 100] [--samples 5000]

FOLDER holds mnist_t10k/ (t10k-images-idx3-ubyte and its labels); the default is the variable HEADWATER_DATA. All train
`xs` with batch 64 in one thread and are told no labels: for the same CPU seconds, by the cost of a step that is
measured before, or for the same number of steps. A seed decides the split, the weights, the order and the samples.

Printed: CPU seconds; for the VAE (Bernoulli, pixels drawn) the negative log-likelihood of held-out images by importance
samples, in nats; and for each family the Frechet distance of `--images` samples to as many held-out images, in features
of a network that is trained on the labels of the training half. It is no FID: compare the values with each other, and
with the distance of training images, the floor. Target: diffusion below GAN below VAE. With several seeds the last
lines have mean and range over them.
"""

import os
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, Progress, Recipe, record_batch
from headwater.evaluate.quality.frechet import frechet_interval
from headwater.models import FeatureNet, ImageCheckpoint, VAECheckpoint, feature_net, fit, read_images

HELD_OUT = 0.2
PROBE, WARM = 30, 10
"""Steps of the training that tells what one costs, and how many of them do not count."""
OPTIONS: dict[str, dict[str, object]] = {"vae": {"likelihood": "bernoulli"}, "gan": {}, "diffusion": {}}
SAMPLED = {
    "vae, prior": ("vae", "prior"),
    "vae, ex-post": ("vae", "ex-post"),
    "gan": ("gan", "prior"),
    "diffusion": ("diffusion", "heun"),
}


def corpus_of(data: Path, folder: Path) -> Corpus:
    """MNIST's test images as a corpus."""
    pixels = np.frombuffer((data / "t10k-images-idx3-ubyte").read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    labels = np.frombuffer((data / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    rows = []
    for k, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        row: dict[str, object] = {name: None for name in IMAGE_SCHEMA.names}
        row |= {"id": f"{k:016x}-00000000", "image": image.tobytes(), "height": 28, "width": 28, "channels": 1}
        rows.append(row | {"source": "mnist", "groups": [], "attributes": [("label", str(label))]})
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


class StepClock:
    """Progress that notes the CPU time after each step of a training."""

    def __init__(self) -> None:
        self.training, self.times = False, list[float]()

    @contextmanager
    def task(self, name: str, total: float | None = None) -> Iterator["StepClock"]:
        """Only the steps are timed, not the reading and the diagnostics around them."""
        self.training = name == "train"
        yield self

    def advance(self, amount: float = 1) -> None:
        """One step is done."""
        if self.training:
            self.times.append(time.process_time())

    def note(self, text: str) -> None:
        """Nothing to show."""


def trained(
    corpus: Corpus, family: str, steps: int, seed: int, folder: Path, progress: Progress = SILENT
) -> tuple[ImageCheckpoint, float]:
    """A model, and the CPU seconds that it took."""
    options = OPTIONS[family]
    recipe = Recipe(family=family, steps=steps, batch=64, held_out=HELD_OUT, canaries=None, options=options, seed=seed)
    start = time.process_time()
    made = fit(corpus, recipe, folder, progress=progress)
    assert isinstance(made, ImageCheckpoint)
    return made, time.process_time() - start


def steps_within(corpus: Corpus, family: str, seconds: float, folder: Path) -> int:
    """How many steps a family makes in so many CPU seconds on this machine."""
    clock = StepClock()
    trained(corpus, family, PROBE, 0, folder / f"probe-{family}", clock)
    times = clock.times[WARM:PROBE]
    return max(1, round(seconds * (len(times) - 1) / (times[-1] - times[0])))


def likelihood(model: VAECheckpoint, images: np.ndarray, samples: int) -> None:
    """Print the negative log-likelihood with its standard error."""
    for k in (1, samples):
        nats = -model.log_likelihood(images, k=k)
        error = nats.std(ddof=1) / len(nats) ** 0.5
        print(f"  vae: {nats.mean():.2f} +- {error:.2f} nats, {len(images)} held-out images, {k} importance samples")


def distance(net: FeatureNet, samples: np.ndarray, real: np.ndarray) -> tuple[float, str]:
    """Frechet distance, and its interval."""
    bounds = frechet_interval(net.embed(samples), net.embed(real))
    interval = bounds.bounds()
    return bounds.value, f"{bounds.value:8.3f} [{interval['low']:.3f}, {interval['high']:.3f}]"


def compared(corpus: Corpus, steps: dict[str, int], seed: int, scratch: Path, told: Namespace) -> dict[str, float]:
    """Train and score every family with one seed."""
    models = {}
    for family, count in steps.items():
        models[family], seconds = trained(corpus, family, count, seed, scratch / f"{family}-{seed}")
        run = models[family].run
        print(
            f"{family}: {run['parameters']:,} parameters, {count} steps, {seconds:.0f} CPU s, {run['precision']}",
            flush=True,
        )
    first = next(iter(models.values()))
    places = {name: place for place, name in enumerate(corpus.ids())}
    rows = [np.sort([places[name] for name in names]) for names in (first.trained_ids(), first.held_out_ids())]
    seen, held = (read_images(corpus, part) for part in rows)
    net = feature_net((seen.pixels, seen.labels))
    print(f"features: {net.hash[:16]} ({net.task}, accuracy {net.accuracy:.3f} on its training images)")
    if isinstance(models.get("vae"), VAECheckpoint):
        likelihood(models["vae"], held.pixels[: told.scored], told.samples)
    n = min(told.images, len(held.pixels))
    print(f"Frechet distance to {n} held-out images, seed {seed}")
    found = {}
    for name, (family, sampler) in {"training images": ("", ""), **SAMPLED}.items():
        if family and family not in models:
            continue
        samples = models[family].sample_images(n, seed=seed + 1, sampler=sampler) if family else seen.pixels[:n]
        found[name], line = distance(net, samples, held.pixels[:n])
        print(f"  {name:16} {line}", flush=True)
    return found


def main() -> None:
    """Train, score, print."""
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cpu-seconds", type=float, default=200)
    parser.add_argument("--steps", type=int, help="the same number for all, in place of --cpu-seconds")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--families", nargs="+", choices=OPTIONS, default=list(OPTIONS))
    parser.add_argument("--images", type=int, default=1_000)
    parser.add_argument("--scored", type=int, default=100)
    parser.add_argument("--samples", type=int, default=5_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HEADWATER_DATA", "data")))
    told = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        corpus = corpus_of(told.data / "mnist_t10k", scratch / "corpus")
        steps = {
            family: told.steps or steps_within(corpus, family, told.cpu_seconds, scratch) for family in told.families
        }
        found = [compared(corpus, steps, seed, scratch, told) for seed in range(told.seeds)]
    if told.seeds > 1:
        print(f"Mean over {told.seeds} seeds, and range")
        for name in found[0]:
            values = [one[name] for one in found]
            print(f"  {name:16} {np.mean(values):8.3f} [{min(values):.3f}, {max(values):.3f}]")


if __name__ == "__main__":
    main()
