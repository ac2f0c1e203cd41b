"""Planted controls for labels: known labels are changed in a copy, and the audit ``label-noise`` looks for them."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...core import SCHEMAS, Corpus, CorpusWriter, Progress, generator, record_batch
from ..labels import LabelNoise
from .trials import Trial

Row = dict[str, Any]
DETECTOR, CHANGED, UNCHANGED = "label-noise", "label changed to another one", "labels as they are"
MOST, LISTED = 0.1, 20  # share of the labels that is changed at most


def draw_records(corpus: Corpus, wanted: int, seed: int) -> list[Row]:
    """``wanted`` rows of a corpus of any kind (all, where there are fewer), in corpus order."""
    chosen = np.zeros(len(corpus), bool)
    chosen[generator(seed, "planted-controls", "sample").permutation(len(corpus))[:wanted]] = True
    rows: list[Row] = []
    start = 0
    for batch in corpus.batches():
        places = np.flatnonzero(chosen[start : start + batch.num_rows])
        rows += batch.take(places.tolist()).to_pylist()
        start += batch.num_rows
    return rows


def label_trials(
    rows: Sequence[Row], modality: str, label: str, wanted: int, seed: int, progress: Progress,
    groups: Sequence[str] = (),
) -> list[Trial]:  # fmt: skip
    """Labels of ``wanted`` rows (at most a tenth) changed to another class, judged by the audit ``label-noise``.

    ``rows`` are records of ``SCHEMAS[modality]``; columns that they lack are empty. A label counts as reported where it
    is in doubt. The other labels of the sample are the look-alikes; some of them may be wrong without having been
    planted. No trial where fewer than two classes have a label. ``groups`` are kept from the model, as in the audit.
    """
    values = [_value(row, label) for row in rows]
    classes = sorted({value for value in values if value is not None})
    known = [place for place, value in enumerate(values) if value is not None]
    if len(classes) < 2:
        return []
    rng = generator(seed, "planted-controls", "label")
    drawn = rng.permutation(len(known))[: min(wanted, int(len(known) * MOST))]
    planted = {known[index] for index in drawn.tolist()}
    changed = [
        _with_value(row, label, _other(classes, values[place], rng)) if place in planted else row
        for place, row in enumerate(rows)
    ]
    examined, doubted = _doubted(changed, modality, label, groups, seed, progress)
    return [
        _trial(CHANGED, True, sorted(planted & examined), doubted, rows),
        _trial(UNCHANGED, False, sorted((examined & set(known)) - planted), doubted, rows),
    ]


def _doubted(
    rows: Sequence[Row], modality: str, label: str, groups: Sequence[str], seed: int, progress: Progress
) -> tuple[set[int], set[int]]:
    """The places of the rows that the audit examined, and of those whose label it doubts.

    Where it says that it cannot judge these labels, it was shown all of them and doubts none.
    """
    schema = SCHEMAS[modality]
    with tempfile.TemporaryDirectory() as folder:
        with CorpusWriter(Path(folder) / "corpus", schema) as writer:
            writer.write(record_batch(rows, schema))
        found = LabelNoise(label=label, groups=groups).suspects(Corpus(Path(folder) / "corpus"), seed, progress)
    if isinstance(found, str):
        return set(range(len(rows))), set()
    return set(found.places.tolist()), set(found.places[found.flagged].tolist())


def _trial(level: str, positive: bool, places: Sequence[int], doubted: set[int], rows: Sequence[Row]) -> Trial:
    reported = sum(place in doubted for place in places)
    wrong = tuple(sorted(rows[place]["id"] for place in places if (place in doubted) != positive)[:LISTED])
    return Trial(DETECTOR, level, positive, len(places), reported, wrong)


def _other(classes: Sequence[str], value: str | None, rng: np.random.Generator) -> str:
    others = [name for name in classes if name != value]
    return others[int(rng.integers(len(others)))]


def _value(row: Row, label: str) -> str | None:
    """The label of a row as the audit reads it."""
    if "table" in row:
        found = _table(row).get(label)
        text = ("true" if found else "false") if isinstance(found, bool) else "" if found is None else str(found)
    else:
        text = {**dict(row.get("attributes") or ()), **dict(row.get("groups") or ())}.get(label) or ""
    return text.strip() or None


def _with_value(row: Row, label: str, value: str) -> Row:
    if "table" in row:
        return {**row, "table": json.dumps({**_table(row), label: value})}
    changed = {**row}
    for kind in ("attributes", "groups"):
        changed[kind] = [(key, value if key == label else old) for key, old in row.get(kind) or ()]
    return changed


def _table(row: Row) -> dict[str, Any]:
    try:
        found = json.loads(row["table"] or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
