"""The three families of images on MNIST's 10,000 test images, 8,000 to train on and 2,000 held out, at a small budget.

    python benchmarks/image_models.py [--steps 600] [--images 1000] [--scored 100] [--samples 5000] [--data FOLDER]

FOLDER holds mnist_t10k/ (t10k-images-idx3-ubyte and its labels); the default is the variable HEADWATER_DATA. All train
`xs` with batch 64 for the same number of steps in one thread and are told no labels.

Printed: CPU seconds; for the VAE (Bernoulli, pixels drawn) the negative log-likelihood of held-out images by importance
samples, in nats; and for each family the Frechet distance of `--images` samples to as many held-out images, in features
of a network that is trained on the labels of the training half. It is no FID: compare the values with each other, and
with the distance of training images, the floor. Target: diffusion below GAN below VAE.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, Recipe, record_batch
from headwater.evaluate.quality.frechet import frechet_interval
from headwater.models import FeatureNet, ImageCheckpoint, VAECheckpoint, feature_net, fit, read_images

HELD_OUT = 0.2
RUNS = {
    "vae, prior": ("vae", {"likelihood": "bernoulli"}, {}),
    "vae, ex-post": ("vae", {"likelihood": "bernoulli"}, {"sampler": "ex-post"}),
    "gan": ("gan", {}, {}),
    "diffusion": ("diffusion", {}, {}),
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


def trained(corpus: Corpus, family: str, options: dict[str, object], steps: int, folder: Path) -> ImageCheckpoint:
    """A model, and the CPU seconds that it took."""
    recipe = Recipe(family=family, steps=steps, batch=64, held_out=HELD_OUT, canaries=None, options=options)
    start = time.process_time()
    made = fit(corpus, recipe, folder)
    seconds = time.process_time() - start
    assert isinstance(made, ImageCheckpoint)
    print(
        f"{family}: {made.run['parameters']:,} parameters, {steps} steps, {seconds:.0f} CPU s, {made.run['precision']}"
    )
    return made


def likelihood(model: VAECheckpoint, images: np.ndarray, samples: int) -> None:
    """Print the negative log-likelihood with its standard error."""
    for k in (1, samples):
        nats = -model.log_likelihood(images, k=k)
        error = nats.std(ddof=1) / len(nats) ** 0.5
        print(f"  vae: {nats.mean():.2f} +- {error:.2f} nats, {len(images)} held-out images, {k} importance samples")


def distance(net: FeatureNet, samples: np.ndarray, real: np.ndarray) -> str:
    """Frechet distance with its interval."""
    bounds = frechet_interval(net.embed(samples), net.embed(real))
    interval = bounds.bounds()
    return f"{bounds.value:8.3f} [{interval['low']:.3f}, {interval['high']:.3f}]"


def main() -> None:
    """Train, score, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--images", type=int, default=1_000)
    parser.add_argument("--scored", type=int, default=100)
    parser.add_argument("--samples", type=int, default=5_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HEADWATER_DATA", "data")))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(arguments.data / "mnist_t10k", Path(scratch) / "corpus")
        models: dict[str, ImageCheckpoint] = {}
        for family, options in (("vae", {"likelihood": "bernoulli"}), ("gan", {}), ("diffusion", {})):
            models[family] = trained(corpus, family, dict(options), arguments.steps, Path(scratch) / family)
        places = {name: place for place, name in enumerate(corpus.ids())}
        rows = [
            np.sort([places[name] for name in names])
            for names in (models["vae"].trained_ids(), models["vae"].held_out_ids())
        ]
        seen, held = (read_images(corpus, part) for part in rows)
        net = feature_net((seen.pixels, seen.labels))
        print(f"features: {net.hash[:16]} ({net.task}, accuracy {net.accuracy:.3f} on its training images)")
        assert isinstance(models["vae"], VAECheckpoint)
        likelihood(models["vae"], held.pixels[: arguments.scored], arguments.samples)
        n = min(arguments.images, len(held.pixels))
        print(f"Frechet distance to {n} held-out images")
        print(f"  {'training images':16} {distance(net, seen.pixels[:n], held.pixels[:n])}", flush=True)
        for name, (family, _, how) in RUNS.items():
            samples = models[family].sample_images(n, seed=1, **how)  # type: ignore[arg-type]
            print(f"  {name:16} {distance(net, samples, held.pixels[:n])}", flush=True)


if __name__ == "__main__":
    main()
