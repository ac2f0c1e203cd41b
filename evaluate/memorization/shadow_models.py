"""Models like the one examined, trained on random halves of its documents: what LiRA compares it with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import (
    MANIFEST,
    Corpus,
    CorpusWriter,
    IncompleteError,
    Recipe,
    UsageError,
    canonical_json,
    derive_seed,
    sha256,
)
from ...models import Checkpoint, fit
from ..base import Subject
from ..lineage import subject_split, times_seen
from ..statistics import Floats
from .lira import lira
from .membership_texts import Candidates

FEWEST = 4
BATCH = 256


def lira_scores(subject: Subject, found: Candidates, shadows: int) -> Floats:
    """Online LiRA (n,) on the log-likelihood a byte of each candidate.

    Trains ``shadows`` models with the recipe of the run, kept in ``shadows/`` of the run folder by the hash of what
    they depend on; a call that was killed goes on where it stopped.
    """
    recipe = _recipe(subject, shadows)
    names = sorted({*subject_split(subject).trained, *found.ids})
    key = {"model": _model(subject).hash, "corpus": subject.corpus.hash, "documents": names, "seed": subject.seed}
    folder = subject.folder / "shadows" / sha256(canonical_json(key))[:16]
    corpus = _part_of(subject.corpus, names, folder / "corpus")
    steps = _steps(subject, len(names))
    signals, inside = [], []
    with subject.progress.task("shadow models", shadows) as task:
        for number in range(shadows):
            own = replace(recipe, steps=steps, seed=derive_seed(subject.seed, "shadow", number) % 2**31)
            model = fit(corpus, own, folder / f"{number:03d}", progress=subject.progress)
            values, seen = _seen_and_scored(model, found)
            signals.append(values)
            inside.append(seen)
            task.advance(1)
    return lira(signal(_model(subject), found.texts), np.stack(signals), np.stack(inside))


def signal(model: Checkpoint, texts: Sequence[str]) -> Floats:
    """Log-likelihood of each text a UTF-8 byte: the same measure for models with tokenizers of their own."""
    logs: list[float] = []
    for low in range(0, len(texts), BATCH):
        logs += [float(np.sum(row)) for row in model.token_logprobs(texts[low : low + BATCH])]
    sizes = [len(text.encode("utf-8", "replace")) for text in texts]
    return np.asarray(np.array(logs) / np.array(sizes))


def _seen_and_scored(model: Checkpoint, found: Candidates) -> tuple[Floats, NDArray[np.bool_]]:
    """Values of one shadow model, and which texts it, or a copy of them, was trained on."""
    groups = {name.split("-")[0] for name, times in times_seen(model).items() if times}
    return signal(model, found.texts), np.array([group in groups for group in found.groups])


def _model(subject: Subject) -> Checkpoint:
    assert subject.checkpoint is not None  # there is a split
    return subject.checkpoint


def _recipe(subject: Subject, shadows: int) -> Recipe:
    if shadows < FEWEST:
        raise UsageError(f"shadows {shadows}: must be 0 for none, or {FEWEST} or more")
    recipe = getattr(_model(subject), "recipe", None)
    if not isinstance(recipe, Recipe):
        raise IncompleteError("how the model was trained is not known, so no shadow model can be trained like it")
    if recipe.start is not None:
        raise IncompleteError("the model went on from another one, which the run does not hold: no shadow models")
    precision = recipe.precision if recipe.precision != "fastest" else str(_model(subject).run["precision"])
    return replace(recipe, budget=None, documents=None, held_out=0.5, canaries=None, precision=precision)


def _steps(subject: Subject, documents: int) -> int:
    """As many as show half of the documents as often as the model saw its own."""
    share = documents / 2 / len(subject_split(subject).trained)
    return max(1, round(int(_model(subject).run["steps"]) * share))


def _part_of(corpus: Corpus, names: Sequence[str], folder: Path) -> Corpus:
    """A corpus of these documents; one that is there already and whole is used."""
    if not (folder / MANIFEST).is_file():
        wanted = pa.array(names, pa.string())
        with CorpusWriter(folder, corpus.schema) as writer:
            for batch in corpus.batches():
                writer.write(batch.filter(pc.is_in(batch.column("id"), value_set=wanted)))
    return Corpus(folder)
