"""Small corpora, recipes and networks that the tests of this folder share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, generator, record_batch, text_record
from headwater.models import CanaryPlan, Recipe
from headwater.models.gpt import GPT, GPTConfig

WORDS = (
    "river", "rises", "above", "the", "old", "mill", "and", "runs", "past", "seven", "quiet", "farms", "before", "it",
    "meets", "the", "northern", "sea",
)  # fmt: skip
TEXT_RECIPE = Recipe(
    steps=12,
    batch=4,
    context=32,
    vocabulary=300,
    warmup=3,
    held_out=0.2,
    precision="float32",
    checkpoint_every=4,
    canaries=CanaryPlan((0, 1, 3), 2),
    seed=3,
)
IMAGE_RECIPE = Recipe(
    family="vae", steps=30, batch=16, warmup=5, held_out=0.1, precision="float32", checkpoint_every=10
)


def sentences(n: int, seed: int = 0) -> list[str]:
    rng = generator(seed, "sentences")
    return [" ".join(rng.choice(WORDS, rng.integers(4, 30))) + "." for _ in range(n)]


def text_corpus(folder: Path, texts: Sequence[str], attributes: Sequence[dict[str, str]] | None = None) -> Corpus:
    more = attributes or [{}] * len(texts)
    rows = [text_record(text, f"tests:{k}", "tests", attributes=more[k]) for k, text in enumerate(texts)]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch(rows))
    return Corpus(folder)


def image_rows(pixels: np.ndarray, labels: Sequence[str | None]) -> list[dict[str, object]]:
    rows = []
    for k, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        row: dict[str, object] = {name: None for name in IMAGE_SCHEMA.names}
        size = dict(zip(("height", "width", "channels"), image.shape, strict=True))
        row |= {"id": f"{k:016x}-00000000", "image": image.tobytes(), **size, "source": "tests", "groups": []}
        rows.append(row | {"attributes": [] if label is None else [("label", label)]})
    return rows


def image_corpus(folder: Path, pixels: np.ndarray, labels: Sequence[str | None]) -> Corpus:
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(image_rows(pixels, labels), IMAGE_SCHEMA))
    return Corpus(folder)


def bars(n: int, height: int = 9, width: int = 10, channels: int = 1) -> tuple[np.ndarray, list[str | None]]:
    """Noisy pictures of a horizontal or a vertical bar, and which of the two."""
    rng = generator(0, "bars")
    pixels = rng.integers(0, 60, (n, height, width, channels)).astype(np.uint8)
    for k in range(n):
        place = int(rng.integers(1, 7))
        if k % 2:
            pixels[k, place : place + 2] = 220
        else:
            pixels[k, :, place : place + 2] = 220
    return pixels, ["row" if k % 2 else "column" for k in range(n)]


def random_network(vocabulary: int = 50, context: int = 16, seed: int = 0) -> GPT:
    """A small network with weights everywhere, the zero-initialised ones included."""
    network = GPT(GPTConfig(vocabulary, context, layers=2, width=32, heads=2))
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=noise) * 0.15)
    return network.eval()
