from pathlib import Path

import numpy as np
import pytest
import torch
from image_subjects import image_subject, noise, pixels
from torch import nn

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import Subject
from headwater.evaluate.extractors.pairs import PAIRS, open_pair


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return image_subject(tmp_path, noise(0, 9), noise(1, 9))


def lengths(texts: list[str]) -> np.ndarray:
    return np.array([[1.0 + len(text)] * 16 for text in texts])


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(4, 16)

    def forward(self, texts: list[str]) -> torch.Tensor:
        return self.table(torch.tensor([len(text) % 4 for text in texts]))


def test_functions_and_modules_are_halves_and_rows_come_at_length_one(subject: Subject) -> None:
    for texts in (lengths, Words()):
        pair = open_pair(subject, (pixels, texts))
        assert np.linalg.norm(pair.images(list(noise(0, 3))), axis=1) == pytest.approx(1)
        assert np.linalg.norm(pair.texts(["a", "bc"]), axis=1) == pytest.approx(1)
    assert pair.protocol.startswith("pixels ") and " with Words " in pair.protocol


def test_an_object_with_two_methods_and_a_registered_name_are_pairs(subject: Subject) -> None:
    class Both:
        images, texts = staticmethod(pixels), staticmethod(lengths)

    assert open_pair(subject, Both()).protocol == open_pair(subject, [pixels, lengths]).protocol
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PAIRS, "get", lambda name, where: lambda subject: Both())
        assert open_pair(subject, "both").protocol == open_pair(subject, Both()).protocol


def test_other_weights_and_other_answers_are_another_protocol(subject: Subject) -> None:
    torch.manual_seed(0)
    modules = [open_pair(subject, (pixels, Words())).protocol for _ in range(2)]
    functions = [open_pair(subject, (pixels, texts)).protocol for texts in (lengths, lambda t: 2 * lengths(t))]
    assert modules[0] != modules[1] and functions[0] != functions[1]


@pytest.mark.parametrize(
    ("encoder", "error", "words"),
    [
        (None, IncompleteError, "no encoder of images and texts is given"),
        ("clip", UsageError, "clip"),
        (pixels, UsageError, "give .image half, text half."),
        ((pixels, 3), UsageError, "give .image half, text half."),
    ],
)
def test_what_is_no_pair_is_refused_in_a_sentence(subject: Subject, encoder: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        open_pair(subject, encoder)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (lambda texts: np.full((len(texts), 16), np.nan), "not finite"),
        (lambda texts: np.zeros((len(texts), 16)), "vector of zeros"),
        (lambda texts: np.ones(16), "need numbers of shape"),
        (lambda texts: np.array([["a"]] * len(texts)), "need numbers of shape"),
    ],
)
def test_answers_that_are_no_directions_are_refused(subject: Subject, texts: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        open_pair(subject, (pixels, texts)).texts(["a", "b"])
