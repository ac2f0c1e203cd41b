"""What was learnt from synthetic rows, as charts and findings."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Chart, Exhibit, Finding, Measurement, Score, Series, Table
from ...curate import redact
from ..base import Subject
from ..statistics import clopper_pearson
from .group_gaps import GroupGap
from .two_tables import TwoTables, made_examples

if TYPE_CHECKING:
    from .train_on_synthetic import Utility

NAMED, EXAMPLES, DOCUMENTS = 5, 5, 20
FAR = 0.1


def train_exhibits(found: "Utility", gaps: Sequence[GroupGap]) -> Iterator[Exhibit]:
    """Accuracies beside each other, by class and by group."""
    sides = (("synthetic rows", found.synthetic.right), ("real rows", found.real.right),
             ("nothing", found.majority))  # fmt: skip
    n = len(found.truth)
    bounds = [clopper_pearson(int(right.sum()), n) for _, right in sides]
    series = Series("accuracy", tuple(name for name, _ in sides), tuple(float(right.mean()) for _, right in sides),
                    tuple(low for low, _ in bounds), tuple(high for _, high in bounds))  # fmt: skip
    note = f"Accuracy on {n:,} real rows; 'nothing' always says the commonest label."
    title = f"What is learnt about {redact(found.label)} from synthetic and from real rows"
    yield Chart("train-on-synthetic", title, "interval", "trained on", "accuracy", (series,), note)
    rows = []
    for code in np.unique(found.truth):
        of_class = found.truth == code
        rows.append((redact(found.names[code]), int(of_class.sum()), float(found.synthetic.right[of_class].mean()),
                     float(found.real.right[of_class].mean())))  # fmt: skip
    head = ("Label", "Test rows", "Found after synthetic rows", "Found after real rows")
    yield Table("train-on-synthetic-classes", f"Share of each {redact(found.label)} that is found", head, tuple(rows))
    if gaps:
        yield _groups(gaps)


def _groups(gaps: Sequence[GroupGap]) -> Table:
    head = ("Group", "Test rows", "Accuracy after synthetic rows", "Low", "High", "After real rows")
    rows = tuple(
        (f"{redact(gap.column)}: {redact(value)}", n, hits / n, *clopper_pearson(hits, n), other / n)
        for gap in gaps for (value, hits, n), other in zip(gap.cells, gap.others, strict=True)
    )  # fmt: skip
    note = "; ".join(
        f"{redact(gap.column)}: gap {gap.synthetic:.3f}, after real rows {gap.real:.3f}, "
        f"by chance up to {gap.chance:.3f}"
        for gap in gaps
    )
    return Table("train-on-synthetic-groups", "Accuracy by group", head, rows, note)


def train_findings(
    subject: Subject,
    tables: TwoTables,
    found: "Utility",
    gaps: Sequence[GroupGap],
    scores: Sequence[Measurement],
    limit: float,
) -> Iterator[Finding]:
    """HW-Q064 for all rows, HW-Q065 for groups."""
    gap = found.gap
    if gap.high is not None and gap.high < -limit:
        yield _far_below(subject, tables, found, scores)
    for one in gaps:
        if one.bounds[0] > one.chance and one.added.value > limit and (one.added.low or 0) > 0:
            yield _group(subject, tables, found, one, scores)


def _far_below(subject: Subject, tables: TwoTables, found: "Utility", scores: Sequence[Measurement]) -> Finding:
    gap, label = found.gap, redact(found.label)
    synthetic, real, majority = (float(x.mean()) for x in (found.synthetic.right, found.real.right, found.majority))
    lost = np.flatnonzero((found.synthetic.right == 0) & (found.real.right == 1))
    nothing = " That is no more than the commonest label alone gives." if synthetic <= majority else ""
    wrong = np.bincount(found.truth[lost], minlength=len(found.names))
    kind = redact(found.names[int(wrong.argmax())])
    return Finding(
        "HW-Q064",
        "high" if gap.value < -FAR or synthetic <= majority else "medium",
        f"What is learnt about {label} from the synthetic rows is worth less than what real rows teach",
        f"Trees that learnt from {found.trained[0]:,} synthetic rows are right on {synthetic:.1%} of the real rows, "
        f"those that learnt from {found.trained[1]:,} real ones on {real:.1%} ({gap.value:+.1%}, {gap.low:+.1%} to "
        f"{gap.high:+.1%}); the commonest label alone on {majority:.1%}.{nothing} {wrong.max():,} of the "
        f"{len(lost):,} rows that are lost have the label {kind!r}. Another learner may lose more or less.",
        f"Do not replace real rows by these for predicting {label}. Look at the pairs of columns with {label} "
        "(pairwise-fidelity), make the model conditional on it, train for longer, and draw as many rows as there are "
        "for training.",
        tuple(score for score in scores if isinstance(score, Score) and "group" not in score.slice),
        made_examples(subject, list(range(min(EXAMPLES, tables.m))), "one of the rows that were learnt from"),
        tuple(tables.ids[found.rows[place]] for place in lost[:DOCUMENTS]),
    )


def _group(
    subject: Subject, tables: TwoTables, found: "Utility", gap: GroupGap, scores: Sequence[Measurement]
) -> Finding:
    value, hits, rows = gap.cells[gap.worst]
    where = {"group": redact(gap.column)}
    column = tables.column(gap.column)
    assert column is not None
    code = column.labels.index(value)
    lost = np.flatnonzero((found.synthetic.right == 0) & (column.whole[found.rows] == code))
    return Finding(
        "HW-Q065",
        "medium",
        f"After synthetic rows, {redact(gap.column)} {redact(value)!r} is served worse than other groups",
        f"Trees that learnt {redact(found.label)} from the synthetic rows are right on {hits / rows:.1%} of its "
        f"{rows:,} rows; the groups of {redact(gap.column)} lie {gap.synthetic:.1%} apart, {gap.real:.1%} after real "
        f"rows, and up to {gap.chance:.1%} by chance. Against real rows it lost {gap.added.value:.1%} more than the "
        f"group that is served best ({gap.added.low:.1%} to {gap.added.high:.1%}).",
        "Compare the fidelity of the columns within this group (marginal-fidelity with groups); give it more weight in "
        "training, or draw its rows by themselves with sample.where.",
        tuple(score for score in scores if isinstance(score, Score) and score.slice.get("group") == where["group"]),
        made_examples(subject, np.flatnonzero(column.made == code)[:EXAMPLES].tolist(), f"a row of {redact(value)!r}"),
        tuple(tables.ids[found.rows[place]] for place in lost[:DOCUMENTS]),
    )
