"""Findings of a comparison of audits: who is worse off, what can no longer be told, whether anything changed at all."""

from collections.abc import Iterator, Sequence

from ...core import Example, Finding, Score, StageReport
from .changes import ScoreChange, absent, place_of

NAMED, SCORES, DOCUMENTS = 6, 10, 50


def harm_findings(
    changes: Sequence[ScoreChange], proven: Sequence[ScoreChange], after: StageReport
) -> Iterator[Finding]:
    """HW-A120, HW-A121 and HW-A122, where there is something to say. ``proven`` are the changes beyond noise."""
    worse = [one for one in proven if one.verdict == "worse"]
    better = [one for one in proven if one.verdict == "better"]
    if worse:
        yield _worse(worse, better, after)
    gone = absent(changes)
    if gone:
        yield _gone(gone)
    measured = [one for one in changes if one.difference is not None]
    if measured and not proven:
        yield Finding(
            "HW-A122",
            "low",
            "Mitigation changed no audited number by more than noise",
            f"{len(measured):,} numbers were compared, at a false discovery rate of 5 %. A change of another size or "
            "kind may be there: the corpus is too small to see it, or no audit looks at it.",
            "Check that the steps act on the groups and labels that the audits look at.",
        )


def _worse(worse: Sequence[ScoreChange], better: Sequence[ScoreChange], after: StageReport) -> Finding:
    ranked = sorted(worse, key=lambda one: one.p or 0.0)
    others = f" {len(better):,} became better: {_named(better)}." if better else ""
    documents = _documents(ranked, after)
    return Finding(
        "HW-A120",
        "high" if better else "medium",
        (
            "One group's fix is another's harm: "
            if better
            else "Mitigation made numbers worse: "
        )
        + f"{len(worse):,} of the audited numbers became worse by more than noise",
        f"Worse: {_named(ranked)}.{others} Each by more than its 95 % interval, at a false discovery rate of 5 % over "
        "all compared numbers. What no audit measures may have become worse too. The documents listed are those behind "
        "the audit's findings on the corpus after mitigation, where it made one of these numbers.",
        "Name the groups that lost in the mitigation step too (their intersection with the others), choose a milder "
        "setting, or another step: reweigh takes nothing away. If you accept the harm, write down to whom and why.",
        tuple(one.after for one in ranked[:SCORES] if isinstance(one.after, Score)),
        _examples(ranked, after),
        documents,
    )  # fmt: skip


def _gone(gone: Sequence[ScoreChange]) -> Finding:
    return Finding(
        "HW-A121",
        "medium",
        f"{len(gone):,} audited numbers can no longer be measured",
        f"Before: {_named(gone)}. {gone[0].reason[:200]}. A group that has become too small to measure is not a group "
        "that is well off.",
        "Keep more documents of these groups, or say that nothing is known of them in this corpus.",
        tuple(one.before for one in gone[:SCORES] if isinstance(one.before, Score)),
    )


def _named(changes: Sequence[ScoreChange]) -> str:
    shown = "; ".join(_line(one) for one in changes[:NAMED])
    return shown + (f"; and {len(changes) - NAMED:,} more" if len(changes) > NAMED else "")


def _line(one: ScoreChange) -> str:
    name = f"{one.metric.replace('-', ' ')} ({place_of(one.slice) or 'all'})"
    if not isinstance(one.before, Score):
        return name
    if not isinstance(one.after, Score):
        return f"{name} was {one.before.value:.3g}"
    return f"{name} {one.before.value:.3g} to {one.after.value:.3g}"


def _documents(worse: Sequence[ScoreChange], after: StageReport) -> tuple[str, ...]:
    ids = [name for finding in _of(worse, after) for name in finding.document_ids]
    return tuple(dict.fromkeys(ids))[:DOCUMENTS]


def _examples(worse: Sequence[ScoreChange], after: StageReport) -> tuple[Example, ...]:
    return tuple(example for finding in _of(worse, after) for example in finding.examples)[:3]


def _of(worse: Sequence[ScoreChange], after: StageReport) -> list[Finding]:
    """The findings of the audit on one of these numbers, or on the gap that a group's distance is a part of."""
    places = [set(one.slice.items()) for one in worse]
    return [
        finding
        for finding in after.findings
        if any(score.slice and set(score.slice.items()) <= place for score in finding.scores for place in places)
    ]
