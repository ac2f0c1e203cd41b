"""The findings of the audit annotator-agreement: HW-A092 (low agreement), HW-A093 (a gap between groups)."""

from collections.abc import Iterator, Sequence

from ...core import Corpus, Example, Finding, Measurement, Severity
from ..privacy import redact
from .agreement import Level
from .agreement_chance import AgreementGap, Estimate
from .agreement_exhibits import divided, ids_of_items, labels_of
from .agreement_scores import gap_score
from .ratings import Labelled

# Krippendorff 2004, Content Analysis, chapter 11: rely on 0.8 and more, draw tentative conclusions down to 0.667.
TENTATIVE = 0.667
DOCUMENTS, EXAMPLES, EXCERPT, LARGE = 20, 3, 400, 0.2


def agreement_finding(
    corpus: Corpus, found: Labelled, level: Level, alpha: Estimate, score: Measurement, wanted: float
) -> Finding | None:
    """HW-A092 where alpha is below ``wanted``: high where even its upper bound is below 0.667."""
    if alpha.value >= wanted:
        return None
    ranked = divided(found, level)
    within = _interval(alpha)
    return Finding(
        "HW-A092",
        _severity(alpha),
        f"Annotators agree with an alpha of {alpha.value:.2f}, below {wanted:g}",
        f"Krippendorff's alpha ({level}) over {alpha.items:,} items is {alpha.value:.3f}{within}; 1 is full agreement, "
        f"0 what chance gives. They differ on {len(ranked):,} items. A model cannot be more right than the labels that "
        "it learns and is judged by. Alpha cannot tell carelessness from a question that people answer differently for "
        "good reasons, and it is low where nearly all labels are one and the same. The items listed make most of the "
        "disagreement.",
        "Read the items. Where the instructions leave room, sharpen them and have the items labelled again; where "
        "people differ for good reasons, keep all labels instead of the majority's.",
        (score,),
        *_carriers(corpus, found, [item for item, _ in ranked]),
    )


def gap_finding(
    corpus: Corpus, found: Labelled, level: Level, gap: AgreementGap, q: float, effect: float, rate: float
) -> Finding | None:
    """HW-A093 where the gap is at least ``effect``, above chance, and q is at most ``rate``."""
    if gap.value < effect or gap.value <= gap.chance or q > rate:
        return None
    by_name = dict(gap.groups)
    least, most = by_name[gap.least], by_name[gap.most]
    low, high = redact(f"{gap.name}: {gap.least}"), redact(f"{gap.name}: {gap.most}")
    return Finding(
        "HW-A093",
        "medium" if gap.value >= LARGE else "low",
        f"Annotators agree less on {low} (alpha {least.value:.2f}) than on {high} ({most.value:.2f})"
        if gap.unit == "items"
        else f"Annotators of {low} agree less (alpha {least.value:.2f}) than those of {high} ({most.value:.2f})",
        f"Krippendorff's alpha ({level}) is {least.value:.3f}{_interval(least)} for {low} and "
        f"{most.value:.3f}{_interval(most)} for {high}. The gap is {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f}); "
        f"shuffling the groups over the {gap.unit} makes one of up to {gap.chance:.3f} (95 %), false discovery rate "
        f"{q:.2g}. Labels are noisier for one group, or its items are harder or its labels more one-sided: alpha "
        f"cannot tell which. The items listed make most of the disagreement in {low}.",
        "Read the items of that group. Ask annotators who know it, collect more labels for each of its items, and "
        "report what a model reaches by group.",
        (gap_score(gap),),
        *_carriers(corpus, found, _of_group(found, level, gap)),
    )


def _of_group(found: Labelled, level: Level, gap: AgreementGap) -> list[int]:
    """Items that divide the annotators of the least agreeing group, or that belong to it, the most first."""
    groups = found.groups if gap.unit == "items" else found.annotator_groups
    grouped = next(one for one in groups if one.name == gap.name)
    index = grouped.names.index(gap.least)
    if gap.unit == "items":
        return [item for item, _ in divided(found, level) if grouped.codes[item] == index]
    own = Labelled(found.ratings.of_annotators(grouped.codes == index), found.rows)
    return [item for item, _ in divided(own, level)]


def _carriers(corpus: Corpus, found: Labelled, items: Sequence[int]) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Examples and ids of the first rows of the items, in their order."""
    shown = items[:DOCUMENTS]
    ids = ids_of_items(corpus, found, shown)
    return tuple(_examples(corpus, found, ids[:EXAMPLES], shown)), tuple(ids)


def _examples(corpus: Corpus, found: Labelled, ids: Sequence[str], items: Sequence[int]) -> Iterator[Example]:
    documents = corpus.documents(list(ids))
    for id, item in zip(ids, items, strict=False):
        text = documents[id].get("table") or documents[id].get("text") or ""
        if text:
            note = f"labels: {labels_of(found, item)}"
            yield Example(id, redact(text[: 10 * EXCERPT])[:EXCERPT], note, (), (id,))


def _severity(alpha: Estimate) -> Severity:
    if alpha.value >= TENTATIVE:
        return "low"
    return "high" if alpha.high is not None and alpha.high < TENTATIVE else "medium"


def _interval(found: Estimate) -> str:
    return "" if found.low is None or found.high is None else f" ({found.low:.3f} to {found.high:.3f})"
