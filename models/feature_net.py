"""A small classifier whose features stand in for a pretrained network in Fréchet distances.

It is trained by headwater's own loop on the corpus itself, from a seed, and named by a hash: distances are comparable
only between runs with the same hash, and never with published FID values, which use Inception features.
Without labels it learns to tell how far an image was turned (Gidaris et al. 2018, RotNet, arXiv 1803.07728).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor, nn

from ..core import SILENT, Corpus, InputError, Progress, derive_seed, sha256
from .image_data import as_tensor, read_images
from .training import Settings, reproducible, train

FEATURES = 64
STEPS = 300
BATCH = 64
EMBED_BATCH = 256


class FeatureNetwork(nn.Module):
    """Three convolutions, a mean over the picture, 64 features, a linear head."""

    def __init__(self, channels: int, classes: int, generator: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(channels, FEATURES // 2, 3, padding=1),
                nn.Conv2d(FEATURES // 2, FEATURES, 3, 2, 1),
                nn.Conv2d(FEATURES, FEATURES, 3, 2, 1),
            ]
        )
        self.head = nn.Linear(FEATURES, classes)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.normal_(parameter, std=(2 / parameter[0].numel()) ** 0.5, generator=generator)
            else:
                nn.init.zeros_(parameter)

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains."""
        return ["layers.1.weight", "layers.2.weight"]

    def forward(self, images: Tensor) -> Tensor:
        """images uint8 (n, C, H, W) to features (n, 64)."""
        x = images.float() / 127.5 - 1
        for layer in self.layers:
            x = F.relu(layer(x))
        return x.mean((2, 3))

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """(images, classes) to the cross-entropy of each image, nats, shape (n,)."""
        return F.cross_entropy(self.head(self(batch[0])), batch[1], reduction="none")


@dataclass(frozen=True)
class FeatureNet:
    """A trained extractor. ``task`` is ``labels`` or ``rotations``; ``accuracy`` is that on its own training data."""

    network: FeatureNetwork
    shape: tuple[int, int, int]
    task: str
    accuracy: float

    @property
    def hash(self) -> str:
        """SHA-256 of weights, image shape and task: the name of this extractor."""
        facts = json.dumps({"shape": self.shape, "task": self.task})
        return sha256(save(dict(self.network.state_dict()), {"headwater": facts}))

    @torch.inference_mode()
    def embed(self, images: np.ndarray) -> np.ndarray:
        """Images uint8 (n, H, W, C) of the trained shape to features, float64 (n, 64)."""
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise InputError(
                f"embed: images are {images.dtype} {images.shape}; the network needs uint8 (n, *{self.shape})"
            )
        parts = [self.network(as_tensor(images[low : low + EMBED_BATCH])) for low in range(0, len(images), EMBED_BATCH)]
        return np.asarray(torch.cat(parts).double()) if parts else np.zeros((0, FEATURES))


def feature_net(
    data: Corpus | tuple[np.ndarray, Sequence[str | None]],
    seed: int = 0,
    *,
    steps: int = STEPS,
    threads: int = 1,
    progress: Progress = SILENT,
) -> FeatureNet:
    """Train an extractor on an image corpus (attribute ``label``) or on (images uint8 (n, H, W, C), labels).

    Labels that are missing, or all the same, are replaced by four rotations of each image. Same data and seed, same
    weights. Raises :class:`InputError` for images of several shapes or none.
    """
    pixels, labels = _read(data)
    if not len(pixels):
        raise InputError("feature_net: there are no images to learn from")
    task = "labels" if all(label is not None for label in labels) and len(set(labels)) > 1 else "rotations"
    examples = _Labelled(pixels, _classes(labels)) if task == "labels" else _rotated(pixels)
    maker = torch.Generator().manual_seed(derive_seed(seed, "features"))
    network = FeatureNetwork(pixels.shape[3], int(examples.classes.max()) + 1, maker)
    train(network, examples, _settings(seed, threads), steps, progress=progress)
    with reproducible(threads), torch.inference_mode():
        accuracy = _accuracy(network, examples)
    return FeatureNet(network, (pixels.shape[1], pixels.shape[2], pixels.shape[3]), task, accuracy)


@dataclass(frozen=True)
class _Labelled:
    pixels: np.ndarray
    classes: np.ndarray
    planted: int = 0

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, indices: np.ndarray) -> tuple[Tensor, Tensor]:
        return as_tensor(self.pixels[indices]), torch.from_numpy(self.classes[indices])

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        return tuple(f"image {index}" for index in indices)


def _read(data: Corpus | tuple[np.ndarray, Sequence[str | None]]) -> tuple[np.ndarray, Sequence[str | None]]:
    if isinstance(data, Corpus):
        data.require_documents()
        images = read_images(data)
        return images.pixels, images.labels
    pixels, labels = data
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or len(pixels) != len(labels):
        raise InputError(f"feature_net: needs uint8 (n, H, W, C) and n labels, not {pixels.dtype} {pixels.shape}")
    return pixels, labels


def _classes(labels: Sequence[str | None]) -> np.ndarray:
    return np.unique([str(label) for label in labels], return_inverse=True)[1].astype(np.int64)


def _rotated(pixels: np.ndarray) -> _Labelled:
    side = max(pixels.shape[1:3])
    gaps = [side - pixels.shape[1], side - pixels.shape[2]]
    square = np.pad(pixels, [(0, 0), *((gap // 2, gap - gap // 2) for gap in gaps), (0, 0)])
    turned = [np.rot90(square, quarter, (1, 2)) for quarter in range(4)]
    return _Labelled(np.concatenate(turned), np.repeat(np.arange(4), len(pixels)))


def _settings(seed: int, threads: int) -> Settings:
    return Settings(
        seed=derive_seed(seed, "feature-net"),
        batch=BATCH,
        learning_rate=3e-3,
        matrix_learning_rate=0.02,
        warmup=20,
        threads=threads,
        checkpoint_every=STEPS,
        unit="images",
    )


def _accuracy(network: FeatureNetwork, examples: _Labelled) -> float:
    right = 0
    for low in range(0, len(examples), EMBED_BATCH):
        images, classes = examples.batch(np.arange(low, min(low + EMBED_BATCH, len(examples))))
        right += int((network.head(network(images)).argmax(1) == classes).sum())
    return right / len(examples)
