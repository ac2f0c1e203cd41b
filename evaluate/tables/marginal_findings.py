"""Columns and groups in which synthetic rows differ from real ones, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Finding, Measurement, Score
from ...curate import redact
from ..base import Subject
from .marginal_exhibits import worst_first
from .two_tables import Group, TwoTables, made_examples

if TYPE_CHECKING:
    from .marginal_fidelity import Marginal, Marginals

NAMED, EXAMPLES, DOCUMENTS = 5, 5, 20
STRONG = 0.2


def marginal_findings(
    subject: Subject,
    tables: TwoTables,
    whole: "Marginals",
    groups: Mapping[Group, "Marginals"],
    scores: Sequence[Measurement],
    limit: float,
) -> Iterator[Finding]:
    """HW-Q060 for columns, HW-Q061 for groups."""
    differ = [one for one in worst_first(whole) if one.differs and one.excess >= limit]
    if differ:
        yield _columns(subject, tables, differ, scores)
    worse = [
        (group, one)
        for group, one in groups.items()
        if len(one.null) and len(whole.null) and one.mean.high is not None
        and one.mean.high < whole.mean.value - float(whole.null.mean() - one.null.mean()) - limit
    ]  # fmt: skip
    if worse:
        yield _groups(subject, tables, sorted(worse, key=lambda item: item[1].mean.value), whole, scores)


def _columns(
    subject: Subject, tables: TwoTables, differ: Sequence["Marginal"], scores: Sequence[Measurement]
) -> Finding:
    first = differ[0]
    names = [redact(one.column.name) for one in differ]
    listed = "; ".join(_said(tables, one) for one in differ[:NAMED])
    more = f"; {len(differ) - NAMED} more columns" if len(differ) > NAMED else ""
    return Finding(
        "HW-Q060",
        "medium" if first.excess >= STRONG else "low",
        f"{len(differ)} column(s) of the synthetic rows are spread otherwise than the real ones, {names[0]!r} most",
        f"{listed}{more}. Who counts or plots these columns in the synthetic rows gets other answers than from "
        "the real ones. What lies between columns is not seen here.",
        "Look at the columns side by side below. Values that the real rows do not have point to reading or typing; "
        "wrong shares of values that both have, to training: more steps, or for numbers with many equal values more "
        "modes. Leave a column out (model.options.columns) where it cannot be learnt.",
        tuple(score for score in scores if isinstance(score, Score) and score.slice.get("column") in names[:NAMED]),
        made_examples(subject, _carriers(first), f"has a value of {names[0]} that synthetic rows have too often"),
        _lacking(tables, first),
    )


def _said(tables: TwoTables, one: "Marginal") -> str:
    """The value whose share differs most, in words."""
    column = one.column
    p, q = (column.counts(codes) for codes in (column.whole[tables.rows], column.made))
    null = one.null.mean() if len(one.null) else 1.0
    base = f"{redact(column.name)} {one.fidelity.value:.3f} (real against real {null:.3f})"
    gap = q / q.sum() - p / p.sum()
    code = int(np.argmax(np.abs(gap)))
    if abs(gap[code]) < 0.02:
        return base
    return f"{base}: {redact(column.labels[code])!r} in {q[code] / q.sum():.1%} instead of {p[code] / p.sum():.1%}"


def _carriers(one: "Marginal") -> list[int]:
    """Synthetic rows outside the set of difference: those whose value is most too common first."""
    column, members = one.column, one.witness.members
    gap = column.counts(column.made) * np.where(members, 0, 1)
    order = np.argsort(-gap[column.made], kind="stable")
    return [int(place) for place in order[:EXAMPLES] if not members[column.made[place]]]


def _lacking(tables: TwoTables, one: "Marginal") -> tuple[str, ...]:
    """Real rows whose value is too rare among the synthetic ones, rarest first."""
    column, members = one.column, one.witness.members
    real = column.whole[tables.rows]
    gap = np.where(members, column.counts(real) / len(real) - column.counts(column.made) / max(1, tables.m), -1.0)
    order = np.argsort(-gap[real], kind="stable")[:DOCUMENTS]
    return tuple(tables.ids[tables.rows[place]] for place in order if members[real[place]])


def _groups(
    subject: Subject,
    tables: TwoTables,
    worse: Sequence[tuple[Group, "Marginals"]],
    whole: "Marginals",
    scores: Sequence[Measurement],
) -> Finding:
    group, found = worse[0]
    listed = "; ".join(
        f"{redact(one.column)} {redact(one.value)!r}: {each.mean.value:.3f}, worst {_worst(each)}"
        for one, each in worse[:NAMED]
    )
    slices = [one.slice for one, _ in worse]
    return Finding(
        "HW-Q061",
        "medium",
        f"Synthetic rows of {len(worse)} group(s) are less like real ones, those of {redact(group.value)!r} most",
        f"All rows together have a fidelity of {whole.mean.value:.3f}, these groups less, more than their size explains"
        f": {listed}. What is learnt from the synthetic rows will fit these people worse.",
        "Give the group more weight in training (balance, or more rows of it), or draw its rows by themselves with "
        "sample.where from a conditional model; then measure again.",
        tuple(score for score in scores if isinstance(score, Score) and dict(score.slice) in slices),
        made_examples(subject, np.flatnonzero(group.made)[:EXAMPLES].tolist(), f"a row of {redact(group.value)!r}"),
        tuple(tables.ids[tables.rows[place]] for place in np.flatnonzero(group.real)[:DOCUMENTS]),
    )


def _worst(found: "Marginals") -> str:
    return repr(redact(worst_first(found)[0].column.name))
