"""Inception features, from the user's copy of the one published file: then the Frechet distance is the FID."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...core import IncompleteError, InputError, UsageError, sha256
from ..base import Subject
from ..statistics import Floats
from .base import EXTRACTORS, Extractor, Pictures
from .inception_network import FIDInception
from .resize import PROTOCOL, centred

FILE = "pt_inception-2015-12-05-6726825d.pth"
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
LARGEST = 200 * 2**20
SIDE, BATCH = 299, 32


@EXTRACTORS.register("inception", source="Szegedy et al. 2016 (arXiv 1512.00567); Heusel et al. 2017", size="299")
def inception(subject: Subject, weights: str | None = None) -> Extractor:
    """Features (2,048) of Inception-v3 as FID uses it, from your copy of the published file of weights."""
    if weights is None:
        raise IncompleteError(f"the extractor inception needs a file: weights: path/to/{FILE}")
    return inception_of(network_from(checked(Path(weights))), SHA256)


def inception_of(network: FIDInception, name: str) -> Extractor:
    """A network with its weights as an extractor; ``name`` is the hash of the file that they came from."""
    network.eval()
    sizes = PROTOCOL.format(side=SIDE) + ", (x - 128) / 128"
    return Extractor(
        "inception-v3 fid", name, sizes, lambda images: _features(network, images), lambda x: _classify(network, x)
    )


def checked(path: Path) -> bytes:
    """The content of the file where it is the published one, by its SHA-256; any other is refused and never parsed."""
    if not path.is_file():
        raise InputError(f"weights: {path}: no such file; give your copy of {FILE}")
    if path.stat().st_size > LARGEST:
        raise UsageError(f"weights: {path} has {path.stat().st_size:,} bytes; {FILE} has fewer")
    content = path.read_bytes()
    if sha256(content) != SHA256:
        raise UsageError(
            f"weights: {path} is not {FILE}: its SHA-256 begins with {sha256(content)[:8]}, not {SHA256[:8]}; it was "
            "not opened"
        )
    return content


def network_from(content: bytes) -> FIDInception:
    """The network with the weights of a file whose hash was checked; tensors alone are read from it."""
    network = FIDInception()
    state: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    network.load_state_dict(state)
    return network


@torch.inference_mode()
def _features(network: FIDInception, images: Pictures) -> Floats:
    parts = [network(centred(list(images[low : low + BATCH]), SIDE, 128)) for low in range(0, len(images), BATCH)]
    return np.asarray(torch.cat(parts).double())


@torch.inference_mode()
def _classify(network: FIDInception, images: Pictures) -> Floats:
    return np.asarray(network.probabilities(torch.from_numpy(_features(network, images))))
