"""Which documents were trained on, how often."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from ..core import Corpus, IncompleteError, IntegrityError, held_out
from ..models import Checkpoint, training_is_known
from .base import Subject


@dataclass(frozen=True, slots=True)
class Split:
    """``trained``: id to the number of optimizer steps that saw it (at least 1). ``held_out``: ids. Corpus order."""

    trained: Mapping[str, int]
    held_out: tuple[str, ...]


def split(checkpoint: Checkpoint, corpus: Corpus) -> Split:
    """The documents of ``corpus`` by what training did with them; those never reached stand on neither side."""
    if not training_is_known(checkpoint):
        raise IncompleteError(
            f"what {checkpoint.run.get('name')} was trained on is unknown: no document is known to be held out of it"
        )
    recipe = checkpoint.run.get("recipe")
    if not recipe:
        raise IncompleteError("the checkpoint has no recipe, so the documents held out of its training are unknown")
    ids = corpus.ids()
    held = held_out(ids, float(recipe["held_out"]), int(recipe["seed"]))
    seen = times_seen(checkpoint)
    leaked = [name for name, out in zip(ids, held, strict=True) if out and seen[name]]
    if leaked:
        raise IntegrityError(
            f"{len(leaked)} held-out documents stand in the training ledger, the first is {leaked[0]}; train again"
        )
    trained = {name: seen[name] for name in ids if seen[name]}
    return Split(trained, tuple(name for name, out in zip(ids, held, strict=True) if out))


def subject_split(subject: Subject) -> Split:
    """:func:`split` of a subject, made once; raises :class:`IncompleteError` without a checkpoint."""
    if subject.checkpoint is None:
        raise IncompleteError("there is no checkpoint in the run folder")
    checkpoint = subject.checkpoint
    return subject.once("split", lambda: split(checkpoint, subject.corpus))


def times_seen(checkpoint: Checkpoint) -> Counter[str]:
    """Document or canary id to the number of optimizer steps whose batch held its text."""
    seen: Counter[str] = Counter()
    for step in count():
        documents = checkpoint.ledger.documents_at(step)
        if not documents:
            return seen
        seen.update(documents)
    return seen
