"""The findings of the audit representation: HW-A085 (too few), HW-A086 (nobody), HW-A087 (parts that differ).

HW-A088 (the class depends on the group) and HW-A089 (uneven classes) stand in class_findings.py.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Corpus, Finding, Severity
from ..privacy import redact
from .class_findings import class_findings
from .group_cells import Grouped, cell_name
from .group_shares import Compared, GroupShare
from .limits import Limits
from .parts import Drift
from .reference import Cell
from .representation_scores import drift_score, ratio_score, share_score
from .row_examples import first_ids, row_examples

if TYPE_CHECKING:
    from .representation import Represented

OTHERS, LONGEST = 5, 120
HALF, POINT = 0.5, 0.01
A085 = (
    "A model sees this group less often than it meets it in use, and its errors on the group weigh less in every "
    "average. ",
    "Collect more rows of the group, or drop rows of the others with the filter resample. Report results by group, and "
    "check that the reference is the population that the model will serve.",
)
A086 = (
    "Nothing can be learned about these people or measured on them; any average hides that they are missing. ",
    "Collect rows for them, or state that the corpus does not cover them. Look whether a value is written "
    "differently, or whether a filter took them out.",
)
A087 = (
    "A result on one part does not hold for another in which other people are: an average moves with the mix. ",
    "Split anew, stratified by these columns, or report results by group. Where the parts are meant to differ, say so.",
)


def representation_findings(corpus: Corpus, measured: "Represented", limits: Limits) -> tuple[Finding, ...]:
    """All findings: groups that are too few, then empty ones, then parts, then classes."""
    found = [one for one in (_too_few(corpus, one, limits) for one in measured.compared) if one]
    found += _empty(corpus, measured)
    found += _drifts(corpus, measured.drifts, limits)
    if measured.classes:
        found += class_findings(corpus, measured.classes, limits)
    return tuple(found)


def few(one: Compared, limits: Limits) -> list[GroupShare]:
    """Groups with rows whose ratio to the reference is at most the limit, by effect before significance.

    Those that lack the largest share of all rows come first.
    """
    found = [
        share
        for share in one.shares
        if share.rows
        and share.ratio is not None
        and share.ratio[0] <= limits.ratio
        and share.ratio[2] < 1
        and (share.q or 0.0) <= limits.rate
    ]
    return sorted(found, key=lambda share: (-_lack(share), share.cell))


def _too_few(corpus: Corpus, one: Compared, limits: Limits) -> Finding | None:
    groups = few(one, limits)
    if not groups or one.distances is None:
        return None
    worst, found = groups[0], one.distances
    assert worst.ratio is not None
    who = _who(one.grouped, worst.cell)
    ids = first_ids(corpus, one.grouped.rows_of(worst.cell))
    drop = f", or {worst.to_drop:,} rows of others dropped" if worst.to_drop is not None else ""
    more = f" Also too few: {_listed(groups[1:])}." if groups[1:] else ""
    meaning = (
        f"{who} is {_shown(worst)} and {worst.reference:.1%} of the reference: {worst.ratio[0]:.2f} of its share "
        f"({worst.ratio[1]:.2f} to {worst.ratio[2]:.2f}), Cohen's h {worst.effect:.2f}, false discovery rate "
        f"{_q(worst.q)}. To have its share, {worst.to_add:,} rows of it would have to be added{drop}.{more} Over all "
        f"groups {found.variation.value:.1%} of the rows ({found.variation.low:.1%} to {found.variation.high:.1%}) "
        "would have to be of another group; a sample from the reference would show up to "
        f"{found.variation.chance:.1%}. "
        f"{A085[0]}{_unseen(one)}The rows listed are of this group."
    )
    title = f"{who} is {worst.share:.1%} of the rows and {worst.reference:.1%} of the reference"
    return Finding(
        "HW-A085", _severity(groups), title, meaning, A085[1],
        tuple(score(one, share) for share in groups[:OTHERS] for score in (share_score, ratio_score)),
        row_examples(corpus, ids, who), tuple(ids),
    )  # fmt: skip


def _severity(groups: Sequence[GroupShare]) -> Severity:
    worst = [share for share in groups if _lack(share) >= POINT]
    if any(share.ratio and share.ratio[0] < HALF for share in worst):
        return "high"
    return "medium" if worst else "low"


def _empty(corpus: Corpus, measured: "Represented") -> Iterator[Finding]:
    by_name: dict[str, list[tuple[Grouped, Cell, float, str]]] = {}
    for entry in measured.empty:
        by_name.setdefault(entry[0].name, []).append(entry)
    single = {one.grouped.keys[0]: one.grouped for one in measured.compared if len(one.grouped.keys) == 1}
    for entries in by_name.values():
        whole, cell, rows, why = entries[0]
        who = _who(whole, cell)
        near = [single[key].rows_of((value,)) for key, value in zip(whole.keys, cell, strict=True)
                if key in single and (value,) in single[key].cells]  # fmt: skip
        nearest = min(near, key=len) if len(whole.keys) > 1 and near else np.zeros(0, np.int64)
        ids = first_ids(corpus, nearest)
        due = "by the reference" if why == "the reference" else "if the columns were independent"
        more = ", ".join(f"{redact(cell_name(x))[:LONGEST]} ({n:,.0f})" for _, x, n, _ in entries[1 : OTHERS + 1])
        others = f" Also without a row, in brackets how many would be expected: {more}." if more else ""
        rest = f" {len(entries) - OTHERS - 1:,} more are in the table." if len(entries) > OTHERS + 1 else ""
        carried = (
            "The rows listed are of the scarcest of these values by itself."
            if ids
            else "No row carries this: that is the finding."
        )
        yield Finding(
            "HW-A086", "medium" if why == "the reference" else "low", f"No row is of {who}",
            f"{rows:,.0f} rows would be expected {due}, and there is none; by chance that happens with a probability "
            f"of {np.exp(-rows):.1g}.{others}{rest} {A086[0]}{carried}",
            A086[1], (), row_examples(corpus, ids, "nearest to nobody"), tuple(ids),
        )  # fmt: skip


def _drifts(corpus: Corpus, found: Sequence[Drift], limits: Limits) -> Iterator[Finding]:
    by_place: dict[tuple[str, str], list[Drift]] = {}
    for one in found:
        if differs(one, limits):
            by_place.setdefault((one.column, one.grouped.name), []).append(one)
    for (column, _), entries in by_place.items():
        keys = entries[0].grouped.keys
        if len(keys) > 1 and any((column, key) in by_place for key in keys):
            continue  # the crossing repeats what one of its columns says
        worst = max(entries, key=lambda one: one.distances.variation.value)
        yield _drift(corpus, worst, [one for one in entries if one is not worst])


def differs(one: Drift, limits: Limits) -> bool:
    """Effect before significance: total variation of the limit, above that of chance, then q."""
    found = one.distances.variation
    return found.value >= limits.drift and found.value > found.chance and one.q <= limits.rate


def _drift(corpus: Corpus, one: Drift, others: Sequence[Drift]) -> Finding:
    most, found = one.strongest, one.distances.variation
    here, there = one.shares[most], one.others[most]
    part = redact(f"{one.column}: {one.part}")[:LONGEST]
    name = redact(one.grouped.name)
    ids = first_ids(corpus, one.rows_of(most))
    also = ", ".join(f"{redact(x.part)[:LONGEST]} ({x.distances.variation.value:.1%})" for x in others[:OTHERS])
    more = f" Also different: {also}." if also else ""
    return Finding(
        "HW-A087", "high" if found.value >= HALF else "medium", f"{name} is distributed differently in {part}",
        f"{found.value:.1%} of the rows ({found.low:.1%} to {found.high:.1%}) would have to be of another group for "
        f"{part} to be like the other parts; dealing the rows at random makes up to {found.chance:.1%}. Most above "
        f"the others: {redact(cell_name(here.cell))[:LONGEST]}, {_shown(here)} here and {_shown(there)} there. False "
        f"discovery rate {_q(one.q)}.{more} {A087[0]}The rows listed are of this group in this part.",
        A087[1], (drift_score(one),), row_examples(corpus, ids, part), tuple(ids),
    )  # fmt: skip


def _who(grouped: Grouped, cell: Cell) -> str:
    return redact(f"{grouped.name}: {cell_name(cell)}")[:LONGEST]


def _shown(share: GroupShare) -> str:
    return f"{share.share:.1%} of the rows ({share.low:.1%} to {share.high:.1%}; {share.rows:,} of {share.of:,})"


def _listed(shares: Sequence[GroupShare]) -> str:
    named = ", ".join(
        f"{redact(cell_name(share.cell))[:LONGEST]} ({share.ratio[0]:.2f}; {share.to_add:,} to add)"
        for share in shares[:OTHERS]
        if share.ratio
    )
    return named + (f" and {len(shares) - OTHERS} more" if len(shares) > OTHERS else "")


def _lack(share: GroupShare) -> float:
    return (share.reference or 0.0) - share.share


def _q(q: float | None) -> str:
    return "below 1e-300" if not q else f"{q:.2g}"


def _unseen(one: Compared) -> str:
    outside = sum(rows for _, rows in one.outside)
    parts = []
    if one.grouped.unknown:
        parts.append(f"{one.grouped.unknown:,} rows without a value")
    if outside:
        parts.append(f"{outside:,} rows of groups that the reference does not know")
    return f"Not seen: {' and '.join(parts)}. " if parts else ""
