"""The findings of the audit label-noise: HW-A090 (rows in doubt), HW-A091 (a gap between groups)."""

from collections.abc import Iterator, Sequence

from ...core import Corpus, Example, Finding, Score
from ..fairness.decision_findings import Compared, is_disparity, strong_groups
from ..privacy import redact
from .label_noise_exhibits import confusions
from .label_noise_scores import gap_score
from .suspects import Suspects, ids_of

# Northcutt, Athalye & Mueller 2021 (arXiv 2103.14749) estimate 3.3 % wrong labels in ten well-known test sets.
USUAL = 0.033
DOCUMENTS, EXAMPLES, EXCERPT, NAMED = 20, 3, 400, 3


def noise_finding(corpus: Corpus, found: Suspects, ids: Sequence[str], score: Score) -> Finding | None:
    """HW-A090, or None where no label is in doubt."""
    if not ids:
        return None
    label = redact(found.label)
    common = confusions(found)[:NAMED]
    pairs = "; ".join(f"{given} for what looks like {likely} ({rows:,})" for given, likely, rows, _ in common)
    return Finding(
        "HW-A090",
        "medium" if score.value >= USUAL else "low",
        f"{len(ids):,} of {len(found.given):,} labels ({label}) are contradicted by a model that did not see the row",
        f"Confident learning estimates that {score.value:.1%} ({score.low or 0:.1%} to {score.high or 0:.1%}) of the "
        f"labels are not the true ones. Most often: {pairs}. The estimate is the model's view: it holds as far as the "
        "labels can be told from the rest of the row (adjusted balanced accuracy here "
        f"{found.accuracy.value:.2f}), counts rows that are rare but right, and cannot see errors that are made the "
        "same way everywhere. The rows listed have the least likely labels.",
        "Read the rows listed, the first ones first. Correct what is wrong, or ask a second annotator; do not drop "
        "rows unread, for that removes what is rare. Run planted-controls with this label: it says which share of "
        "labels flipped on purpose is found here, and how many right ones are doubted.",
        (score,),
        tuple(_examples(corpus, found, ids, found.ranked)),
        tuple(ids[:DOCUMENTS]),
    )  # fmt: skip


def gap_findings(
    corpus: Corpus, found: Suspects, compared: Sequence[Compared], effect: float, rate: float
) -> Iterator[Finding]:
    """HW-A091 for each column of groups with a gap above chance and a group that differs by ``effect``."""
    for one in compared:
        if is_disparity(one, effect, rate):
            yield _gap_finding(corpus, found, one, effect, rate)


def _gap_finding(corpus: Corpus, found: Suspects, one: Compared, effect: float, rate: float) -> Finding:
    gap = one.gap
    worst = max(strong_groups(one, effect, rate), key=lambda group: (group.rate, group.group))
    member = one.dimension.codes == one.dimension.names.index(gap.most.group)
    rows = [row for row in found.ranked if member[row]][:DOCUMENTS]
    ids = ids_of(corpus, found, rows)
    most, least = (redact(f"{one.dimension.name}: {group.group}") for group in (gap.most, gap.least))
    return Finding(
        "HW-A091",
        "medium" if worst.against and abs(worst.against.effect) >= 0.5 else "low",
        f"Labels are in doubt for {gap.most.rate:.1%} of {most} and {gap.least.rate:.1%} of {least}",
        f"The model contradicts {gap.most.hits:,} of {gap.most.rows:,} labels of {most} and {gap.least.hits:,} of "
        f"{gap.least.rows:,} of {least}. The gap is {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f}); chance alone "
        f"makes one of up to {gap.chance:.3f} (95 %). Either the labels of one group are noisier, or the model tells "
        f"them less well, as it does where a group is small or its labels are more mixed. The rows listed are those "
        f"of {most} with the least likely labels.",
        "Read the rows of both groups and have a sample of each labelled again. Find out who labelled them and how.",
        (gap_score(one),),
        tuple(_examples(corpus, found, ids, rows)),
        tuple(ids),
    )  # fmt: skip


def _examples(corpus: Corpus, found: Suspects, ids: Sequence[str], rows: Sequence[int]) -> Iterator[Example]:
    """The first of the rows in doubt; ``ids`` are those of ``rows``, in their order."""
    documents = corpus.documents(list(ids[:EXAMPLES]))
    for id, row in zip(ids[:EXAMPLES], rows, strict=False):
        text = documents[id].get("table") or documents[id].get("text") or ""
        if text:
            given, likely = found.classes[found.given[row]], found.classes[found.joint.confident[row]]
            note = redact(f"given {given}, likely {likely}")
            yield Example(id, redact(text[: 10 * EXCERPT])[:EXCERPT], note, (), (id,))
