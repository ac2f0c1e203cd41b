"""What the audit label-noise shows: confusions, rows in doubt, pictures of them, groups."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...core import Chart, Corpus, Exhibit, Gallery, Score, Series, Table, Tile
from ..duplicates.image_gallery import side_by_side
from ..fairness.decision_exhibits import GAPS, gap_row
from ..fairness.decision_findings import Compared
from ..privacy import redact
from .suspects import Suspects

LISTED, PAIRS, PICTURES, EXCERPT, LONGEST, KEPT = 50, 30, 24, 200, 60, 1_000


def noise_exhibits(
    corpus: Corpus, found: Suspects, ids: Sequence[str], scores: Sequence[Score], compared: Sequence[Compared]
) -> Iterator[Exhibit]:
    """Tables, a chart by label, and of images a gallery."""
    yield _by_label(found, scores)
    yield from _chart(scores)
    yield from _confusions(found)
    yield from _rows(corpus, found, ids)
    yield from _gallery(found, ids)
    if compared:
        note = (
            "Gap: highest minus lowest share of rows in doubt. A group that the model tells less well has more of "
            "them, even where every label is right."
        )
        yield Table("label-noise-groups", "Labels in doubt by group", GAPS, tuple(map(gap_row, compared)), note)


def suspect_rows(found: Suspects, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The first 1,000 rows in doubt, as data."""
    return [
        {
            "id": id, "given": redact(found.classes[found.given[row]]),
            "likely": redact(found.classes[found.joint.confident[row]]), "margin": float(found.margin[row]),
            "self_confidence": float(found.probability[row, found.given[row]]),
        }
        for id, row in zip(ids[:KEPT], found.ranked, strict=False)
    ]  # fmt: skip


def confusions(found: Suspects) -> list[tuple[str, str, int, float]]:
    """Pairs of given and likely label with the rows flagged and the share of all rows in the joint, most rows first."""
    counts = found.joint.counts
    cells = [(int(i), int(j)) for i, j in zip(*np.nonzero(counts), strict=True) if i != j]
    cells.sort(key=lambda cell: (-counts[cell], cell))
    names = [redact(name)[:LONGEST] for name in found.classes]
    return [(names[i], names[j], int(counts[i, j]), float(found.joint.joint[i, j])) for i, j in cells]


def _by_label(found: Suspects, scores: Sequence[Score]) -> Table:
    by_value = [score for score in scores if "value" in score.slice]
    sizes, flagged = np.bincount(found.given), np.bincount(found.given, found.flagged).astype(int)
    rows = tuple(
        (score.slice["value"][:LONGEST], int(sizes[i]), int(flagged[i]), score.value, score.low, score.high,
         float(found.joint.thresholds[i]))
        for i, score in enumerate(by_value)
    )  # fmt: skip
    left = "; ".join(f"{rows:,} {redact(reason)}" for reason, rows in found.left_out.items())
    note = (
        "A row in doubt is one to read, not an error: where labels overlap, rows that are rare but right are in doubt "
        "too." + (f" Left out: {left}." if left else "")
    )
    columns = ("Label", "Rows", "In doubt", "Estimated share wrong", "Low", "High", "Threshold")
    return Table("label-noise", f"Label noise of {redact(found.label)}", columns, rows, note)


def _chart(scores: Sequence[Score]) -> Iterator[Chart]:
    shown = [score for score in scores if "value" in score.slice and score.low is not None and score.high is not None]
    series = Series(
        "95 % interval", tuple(score.slice["value"][:LONGEST] for score in shown), tuple(s.value for s in shown),
        tuple(s.low or 0.0 for s in shown), tuple(s.high or 0.0 for s in shown),
    )  # fmt: skip
    title = "Estimated share of wrong labels, by label"
    yield Chart("label-noise-chart", title, "interval", "label", "share of its rows", (series,))


def _confusions(found: Suspects) -> Iterator[Table]:
    pairs = confusions(found)
    if pairs:
        rest = f"{len(pairs) - PAIRS:,} rarer pairs are not listed." if len(pairs) > PAIRS else ""
        columns = ("Given", "Likely", "Rows in doubt", "Estimated share of all rows")
        yield Table("label-noise-pairs", "Which labels are taken for which", columns, tuple(pairs[:PAIRS]), rest)


def _rows(corpus: Corpus, found: Suspects, ids: Sequence[str]) -> Iterator[Table]:
    documents = corpus.documents(list(ids[:LISTED])) if corpus.modality != "image" else {}
    rows = []
    for id, row in zip(ids[:LISTED], found.ranked, strict=False):
        document = documents.get(id, {})
        content = document.get("table") or document.get("text") or ""
        shown = (redact(content[: 10 * EXCERPT])[:EXCERPT],) if corpus.modality != "image" else ()
        rows.append((id, *_labels(found, row), float(found.margin[row]), _own(found, row), *shown))
    if rows:
        content_column = () if corpus.modality == "image" else ("Content",)
        columns = ("Row", "Given", "Likely", "Margin", "Self-confidence", *content_column)
        rest = f" {len(ids) - LISTED:,} more are not listed." if len(ids) > LISTED else ""
        note = (
            "The least likely labels first. Margin: probability of the given label minus that of the likeliest other "
            f"one, -1 to 1. Self-confidence: probability of the given label.{rest}"
        )
        yield Table("label-noise-rows", "Rows whose label is in doubt", columns, tuple(rows), note)


def _gallery(found: Suspects, ids: Sequence[str]) -> Iterator[Gallery]:
    if not found.pictures or not ids:
        return
    surest = [_surest(found, index) for index in range(len(found.classes))]
    tiles = []
    for id, row in zip(ids[:PICTURES], found.ranked, strict=False):
        given, likely = _labels(found, row)
        probability = found.probability[row, found.joint.confident[row]]
        pair = side_by_side(found.pictures[row], found.pictures[surest[found.joint.confident[row]]])
        tiles.append(Tile(id, f"given {given}, likely {likely} ({probability:.2f})", pair))
    note = "Left: the image in doubt. Right: the image that carries the likely label most surely. In grey and small."
    yield Gallery("label-noise-images", "Images whose label is in doubt", tuple(tiles), note)


def _surest(found: Suspects, index: int) -> int:
    rows = np.flatnonzero(found.given == index)
    return int(rows[found.margin[rows].argmax()])


def _labels(found: Suspects, row: int) -> tuple[str, str]:
    names = found.classes[found.given[row]], found.classes[found.joint.confident[row]]
    return redact(names[0])[:LONGEST], redact(names[1])[:LONGEST]


def _own(found: Suspects, row: int) -> float:
    return float(found.probability[row, found.given[row]])
