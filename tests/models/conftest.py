"""One trained model of each family for the tests of this folder."""

import sys
from pathlib import Path

import pytest
import torch

from headwater.core import Corpus
from headwater.models import TextCheckpoint, VAECheckpoint, fit

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests can import small_models.py
from small_models import IMAGE_RECIPE, TEXT_RECIPE, bars, image_corpus, sentences, text_corpus


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return text_corpus(tmp_path_factory.mktemp("text") / "corpus", sentences(60))


@pytest.fixture(scope="session")
def checkpoint(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TextCheckpoint:
    torch.set_num_threads(1)
    made = fit(corpus, TEXT_RECIPE, tmp_path_factory.mktemp("text-model") / "checkpoint")
    assert isinstance(made, TextCheckpoint)
    return made


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return image_corpus(tmp_path_factory.mktemp("images") / "corpus", *bars(80))


@pytest.fixture(scope="session")
def image_checkpoint(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> VAECheckpoint:
    torch.set_num_threads(1)
    made = fit(pictures, IMAGE_RECIPE, tmp_path_factory.mktemp("image-model") / "checkpoint")
    assert isinstance(made, VAECheckpoint)
    return made
