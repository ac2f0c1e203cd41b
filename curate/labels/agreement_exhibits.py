"""What the audit annotator-agreement shows: pairs, annotators, groups, and the items that divide them."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ...core import Cell, Chart, Corpus, Exhibit, Series, Table
from ..privacy import redact
from .agreement import Level, alphas, item_disagreement
from .agreement_chance import AgreementGap, Estimate
from .ratings import Labelled

LISTED, LONGEST, EXCERPT, ALONE = 50, 60, 200, 50


def agreement_exhibits(
    corpus: Corpus, found: Labelled, level: Level, pairs: Sequence[tuple[str, str, Estimate]],
    tested: Sequence[tuple[AgreementGap, float]],
) -> Iterator[Exhibit]:  # fmt: skip
    """Tables, and a chart of each column of groups."""
    yield _annotators(found, level)
    if pairs:
        rows = tuple((_short(one), _short(other), *_numbers(kappa)) for one, other, kappa in pairs)
        columns = ("Annotator", "Other annotator", "Items of both", "Cohen's kappa", "Low", "High")
        note = "Pairs with the most items in common. Unweighted: a near miss on an ordinal scale counts as a miss."
        yield Table("annotator-agreement-pairs", "Agreement of pairs", columns, rows, note)
    for gap, q in tested:
        yield from _groups(gap, q)
    yield from _items(corpus, found, level)


def divided(found: Labelled, level: Level) -> list[tuple[int, float]]:
    """Items with any disagreement and their share of all of it, the largest first."""
    amount = item_disagreement(found.ratings, level)
    total = float(amount.sum())
    order = np.lexsort((found.rows, -amount))
    return [(int(item), float(amount[item]) / total) for item in order if amount[item] > 0]


def labels_of(found: Labelled, item: int) -> str:
    """The labels of an item with how many gave each, the commonest first: ``3 × cat, 1 × dog``."""
    values = found.ratings.values[found.ratings.items == item]
    counted = sorted(Counter(values.tolist()).items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} × {redact(found.ratings.categories[value])[:LONGEST]}" for value, count in counted)


def _annotators(found: Labelled, level: Level) -> Table:
    ratings = found.ratings
    labels = np.bincount(ratings.annotators, minlength=len(ratings.annotator_names))
    order = np.argsort(-labels, kind="stable")[:ALONE]
    everything = np.ones((1, len(ratings.item_names)))
    rows: list[tuple[Cell, ...]] = []
    for annotator in order.tolist():
        others = np.arange(len(labels)) != annotator
        without = float(alphas(ratings.of_annotators(others), level, everything)[0])
        rows.append((_short(ratings.annotator_names[annotator]), int(labels[annotator]), _cell(without)))
    whole = float(alphas(ratings, level, everything)[0])
    rest = f" {len(labels) - ALONE:,} with fewer labels are not listed." if len(labels) > ALONE else ""
    note = f"Alpha of all is {whole:.3f}. Where it rises much without somebody, look at how they labelled.{rest}"
    columns = ("Annotator", "Labels", "Alpha without them")
    return Table("annotator-agreement-annotators", "Annotators", columns, tuple(rows), note)


def _groups(gap: AgreementGap, q: float) -> Iterator[Exhibit]:
    name = redact(gap.name)
    shown = sorted(gap.groups, key=lambda one: (one[1].value, one[0]))
    rows = tuple((_short(group), *_numbers(found)) for group, found in shown)
    note = (
        f"Gap {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f}); by chance up to {gap.chance:.3f} (95 %); "
        f"p {gap.p:.3g}, q {q:.3g}: the groups are shuffled over the {gap.unit}."
    )
    title = f"Agreement by {name} of the {gap.unit}"
    columns = ("Group", "Items", "Alpha", "Low", "High")
    yield Table(f"annotator-agreement-{gap.unit}-{name}", title, columns, rows, note)
    bounded = [(group, one) for group, one in shown if one.low is not None and one.high is not None]
    if bounded:
        series = Series(
            "95 % interval", tuple(_short(group) for group, _ in bounded), tuple(one.value for _, one in bounded),
            tuple(one.low or 0.0 for _, one in bounded), tuple(one.high or 0.0 for _, one in bounded),
        )  # fmt: skip
        yield Chart(
            f"annotator-agreement-{gap.unit}-{name}-chart", title, "interval", name, "Krippendorff's alpha", (series,)
        )


def _items(corpus: Corpus, found: Labelled, level: Level) -> Iterator[Table]:
    ranked = divided(found, level)
    if not ranked:
        return
    ids = ids_of_items(corpus, found, [item for item, _ in ranked[:LISTED]])
    documents = corpus.documents(ids)
    rows = []
    for id, (item, share) in zip(ids, ranked[:LISTED], strict=True):
        content = documents[id].get("table") or documents[id].get("text") or ""
        name = _short(found.ratings.item_names[item])
        rows.append((name, labels_of(found, item), share, id, redact(content[: 10 * EXCERPT])[:EXCERPT]))
    rest = f" {len(ranked) - LISTED:,} more are not listed." if len(ranked) > LISTED else ""
    columns = ("Item", "Labels", "Share of all disagreement", "Row", "Content")
    note = f"Items on which annotators differ, the largest share of the disagreement first.{rest}"
    yield Table("annotator-agreement-items", "Items that divide the annotators", columns, tuple(rows), note)


def ids_of_items(corpus: Corpus, found: Labelled, items: Sequence[int]) -> list[str]:
    """The id of the first row of each item."""
    places = pa.array([int(found.rows[item]) for item in items], pa.int64())
    return list(corpus.column("id").take(places).to_pylist())


def _numbers(found: Estimate) -> tuple[Cell, ...]:
    return found.items, found.value, found.low, found.high


def _short(name: str) -> str:
    return redact(name)[:LONGEST]


def _cell(value: float) -> float | None:
    return value if np.isfinite(value) else None
