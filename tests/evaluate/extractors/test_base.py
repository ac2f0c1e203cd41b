from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from headwater.core import IncompleteError, UnknownName, UsageError
from headwater.evaluate import Subject
from headwater.evaluate.extractors import EXTRACTORS, open_extractor

SUBJECT = Subject(Path("run"), None)  # type: ignore[arg-type]


def pictures(n: int = 5, channels: int = 3) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 256, (n, 8, 8, channels)).astype(np.uint8))


def means(pixels: np.ndarray) -> np.ndarray:
    return pixels.mean((1, 2)) / 255


def test_the_registry_names_each_extractor() -> None:
    assert EXTRACTORS.names() == ["efficientnet-lite0", "inception", "own"]


def test_a_function_gets_the_images_as_they_are() -> None:
    found = open_extractor(SUBJECT, means)
    assert found.features(pictures()) == pytest.approx(np.stack(pictures()).mean((1, 2)) / 255)


def test_a_function_is_named_by_its_answers() -> None:
    one, same = open_extractor(SUBJECT, means), open_extractor(SUBJECT, lambda pixels: pixels.mean((1, 2)) / 255)
    other = open_extractor(SUBJECT, lambda pixels: pixels.mean((1, 2)) / 254)
    assert one.hash == same.hash != other.hash
    assert one.hash[:16] in one.protocol and one.name == "means"


def test_a_function_may_bring_its_own_hash() -> None:
    def told(pixels: np.ndarray) -> np.ndarray:
        return means(pixels)

    told.hash = "abc"  # type: ignore[attr-defined]
    assert open_extractor(SUBJECT, told).hash == "abc"


def test_a_module_gets_channels_first_in_zero_to_one_and_is_named_by_its_weights() -> None:
    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))
            self.drop = nn.Dropout(0.9)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.drop(x.mean((2, 3)) * self.scale)

    head = Head().train()
    found = open_extractor(SUBJECT, head)
    assert found.features(pictures()) == pytest.approx(np.stack(pictures()).mean((1, 2)) / 255, rel=1e-5)
    assert head.training
    with torch.no_grad():
        head.scale.mul_(2)
    assert open_extractor(SUBJECT, head).hash != found.hash


def test_images_of_two_shapes_are_refused_where_one_is_needed() -> None:
    mixed = [*pictures(), np.zeros((9, 8, 3), np.uint8)]
    with pytest.raises(IncompleteError, match="2 different shapes"):
        open_extractor(SUBJECT, means).features(mixed)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda pixels: np.full((len(pixels), 2), np.nan), "finite features"),
        (lambda pixels: np.ones((1, 2)), "as many rows"),
        (lambda pixels: np.ones(len(pixels)), "shape"),
        (lambda pixels: np.array([["a", "b"]] * len(pixels)), "numbers"),
    ],
)
def test_answers_that_are_no_features_are_refused(answer, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=words):
        open_extractor(SUBJECT, answer).features(pictures())


def test_what_is_no_extractor_is_refused() -> None:
    with pytest.raises(UnknownName, match="inceptoin"):
        open_extractor(SUBJECT, "inceptoin")
    with pytest.raises(UsageError, match="give a name"):
        open_extractor(SUBJECT, 7)
    with pytest.raises(UsageError, match="no file of weights"):
        open_extractor(SUBJECT, "own", "weights.pth")
