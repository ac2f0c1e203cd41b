"""Subjects whose model is known to have learnt from some rows of the corpus, and not from the others."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fakes import FakeLedger
from made_tables import Rows, subject_of

from headwater.core import held_out
from headwater.evaluate import Subject

SHARE = 0.4


def trained_subject(folder: Path, real: Rows, made: Rows, seed: int = 0) -> Subject:
    """Six tenths of ``real`` are trained on."""
    subject = subject_of(folder, real, made, seed=seed)
    ids = subject.corpus.ids()
    seen = {name: 1 for name, held in zip(ids, held_out(ids, SHARE, 0), strict=True) if not held}
    run = {"recipe": {"held_out": SHARE, "seed": 0, "options": {}}}
    model: Any = SimpleNamespace(run=run, ledger=FakeLedger(seen), capabilities=frozenset({"rows"}), hash="made")
    return Subject(subject.folder, subject.corpus, model, subject.samples, seed)


def trained_rows(folder: Path, real: Rows) -> list[Any]:
    """The rows that :func:`trained_subject` trains on, in order."""
    ids = subject_of(folder, real, real[:1]).corpus.ids()
    return [row for row, held in zip(real, held_out(ids, SHARE, 0), strict=True) if not held]
