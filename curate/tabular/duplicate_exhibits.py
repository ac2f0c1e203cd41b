"""The tables and findings of the audit duplicate-rows: HW-A106, HW-A107 and HW-A108."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Cell, Corpus, Exhibit, Finding, Table, wilson
from ..privacy import redact
from .rows_shown import DOCUMENTS, EXAMPLES, examples_of, ids_of, number

if TYPE_CHECKING:
    from .duplicate_rows import Conflicts, Repeats

LISTED = 20


def duplicate_exhibits(corpus: Corpus, found: "Sequence[Repeats]") -> Iterator[Exhibit]:
    """Pairs seen beside those of chance, the largest groups of equal rows, and some near pairs."""
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        for distance, (seen, chance) in enumerate(zip(one.pairs, one.chance, strict=True)):
            rows.append((one.what, distance, seen, round(chance, 2), one.columns, one.rows))
    note = (
        "By chance: the pairs if two halves of the columns had nothing to do with one another, the most of eight "
        "halvings. Columns that belong together in more ways make more pairs without any copying."
    )
    if rows:
        columns = ("Compared", "Cells that differ", "Pairs", "Pairs by chance", "Columns", "Rows")
        yield Table("duplicate-rows", "Equal and nearly equal rows", columns, tuple(rows), note)
    for one in found[-1:]:
        yield from _groups(corpus, one)
        yield from _pairs(corpus, one)


def _groups(corpus: Corpus, one: "Repeats") -> Iterator[Table]:
    order = largest(one)[:LISTED]
    if not len(order):
        return
    members = {int(group): np.flatnonzero(one.equal.group == group) for group in order}
    ids = {group: ids_of(corpus, rows[:5].tolist()) for group, rows in members.items()}
    rows = tuple((ids[group][0], len(members[group]), ", ".join(ids[group][1:])) for group in members)
    title = f"Largest groups of equal rows ({one.what})"
    yield Table("duplicate-row-groups", title, ("First row", "Rows", "Other rows, at most four"), rows)


def _pairs(corpus: Corpus, one: "Repeats") -> Iterator[Table]:
    pairs = one.near_pairs[:LISTED]
    if not pairs:
        return
    places = sorted({row for first, second, _ in pairs for row in (first, second)})
    ids = dict(zip(places, ids_of(corpus, places), strict=True))
    rows = tuple((ids[first], ids[second], differing) for first, second, differing in pairs)
    note = f"At most {LISTED}, in the order of the table."
    yield Table("near-duplicate-rows", f"Nearly equal rows ({one.what})", ("Row", "Other row", "Differ in"), rows, note)


def largest(one: "Repeats") -> np.ndarray:
    """Groups of two equal rows or more, the largest first, then in the order of the table."""
    groups = np.flatnonzero(one.equal.sizes > 1)
    return groups[np.lexsort((one.equal.first[groups], -one.equal.sizes[groups]))]


def duplicate_findings(corpus: Corpus, found: "Sequence[Repeats]", conflicts: "Conflicts | None") -> Iterator[Finding]:
    """HW-A106 and HW-A107 where there are more pairs than chance makes, HW-A108 for labels that contradict."""
    exact = [one for one in found if one.surprising]
    if exact:
        yield _exact(corpus, exact[-1])
    near = [one for one in found if len(one.pairs) > 1 and one.near_surprising()]
    if near:
        yield _near(corpus, near[-1])
    if conflicts is not None and len(conflicts.rows):
        yield _conflicting(corpus, conflicts)


def _exact(corpus: Corpus, one: "Repeats") -> Finding:
    copies, rows = int(one.equal.copies.sum()), one.rows
    low, high = wilson(copies, rows)
    places = np.concatenate([np.flatnonzero(one.equal.group == group) for group in largest(one)[:DOCUMENTS]])
    ids = ids_of(corpus, places[:DOCUMENTS].tolist())
    return Finding(
        "HW-A106",
        "medium" if copies >= 0.01 * rows else "low",
        f"{copies:,} rows repeat an earlier one ({one.what})",
        f"{copies / rows:.2%} of the rows ({low:.2%} to {high:.2%}) are equal to an earlier one in {one.columns} "
        f"columns: {one.pairs[0]:,} equal pairs, where chance would make about {number(round(one.chance[0], 1))}. The "
        f"largest group has {int(one.equal.sizes.max()):,} rows. Equal rows may be different people who happen to be "
        "alike, and the table cannot tell: columns that go together make more equal rows than this chance. What was "
        "counted twice by error weighs twice in a model, and leaks where one copy is held out.",
        "Find out what a row is. Where a row is one person or event and copies are errors, use the filter "
        "duplicate-rows; where they are different people, keep them and split so that equals stay on one side.",
        (),
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], "has an equal row")),
        tuple(ids),
    )


def _near(corpus: Corpus, one: "Repeats") -> Finding:
    seen, chance, rows = sum(one.pairs[1:]), sum(one.chance[1:]), int(one.near.sum())
    low, high = wilson(rows, one.rows)
    places = list(dict.fromkeys(row for first, second, _ in one.near_pairs for row in (first, second)))
    ids = ids_of(corpus, places[:DOCUMENTS])
    return Finding(
        "HW-A107",
        "low",
        f"{rows:,} rows differ from another in {_cells(one)} only ({one.what})",
        f"{rows / one.rows:.2%} of the rows ({low:.2%} to {high:.2%}) have a neighbour that differs in {_cells(one)} "
        f"of {one.columns}: {seen:,} pairs, where chance would make about {number(round(chance))}. Corrected or "
        "updated entries look like this, and so do people who are alike in most things. Pairs that differ in more "
        "cells are not counted.",
        "Read some pairs. Where they are one person entered twice, keep the newer row; where not, keep both on one "
        "side of a split.",
        (),
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], f"differs from another row in {_cells(one)}")),
        tuple(ids),
    )


def _conflicting(corpus: Corpus, one: "Conflicts") -> Finding:
    label, count = redact(one.label), len(one.rows)
    low, high = wilson(count, one.labelled)
    ids = ids_of(corpus, one.rows[:DOCUMENTS].tolist())
    return Finding(
        "HW-A108",
        "medium" if one.floor >= 0.01 else "low",
        f"{count:,} rows are equal to others and have a different {label}",
        f"{count / one.labelled:.2%} of the rows ({low:.2%} to {high:.2%}), in {one.groups:,} groups, are equal in all "
        f"columns but {label} and those that number rows, and do not agree on {label}. What is learned from these "
        f"columns is wrong for {one.floor:.2%} of the rows of this table at least. The label may be noisy, or "
        "depend on something that was not recorded; which of them cannot be told from the table.",
        "Read the groups. Mend labels that are wrong, or record what tells the rows apart; report the floor beside the "
        "error of a model.",
        (),
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], f"an equal row has another {label}"), [one.label]),
        tuple(ids),
    )


def _cells(one: "Repeats") -> str:
    most = len(one.pairs) - 1
    return "one cell" if most == 1 else f"one or {most} cells"
