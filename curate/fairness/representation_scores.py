"""The scores of the audit representation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...core import Measurement, NotMeasured, Score
from ..privacy import redact
from .class_balance import ASSOCIATION, RATIO, Classes
from .distances import Distances, Estimate
from .group_cells import cell_name
from .group_shares import Compared, GroupShare
from .parts import METRIC as DRIFT
from .parts import Drift

if TYPE_CHECKING:
    from .representation import Represented

CELLS = 200
QUANTILE = "a quantile of draws, not an estimate"
EXACT = "half the sum of absolute differences; the largest error of the estimated shares over draws"


def representation_scores(measured: "Represented") -> Iterator[Measurement]:
    """Shares, evenness, distances, drifts and classes."""
    for one in measured.compared:
        place = {"dimension": redact(one.grouped.name)}
        yield from _balance(measured, one, place)
        if one.distances:
            yield from _distances(one.distances, place)
        for share in one.shares[:CELLS]:
            yield share_score(one, share)
            if share.ratio is not None:
                yield ratio_score(one, share)
    for drift in measured.drifts:
        yield drift_score(drift)
        yield _chance(DRIFT, drift.distances.variation, drift.distances.rows, drift_place(drift), "shuffles")
    if measured.classes:
        yield from _classes(measured.classes)


def share_score(one: Compared, share: GroupShare) -> Score:
    """The share of a group."""
    return Score(
        "representation-share", share.share, share.of, "share of rows",
        "representation-share/1 rows of the group over rows with a value (and a reference, where one is declared); "
        "Wilson", share.low, share.high, slice=_group(one, share),
    )  # fmt: skip


def ratio_score(one: Compared, share: GroupShare) -> Score:
    """The share of a group over that of the reference."""
    assert share.ratio is not None
    return Score(
        "representation-ratio", share.ratio[0], share.of, "share over that of the reference",
        "representation-ratio/1 Wilson's interval over the share of the reference, which is taken as exact",
        share.ratio[1], share.ratio[2], slice=_group(one, share),
    )  # fmt: skip


def drift_score(drift: Drift) -> Score:
    """Total variation between a part and all others."""
    found = drift.distances
    return Score(
        DRIFT, found.variation.value, found.rows, "total variation distance", f"representation-drift/1 {EXACT}",
        found.variation.low, found.variation.high, direction="lower", slice=drift_place(drift),
    )  # fmt: skip


def drift_place(drift: Drift) -> dict[str, str]:
    """Dimension, column of the parts and part."""
    return {"dimension": redact(drift.grouped.name), "parts": redact(drift.column), "part": redact(drift.part)}


def imbalance_score(classes: Classes) -> Score:
    """Rows of the largest class over those of the smallest."""
    ratio = classes.ratio
    return Score(
        RATIO, ratio.value, classes.balance.rows, "largest class over smallest",
        "class-imbalance/1 of the classes with a row; interval on the logarithm, of these two classes",
        ratio.low, ratio.high, direction="lower", slice={"of": redact(classes.grouped.name)},
    )  # fmt: skip


def association_scores(classes: Classes) -> list[Score]:
    """Cramér's V of each dimension with the classes."""
    return [
        Score(
            ASSOCIATION, one.strength.value, int(one.table.sum()), "Cramér's V",
            "cramers-v/1 bias-corrected; noncentral chi-squared and basic bootstrap, the wider of both on each side",
            one.strength.low, one.strength.high, direction="lower",
            slice={"dimension": redact(one.grouped.name), "of": redact(classes.grouped.name)},
        )
        for one in classes.associations
    ]  # fmt: skip


def _group(one: Compared, share: GroupShare) -> dict[str, str]:
    return {"dimension": redact(one.grouped.name), "group": redact(cell_name(share.cell))}


def _balance(measured: "Represented", one: Compared, place: dict[str, str]) -> Iterator[Measurement]:
    found = measured.balances[one.grouped.name]
    if found.evenness is None:
        yield NotMeasured("representation-evenness", "every row with a value is of one group", place)
    else:
        yield Score(
            "representation-evenness", found.evenness[0], found.rows, "share of the maximum entropy",
            "representation-evenness/1 over the groups that have a row; basic bootstrap",
            found.evenness[1], found.evenness[2], slice=place,
        )  # fmt: skip


def _distances(found: Distances, place: dict[str, str]) -> Iterator[Measurement]:
    name = "representation-total-variation"
    yield Score(
        name, found.variation.value, found.rows, "total variation distance", f"representation-distance/1 {EXACT}",
        found.variation.low, found.variation.high, direction="lower", slice=place,
    )  # fmt: skip
    yield _chance(name, found.variation, found.rows, place, "samples from the reference")
    yield Score(
        "representation-jensen-shannon", found.shannon.value, found.rows, "Jensen-Shannon distance",
        "representation-distance/1 root of the divergence in bits; the largest error of the estimated shares",
        found.shannon.low, found.shannon.high, direction="lower", slice=place,
    )  # fmt: skip
    if found.leibler is None:
        reason = "infinite: a group with rows has a share of 0 in the reference"
        yield NotMeasured("representation-kullback-leibler", reason, place)
    else:
        yield Score(
            "representation-kullback-leibler", found.leibler.value, found.rows, "bits",
            "representation-distance/1 of the corpus from the reference; noncentral chi-squared and basic bootstrap",
            found.leibler.low, found.leibler.high, direction="lower", slice=place,
        )  # fmt: skip


def _classes(classes: Classes) -> Iterator[Measurement]:
    place = {"of": redact(classes.grouped.name)}
    yield imbalance_score(classes)
    yield _chance(RATIO, classes.ratio, classes.balance.rows, place, "samples of equal classes")
    value, low, high = classes.balance.effective
    yield Score(
        "effective-classes", value, classes.balance.rows, "classes",
        "effective-classes/1 exponential of the entropy; basic bootstrap", low, high, direction="higher", slice=place,
    )  # fmt: skip
    for score, one in zip(association_scores(classes), classes.associations, strict=True):
        yield score
        yield _chance(ASSOCIATION, one.strength, score.n, dict(score.slice), "samples of independent columns")


def _chance(name: str, found: Estimate, rows: int, place: dict[str, str], of: str) -> Score:
    return Score(
        f"{name}-by-chance", found.chance, rows, "95 % quantile", f"chance/1 95 % quantile over {of}",
        interval=QUANTILE, slice=place,
    )  # fmt: skip
