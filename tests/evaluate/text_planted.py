"""Run folders with samples written by hand beside a corpus of sentences: what the metrics of text find in them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from fakes import write_corpus
from made_samples import made_samples

from headwater.evaluate import Subject

WORDS = np.array([f"w{number}" for number in range(400)])
SHARES = 1 / np.arange(1, 401) / (1 / np.arange(1, 401)).sum()


def sentences(n: int, words: int = 40, seed: int = 0) -> list[str]:
    """Texts of words drawn after Zipf's law."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, words, p=SHARES)) for _ in range(n)]


def planted(folder: Path, outputs: Sequence[str], documents: Sequence[str] | None = None) -> Subject:
    """A subject without a model: these free samples, and 120 documents of 60 words where no others are given."""
    corpus = write_corpus(folder / "corpus", documents or sentences(120, 60, seed=99))
    return Subject(folder, corpus, None, made_samples("free", outputs))
