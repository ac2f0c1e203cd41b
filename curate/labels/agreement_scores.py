"""The numbers of the audit annotator-agreement."""

from collections.abc import Iterator, Mapping

from ...core import Measurement, NotMeasured, Score
from ..privacy import redact
from .agreement_chance import AgreementGap, Estimate

ALPHA, PAIRS, FLEISS, COHEN = "krippendorff-alpha", "pair-agreement", "fleiss-kappa", "cohen-kappa"
UNIT = "agreement above chance"


def score(metric: str, found: Estimate | None, method: str, place: Mapping[str, str] | None = None) -> Measurement:
    """An estimate as a score, or that it is undefined."""
    if found is None:
        return NotMeasured(metric, "undefined: every label is the same", place or {})
    unit = "share of pairs" if metric == PAIRS else UNIT
    return Score(
        metric, found.value, found.items, unit, method, found.low, found.high, found.why, direction="higher",
        slice=place or {},
    )  # fmt: skip


def gap_score(gap: AgreementGap) -> Score:
    """The gap of alpha between the groups of one column."""
    return Score(
        f"{ALPHA}-difference", gap.value, sum(found.items for _, found in gap.groups), "difference of alphas",
        "alpha-gap/1 largest minus smallest alpha of a group; 95 % bootstrap over the items of both groups",
        gap.low, gap.high, direction="lower", slice=_slice(gap),
    )  # fmt: skip


def gap_scores(gap: AgreementGap, method: str) -> Iterator[Measurement]:
    """The gap, the one of chance, and alpha of each group."""
    yield gap_score(gap)
    yield Score(
        f"{ALPHA}-difference-by-chance", gap.chance, gap_score(gap).n, "difference of alphas",
        f"chance-alpha-gap/1 95 % quantile of the gap over {gap.turns:,} shuffles of the groups over the {gap.unit}",
        interval="a quantile of shuffles, not an estimate", slice=_slice(gap),
    )  # fmt: skip
    for name, found in gap.groups:
        yield score(ALPHA, found, method, {**_slice(gap), "group": redact(name)})


def _slice(gap: AgreementGap) -> dict[str, str]:
    return {"dimension": redact(gap.name), "of": gap.unit}
