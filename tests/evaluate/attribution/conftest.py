import shutil
from pathlib import Path

import pytest
from fakes import write_corpus

from headwater.core import generator
from headwater.evaluate import Subject, open_subject
from headwater.models import CanaryPlan, Recipe, fit

WORDS = ("river", "rises", "above", "the", "old", "mill", "and", "runs", "past", "seven", "quiet", "farms", "before")


def sentences(n: int) -> list[str]:
    rng = generator(0, "sentences")
    return [" ".join(rng.choice(WORDS, rng.integers(5, 20))) + "." for _ in range(n)]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a small transformer that kept two steps; tests must not write into it."""
    folder = tmp_path_factory.mktemp("influence") / "run"
    corpus = write_corpus(folder / "corpus", sentences(30), language="en")
    recipe = Recipe(
        steps=8, batch=4, context=32, vocabulary=280, warmup=2, held_out=0.2, precision="float32", seed=3,
        keep_checkpoints=2, canaries=CanaryPlan((0, 1), 1),
    )  # fmt: skip
    fit(corpus, recipe, folder / "checkpoint")
    return folder


@pytest.fixture
def subject(trained: Path, tmp_path: Path) -> Subject:
    """A copy of it that a test may write into."""
    shutil.copytree(trained, tmp_path / "run")
    return open_subject(tmp_path / "run")
