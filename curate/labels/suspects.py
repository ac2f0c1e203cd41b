"""Reads labels and features of the rows that are drawn, and finds the labels that a held-out model contradicts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import Corpus, Progress, generator
from ..duplicates.near_duplicate_images import COLUMNS as IMAGE_COLUMNS
from ..duplicates.near_duplicate_images import read_pictures
from ..fairness.proxy_strength import Strength, adjusted_accuracy, codes_of
from ..fairness.row_columns import Column, read_columns
from .confident_joint import Bools, ConfidentJoint, Floats, Ints, confident_joint, margins
from .held_out_models import held_out_probabilities
from .image_features import image_features

LONGEST, COLUMNS = 20_000, 200


@dataclass(frozen=True)
class Suspects:
    """Rows that were examined, and which labels are in doubt.

    ``places`` (n,) are their numbers in the corpus, ``given`` (n,) index ``classes``; ``probability`` (n, k) is that of
    a model that did not see the row. ``left_out`` counts rows by reason; ``pictures`` holds the small image of each row
    of a corpus of images, ``groups`` the columns of groups of the examined rows.
    """

    label: str
    classes: tuple[str, ...]
    places: Ints
    given: Ints
    probability: Floats
    joint: ConfidentJoint
    margin: Floats
    accuracy: Strength
    left_out: dict[str, int]
    groups: dict[str, Column]
    pictures: tuple[np.ndarray, ...] = ()

    @property
    def flagged(self) -> Bools:
        """Rows (n,) whose confident class is not the given one."""
        return np.asarray((self.joint.confident >= 0) & (self.joint.confident != self.given))

    @property
    def ranked(self) -> list[int]:
        """The flagged ones, as indices of ``places``: the lowest margin first, then the lowest self-confidence."""
        rows = np.flatnonzero(self.flagged)
        own = self.probability[rows, self.given[rows]]
        return [int(row) for row in rows[np.lexsort((rows, own, self.margin[rows]))]]


def ids_of(corpus: Corpus, found: Suspects, rows: Sequence[int]) -> list[str]:
    """The ids of examined rows, given as indices of ``places``."""
    places = pa.array([int(found.places[row]) for row in rows], pa.int64())
    return list(corpus.column("id").take(places).to_pylist())


@dataclass(frozen=True)
class Request:
    """What is asked: see the options of the audit ``label-noise``."""

    label: str = "label"
    groups: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rows: int = 20_000
    folds: int = 3
    minimum: int = 10
    maximum_classes: int = 50


def find_suspects(corpus: Corpus, request: Request, seed: int, progress: Progress) -> Suspects | str:
    """The suspects, or the reason why labels cannot be judged."""
    with progress.task("label noise: read", 1) as task:
        columns = _columns(corpus, [request.label, *request.groups])
        task.advance(1)
    label = columns.get(request.label)
    if label is None:
        return f"no row has a value in a column {request.label!r}"
    if len(label.values) > request.maximum_classes:
        return (
            f"{request.label!r} has {len(label.values):,} values, more than maximum_classes "
            f"({request.maximum_classes}); put them into classes first"
        )
    known = np.flatnonzero(label.known)
    drawn = np.sort(known[generator(seed, "label-noise").permutation(len(known))[: request.rows]])
    left_out = {
        "without a label": len(label.codes) - len(known),
        f"not drawn (option rows: {request.rows:,})": len(known) - len(drawn),
    }
    seen = _seen(corpus, columns, drawn, request)
    if seen is None:
        return f"there is no column but {request.label!r} and those of groups from which the label could be told"
    left_out["without an image of their size"] = len(drawn) - len(seen.places)
    return _judged(corpus.modality, columns, seen, left_out, request, seed, progress)


@dataclass(frozen=True)
class _Seen:
    """Rows that have features: their places (n,), the features, and the small pictures of images."""

    places: Ints
    features: Any
    pictures: tuple[np.ndarray, ...] = ()

    def take(self, rows: Ints) -> "_Seen":
        features = [self.features[row] for row in rows] if isinstance(self.features, list) else self.features[rows]
        return _Seen(self.places[rows], features, tuple(self.pictures[row] for row in rows) if self.pictures else ())


def _columns(corpus: Corpus, named: Sequence[str]) -> dict[str, Column]:
    """The named columns and, of a table, the others, in one pass where the named ones are among the first."""
    if corpus.modality != "table":
        return read_columns(corpus, named)
    columns = read_columns(corpus, most=COLUMNS)
    absent = [name for name in named if name not in columns]
    return columns | (read_columns(corpus, absent) if absent else {})


def _seen(corpus: Corpus, columns: dict[str, Column], places: Ints, request: Request) -> _Seen | None:
    chosen = np.zeros(len(corpus), bool)
    chosen[places] = True
    if corpus.modality == "image":
        return _seen_images(corpus, places, chosen)
    if corpus.modality == "text":
        texts = (batch.column("text").to_pylist() for batch in _batches(corpus, ["text"], chosen))
        return _Seen(places, [(text or "")[:LONGEST] for part in texts for text in part])
    left_out = {"locator", request.label, *request.groups, *request.ignore}
    codes = [codes_of(one)[places] for name, one in columns.items() if name not in left_out]
    return _Seen(places, np.stack(codes, 1)) if codes else None


def _seen_images(corpus: Corpus, places: Ints, chosen: Bools) -> _Seen:
    images: list[np.ndarray] = []
    colours: list[np.ndarray] = []
    usable: list[int] = []
    start = 0
    for batch in _batches(corpus, list(IMAGE_COLUMNS), chosen):
        found = read_pictures(batch)
        usable += [start + place for place in found.places]
        images += found.pictures.images
        colours += found.pictures.colours
        start += batch.num_rows
    return _Seen(places[usable], image_features(images, colours), tuple(images))


def _batches(corpus: Corpus, columns: Sequence[str], chosen: Bools) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in corpus.batches(columns):
        yield batch.filter(pa.array(chosen[start : start + batch.num_rows].tolist(), pa.bool_()))
        start += batch.num_rows


def _judged(
    modality: str, columns: dict[str, Column], seen: _Seen, left_out: dict[str, int], request: Request, seed: int,
    progress: Progress,
) -> Suspects | str:  # fmt: skip
    label = columns[request.label]
    codes = label.codes[seen.places]
    sizes = np.bincount(codes, minlength=len(label.values))
    classes = np.flatnonzero(sizes >= request.minimum)
    if len(classes) < 2:
        largest = np.argsort(-sizes, kind="stable")[:5]
        listed = ", ".join(f"{label.values[i]!r} ({sizes[i]:,})" for i in largest) or "none"
        return (
            f"fewer than two values of {label.name!r} have {request.minimum} examined rows (option minimum_class); "
            f"there are {listed}"
        )
    used = np.flatnonzero(np.isin(codes, classes))
    left_out |= {f"of a class with fewer than {request.minimum} examined rows": len(codes) - len(used)}
    given, kept = np.searchsorted(classes, codes[used]).astype(np.int64), seen.take(used)
    with progress.task("label noise: held-out models"):
        probability = held_out_probabilities(modality, kept.features, given, request.folds, seed)
    accuracy = adjusted_accuracy(probability.argmax(1), given)
    examined = np.zeros(len(label.codes), bool)
    examined[kept.places] = True
    groups = {name: columns[name].cut(examined) for name in request.groups if name in columns}
    return Suspects(
        label.name, tuple(label.values[i] for i in classes), kept.places, given, probability,
        confident_joint(probability, given), margins(probability, given), accuracy,
        {reason: rows for reason, rows in left_out.items() if rows}, groups, kept.pictures,
    )  # fmt: skip
