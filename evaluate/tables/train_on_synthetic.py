"""What a classifier learns from synthetic rows, tested on real ones, beside what it learns from real rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import IncompleteError, Measurement, NotMeasured, Score, did_you_mean
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, auc, clopper_pearson, mcnemar, paired_auc
from .distances import Bools, Ints
from .features import as_features, trees
from .group_gaps import GroupGap, group_gaps
from .paired_column import MISSING, PairedColumn
from .table_items import area_items, distinct
from .train_exhibits import train_exhibits, train_findings
from .two_tables import TwoTables, group_columns, two_tables

METRIC = "train-on-synthetic"
NAMED = ("label", "target", "class")
"""A column of one of these names is a label by its name."""
CLASSES, FOLDS, LEAST, DIGITS = 50, 5, 30, 6
SYNTHETIC, REAL, MAJORITY = "synthetic rows", "real rows", "nothing: the commonest label"
DIFFERENCE = {"difference": "synthetic minus real"}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tested:
    """Predictions for test rows (rows,): classes, and of two classes the scores of the second."""

    right: Floats
    scores: Floats | None


@dataclass(frozen=True)
class Utility:
    """Everything about one label. ``truth`` (test rows,) are codes of ``names``."""

    label: str
    names: tuple[str, ...]
    rows: Ints
    truth: Ints
    synthetic: Tested
    real: Tested
    majority: Floats
    trained: tuple[int, int]
    how: str

    @property
    def gap(self) -> Estimate:
        """Accuracy after synthetic minus after real rows, on the same test rows."""
        return mcnemar(self.synthetic.right, self.real.right).difference


@METRICS.register(
    METRIC,
    source="Esteban, Hyland & Rätsch 2017 (arXiv 1706.02633), section 4.2; McNemar 1947; DeLong et al. 1988",
    unit="share of test rows",
    range="[0, 1]",
    needs="rows",
    protocol="accuracy, and of two classes the area under the ROC curve, on all real reference rows with a label, of "
    "gradient-boosted trees trained on all synthetic rows; the same trees on as many real rows beside it",
    pitfalls="A generator that copies its training rows teaches as well as these do. Accuracy near that of the "
    "commonest label says little: look at the area and the difference to real rows.",
)
def measure_train_on_synthetic(
    subject: Subject,
    label: str | None = None,
    groups: Sequence[str] | None = None,
    minimum: int = 50,
    limit: float = 0.02,
) -> Outcome:
    """Accuracy on real rows of trees that learnt a label from synthetic rows, beside those that learnt from real ones.

    ``label`` is the column to predict (None: the column that the model was conditioned on, or one called label, target
    or class). ``groups`` are columns whose values tell groups (None: those that the corpus declares), with ``minimum``
    test rows each. Finding HW-Q064 where the accuracy is more than ``limit`` below that of real rows, with its whole
    interval; HW-Q065 where the accuracies of groups lie further apart than chance, and than after real rows.
    """
    tables = two_tables(subject)
    name = label if label is not None else guessed_label(subject, tables)
    if name is None:
        reason = (
            "no column is known to be a label; name it: evaluate: {metrics: [{train-on-synthetic: {label: COLUMN}}]}"
        )
        return Outcome((NotMeasured(METRIC, reason),))
    found = utility(tables, _label(tables, name), subject.seed)
    gaps = [
        gap
        for column in group_columns(subject, groups)
        for gap in group_gaps(tables, column, minimum, found.rows, found.synthetic.right, found.real.right, METRIC,
                              subject.seed)
    ]  # fmt: skip
    scores = [*_scores(tables, found), *_group_scores(tables, found, gaps)]
    told = [gap for gap in gaps if isinstance(gap, GroupGap)]
    items = (*_items(tables, found, scores), *_group_items(tables, found, told))
    findings = train_findings(subject, tables, found, told, scores, limit)
    return Outcome(tuple(scores), tuple(findings), tuple(train_exhibits(found, told)), items)


def guessed_label(subject: Subject, tables: TwoTables) -> str | None:
    """The column that the model was conditioned on, or the one that is called label, target or class."""
    run = subject.checkpoint.run if subject.checkpoint else {}
    conditional = ((run.get("recipe") or {}).get("options") or {}).get("conditional")
    if conditional and tables.column(str(conditional)):
        return str(conditional)
    called = [column.name for column in tables.columns if column.name.casefold() in NAMED]
    return called[0] if len(called) == 1 else None


def _label(tables: TwoTables, name: str) -> PairedColumn:
    column = tables.column(name)
    if column is None:
        known = [one.name for one in tables.columns]
        reason = tables.left_out.get(name, "there is no such column")
        raise IncompleteError(f"label {redact(name)!r}: {reason}; {did_you_mean(name, known)}give another label")
    used = [code for code in np.unique(column.whole) if column.labels[code] != MISSING]
    if len(used) > CLASSES:
        raise IncompleteError(
            f"label {redact(name)!r} has {len(used):,} values, more than {CLASSES} classes; name a column of few values"
        )
    return column


def utility(tables: TwoTables, label: PairedColumn, seed: int) -> Utility:
    """Train on synthetic and on real rows, test both on the reference; raises :class:`IncompleteError`."""
    missing = label.labels.index(MISSING) if MISSING in label.labels else -1
    rows = tables.rows[label.whole[tables.rows] != missing]
    made = np.flatnonzero(label.made != missing)
    truth = label.whole[rows]
    if min(len(rows), len(made)) < LEAST:
        raise IncompleteError(f"{len(rows):,} real and {len(made):,} synthetic rows have a label; {LEAST} are needed")
    if len(np.unique(truth)) < 2:
        raise IncompleteError(f"all real rows have one label, {redact(label.labels[truth[0]])!r}: nothing to predict")
    features = [column for column in tables.columns if column is not label]
    if not features:
        raise IncompleteError("there is no column beside the label to predict it from")
    whole = np.arange(len(tables.ids))
    sides = [[column.whole[whole] for column in features], [column.made for column in features]]
    (real, synthetic), kinds = as_features(features, sides)
    pair = _two_classes(label, missing, truth)
    order = np.argsort(tables.hashes[1][made], kind="stable")
    learnt = _tested(synthetic[made[order]], label.made[made[order]], real[rows], truth, kinds, pair, seed)
    reference, majority, size, how = _real(tables, label, missing, real, rows, truth, len(made), kinds, pair, seed)
    return Utility(label.name, label.labels, rows, truth, learnt, reference, majority, (len(made), size), how)


def _two_classes(label: PairedColumn, missing: int, truth: Ints) -> int | None:
    """The rarer of two classes, the later one of equals; None where there are more."""
    codes, counts = np.unique(truth, return_counts=True)
    known = [code for code in np.unique(label.whole) if code != missing]
    return None if len(known) != 2 or len(codes) != 2 else int(codes[1] if counts[1] <= counts[0] else codes[0])


def _real(
    tables: TwoTables, label: PairedColumn, missing: int, real: Floats, rows: Ints, truth: Ints, made: int,
    kinds: Bools, pair: int | None, seed: int,
) -> tuple[Tested, Floats, int, str]:  # fmt: skip
    """Trained on rows that the model learnt from; where these are unknown, on the other folds of the reference."""
    numbers = _content(tables)
    if tables.trained is not None and not set(tables.trained.tolist()) & set(rows.tolist()):
        train = tables.trained[label.whole[tables.trained] != missing]
        train = train[np.argsort(numbers[train], kind="stable")][:made]
        if len(train) < LEAST:
            raise IncompleteError(f"{len(train):,} training rows have a label; {LEAST} are needed")
        found = _tested(real[train], label.whole[train], real[rows], truth, kinds, pair, seed)
        return found, _commonest(label.whole[train], truth), len(train), "training rows"
    right, scores, majority = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    fold = _folds(numbers[rows])
    used = 0
    for number in np.unique(fold):
        unseen, seen = fold == number, np.flatnonzero(fold != number)
        seen = seen[np.argsort(numbers[rows[seen]], kind="stable")][:made]
        used = max(used, len(seen))
        part = _tested(real[rows[seen]], truth[seen], real[rows[unseen]], truth[unseen], kinds, pair, seed)
        right[unseen], majority[unseen] = part.right, _commonest(truth[seen], truth[unseen])
        scores[unseen] = 0 if part.scores is None else part.scores
    return Tested(right, scores if pair is not None else None), majority, used, f"the other of {FOLDS} folds"


def _content(tables: TwoTables) -> NDArray[np.uint64]:
    from .paired_column import row_hashes

    return row_hashes([column.whole for column in tables.columns], len(tables.ids))


def _folds(numbers: NDArray[np.uint64]) -> Ints:
    """Equal rows in one fold, by their content."""
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(counts) - counts) * FOLDS // len(numbers))[place], np.int64)


def _commonest(seen: Ints, truth: Ints) -> Floats:
    return np.asarray(truth == np.bincount(seen).argmax(), np.float64)


def _tested(x: Floats, y: Ints, unseen: Floats, truth: Ints, kinds: Bools, pair: int | None, seed: int) -> Tested:
    """Trees trained on ``x``, ``y``; of one label alone nothing is learnt but that label."""
    classes = np.unique(y)
    if len(classes) == 1:
        scores = None if pair is None else np.zeros(len(unseen))
        return Tested(np.asarray(truth == classes[0], np.float64), scores)
    kept = [column for column in range(x.shape[1]) if len(np.unique(x[:, column])) > 1] or [0]
    model = trees(kinds[kept], seed).fit(x[:, kept], y)
    found = np.round(model.predict_proba(unseen[:, kept]), DIGITS)
    right = np.asarray(model.classes_[found.argmax(1)] == truth, np.float64)
    if pair is None:
        return Tested(right, None)
    place = np.flatnonzero(model.classes_ == pair)
    return Tested(right, found[:, place[0]] if len(place) else np.zeros(len(unseen)))


def _method(tables: TwoTables, found: Utility) -> str:
    return (
        f"train-on-synthetic/1 gradient-boosted trees (100 of 31 leaves), label {redact(found.label)}, "
        f"{tables.m:,} synthetic rows, tested on {tables.reference}; real: {found.trained[1]:,} of {found.how}"
    )


def _scores(tables: TwoTables, found: Utility) -> Iterator[Measurement]:
    method, n = _method(tables, found), len(found.truth)
    sides = ((SYNTHETIC, found.synthetic.right), (REAL, found.real.right), (MAJORITY, found.majority))
    for side, right in sides:
        where = {} if side == SYNTHETIC else {"trained on": side}
        hits = int(right.sum())
        low, high = clopper_pearson(hits, n)
        yield Score(METRIC, hits / n, n, "share of test rows", method, low, high, direction="higher", slice=where)
    gap = found.gap
    yield Score(METRIC, gap.value, n, "share of test rows", method, direction="higher",
                slice=DIFFERENCE, **gap.bounds())  # fmt: skip
    yield from _areas(method, found)


def _areas(method: str, found: Utility) -> Iterator[Measurement]:
    if found.synthetic.scores is None or found.real.scores is None:
        return
    rarer = _rarer_class(found)
    sides = {side: (one[rarer], one[~rarer]) for side, one in
             ((SYNTHETIC, found.synthetic.scores), (REAL, found.real.scores))}  # fmt: skip
    n = int(min(rarer.sum(), (~rarer).sum()))
    for side, (positive, negative) in sides.items():
        area = auc(positive, negative)
        yield Score(METRIC, area.value, n, "area under the ROC curve", method, direction="higher",
                    slice={"measure": "area", "trained on": side}, **area.bounds())  # fmt: skip
    gap, _ = paired_auc(sides[SYNTHETIC], sides[REAL])
    yield Score(METRIC, gap.value, n, "area under the ROC curve", method, direction="higher",
                slice={"measure": "area", **DIFFERENCE}, **gap.bounds())  # fmt: skip


def _rarer_class(found: Utility) -> Bools:
    """The test rows of the rarer of two classes, of equals the later one."""
    codes, counts = np.unique(found.truth, return_counts=True)
    return np.asarray(found.truth == codes[1 if len(codes) > 1 and counts[1] <= counts[0] else 0])


def _group_scores(tables: TwoTables, found: Utility, gaps: Sequence[GroupGap | NotMeasured]) -> Iterator[Measurement]:
    method = _method(tables, found)
    for gap in gaps:
        if isinstance(gap, NotMeasured):
            yield gap
            continue
        for value, hits, rows in gap.cells:
            low, high = clopper_pearson(hits, rows)
            yield Score(METRIC, hits / rows, rows, "share of test rows", method, low, high, direction="higher",
                        slice={"group": redact(gap.column), "value": redact(value)})  # fmt: skip
        yield Score(METRIC, gap.synthetic, gap.rows, "share of test rows",
                    f"{method}; largest minus smallest accuracy of groups", *gap.bounds, direction="lower",
                    interval="Newcombe, of the two groups that lie furthest apart",
                    slice={"group": redact(gap.column), "measure": "gap"})  # fmt: skip


def _items(tables: TwoTables, found: Utility, scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    """The test rows behind accuracy, its difference to real rows, each group and the area; the yardsticks have none."""
    ids = distinct([tables.ids[row] for row in found.rows])
    rarer = _rarer_class(found)
    for score in scores:
        if not isinstance(score, Score) or "gap" in score.slice.values():
            continue
        where = dict(score.slice)
        if where == {}:
            yield ItemValues.of_means(METRIC, score.method, where, ids, found.synthetic.right)
        elif (
            where.get("measure") == "area"
            and where.get("trained on") == SYNTHETIC
            and found.synthetic.scores is not None
        ):
            x, names = found.synthetic.scores, np.array(ids, object)
            yield area_items(score, x[rarer], x[~rarer], names[rarer].tolist(), names[~rarer].tolist())
        elif where == DIFFERENCE:
            yield ItemValues.of_means(METRIC, score.method, where, ids, found.synthetic.right - found.real.right)


def _group_items(tables: TwoTables, found: Utility, gaps: Sequence[GroupGap]) -> Iterator[ItemValues]:
    names = distinct([tables.ids[row] for row in found.rows])
    for gap in gaps:
        column = tables.column(gap.column)
        assert column is not None
        labels = np.array(column.labels, object)[column.whole[found.rows]]
        for value, _, rows in gap.cells:
            inside = np.flatnonzero(labels == value)
            if len(inside) == rows:  # else two values look alike
                ids = [names[k] for k in inside]
                where = {"group": redact(gap.column), "value": redact(value)}
                yield ItemValues.of_means(METRIC, _method(tables, found), where, ids, found.synthetic.right[inside])
