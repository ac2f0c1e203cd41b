"""The findings of the audit decisions: HW-A080 (labels), HW-A081 (predictions), HW-A082 (errors), HW-A084 (gaps)."""

from dataclasses import dataclass

import numpy as np

from ...core import Corpus, Example, Finding, Score, Severity
from ..privacy import redact
from .decision_measures import Dimension, Measure
from .group_rates import Gap, GroupRate

DOCUMENTS, EXAMPLES, OTHERS = 20, 3, 6
EXCERPT = 400
FOUR_FIFTHS, MEDIUM, LARGE = 0.8, 0.5, 0.8
CODES = {"base-rate": "HW-A080", "selection-rate": "HW-A081", "missing-rate": "HW-A084"}
MEANING = {
    "HW-A080": "A model that learns this label learns the difference; it may be a fact of the world, of who was asked "
    "or of who labelled, and the numbers cannot tell which.",
    "HW-A081": "The decisions favour one group, whatever the reason.",
    "HW-A082": "The decisions are wrong in different ways for different groups.",
    "HW-A084": "Rows with a missing value are often dropped or filled in, and that hits one group more than others.",
}
ADVICE = {
    "HW-A080": "Find out how the label came about for these groups. Where the difference must not be learned, reweigh "
    "or resample by group and label, and compare the errors of a model before and after.",
    "HW-A081": "Compare with the base rate of the label, and look at the errors by group. Change the data or the "
    "threshold where the difference has no ground, and state it where it has one.",
    "HW-A082": "Read the rows. Collect more rows of the group, or check its labels: noise in labels shows as errors. "
    "Tell users of the model which group it serves worse.",
    "HW-A084": "Find out why the value is missing. Do not drop the rows without comparing the groups before and after; "
    "fill in by group, or keep that it is missing as a value of its own.",
}


@dataclass(frozen=True)
class Compared:
    """A measure over the groups of a dimension. ``q``: of its gap, over all gaps."""

    measure: Measure
    dimension: Dimension
    gap: Gap
    q: float = 1.0


def is_disparity(one: Compared, effect: float, rate: float) -> bool:
    """Effect before significance: a group with Cohen's h of ``effect``, a gap above chance, then both q values."""
    return one.gap.value > one.gap.chance and one.q <= rate and bool(strong_groups(one, effect, rate))


def strong_groups(one: Compared, effect: float, rate: float) -> list[GroupRate]:
    """Groups that differ from all other rows, the largest effect first, at equal effect the disadvantaged first."""
    found = [
        group
        for group in one.gap.rates
        if group.against and abs(group.against.effect) >= effect and (group.against.q or 0.0) <= rate
    ]
    return sorted(
        found, key=lambda group: (-round(_size(group), 9), not _disadvantaged(one.measure, group), group.group)
    )


def finding(corpus: Corpus, one: Compared, effect: float, rate: float, score: Score) -> Finding:
    """What the gap means, with the rows of the most different group that make it."""
    strong = strong_groups(one, effect, rate)
    worst, gap = strong[0], one.gap
    assert worst.against is not None
    code = CODES.get(one.measure.name, "HW-A082")
    ids, why = carriers(corpus, one, worst)
    ratio = f", ratio {gap.ratio[0]:.2f}" if gap.ratio else ""
    return Finding(
        code,
        _severity(one, worst),
        f"{_name(one)} is {gap.least.rate:.3f} for {_who(one, gap.least)} and {gap.most.rate:.3f} for "
        f"{_who(one, gap.most)}",
        f"Share of {one.measure.meaning}: {_shown(gap.least)} of {_who(one, gap.least)}, {_shown(gap.most)} of "
        f"{_who(one, gap.most)}. The gap is {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f}){ratio}; chance alone "
        f"makes one of up to {gap.chance:.3f} (95 %). Most different from all other rows: {_who(one, worst)}, "
        f"{worst.against.difference[0]:+.3f}, Cohen's h {worst.against.effect:.2f}, false discovery rate "
        f"{_q(worst)}. {_others(one, strong[1:])}{MEANING[code]} The rows listed: {why}.",
        ADVICE[code],
        (score,),
        tuple(_examples(corpus, ids[:EXAMPLES], why)),
        tuple(ids),
    )  # fmt: skip


def carriers(corpus: Corpus, one: Compared, group: GroupRate) -> tuple[list[str], str]:
    """Ids of rows of a group whose outcome makes its rate differ, in the order of their ids, and what they are.

    Each of them contributes the same to the rate, 1 / rows of the group, so that no other order ranks them.
    """
    assert group.against is not None
    hits = group.against.difference[0] > 0
    member = one.dimension.codes == one.dimension.names.index(group.group)
    rows = np.flatnonzero(one.measure.counts & member & (one.measure.hits == hits))
    ids = corpus.column("id").take(rows).to_pylist()
    which = "among" if hits else "not among"
    return sorted(ids)[:DOCUMENTS], f"{_who(one, group)}, {which} the {one.measure.meaning}"


def _examples(corpus: Corpus, ids: list[str], why: str) -> list[Example]:
    documents = corpus.documents(ids)
    found = []
    for id in ids:
        text = documents[id].get("table") or documents[id].get("text") or ""
        if text:
            found.append(Example(id, redact(text[: 10 * EXCERPT])[:EXCERPT], why, (), (id,)))
    return found


def _size(group: GroupRate) -> float:
    return abs(group.against.effect) if group.against else 0.0


def _disadvantaged(measure: Measure, group: GroupRate) -> bool:
    return group.against is not None and (group.against.difference[0] > 0) == measure.bad_when_high


def _severity(one: Compared, worst: GroupRate) -> Severity:
    if _size(worst) >= LARGE:
        return "high"
    unequal = one.gap.ratio is not None and one.gap.ratio[0] < FOUR_FIFTHS
    return "medium" if _size(worst) >= MEDIUM or unequal else "low"


def _name(one: Compared) -> str:
    return f"The {one.measure.name.replace('-', ' ')} ({one.measure.of})"


def _who(one: Compared, group: GroupRate) -> str:
    return redact(f"{one.dimension.name}: {group.group}")


def _shown(group: GroupRate) -> str:
    return f"{group.rate:.1%} ({group.low:.1%} to {group.high:.1%}; {group.hits:,} of {group.rows:,} rows)"


def _q(group: GroupRate) -> str:
    q = group.against.q if group.against else None
    return "below 1e-300" if not q else f"{q:.2g}"


def _others(one: Compared, strong: list[GroupRate]) -> str:
    if not strong:
        return ""
    named = ", ".join(f"{redact(group.group)} ({group.rate:.3f})" for group in strong[:OTHERS])
    more = f" and {len(strong) - OTHERS} more" if len(strong) > OTHERS else ""
    return f"Also different: {named}{more}. "
