"""What a person should know about a run of the curator, and do."""

from collections import Counter
from collections.abc import Iterator

from ..core import UNKNOWN, Finding, Score, Severity, wilson
from .counts import RunCounts, StepCounts

LARGE_CLUSTER = 100
MUCH = 0.5
_SHOWN = 20


def curation_findings(counts: RunCounts) -> tuple[Finding, ...]:
    """Findings HW-C001 to HW-C005 and HW-C020, those that hold."""
    return (
        *_unreadable(counts),
        *_much_removed(counts),
        *_unknown_licences(counts),
        *_failed(counts),
        *_large_clusters(counts),
        *_reappeared(counts),
    )


def unknown_licences(counts: RunCounts) -> Score | None:
    """The share of the corpus whose licence is unknown; None for an empty corpus."""
    kept = counts.kept_by["licence"]
    if not kept.total():
        return None
    low, high = wilson(kept[UNKNOWN], kept.total())
    return Score(
        metric="unknown-licence-share",
        value=kept[UNKNOWN] / kept.total(),
        n=kept.total(),
        unit="share of documents",
        method="unknown-licence-share/1 documents in the corpus whose licence column is unknown or missing",
        low=low,
        high=high,
        interval="Wilson",
        direction="lower",
    )


def _unreadable(counts: RunCounts) -> Iterator[Finding]:
    if not counts.rejected:
        return
    rules = Counter({rule: number for (step, rule, _), number in counts.rules.items() if step == 0})
    share = counts.rejected / counts.documents_in
    severity: Severity = "high" if share > 0.1 else "medium" if share > 0.01 else "low"
    yield Finding(
        "HW-C001",
        severity,
        f"{counts.rejected:,} rows of the source could not be read",
        f"They are {share:.2%} of all rows. By rule: {_listed(rules)}.",
        "Look at the rows of step 'read' in removed/: the locator names file and line. Mend the source or its options.",
        document_ids=_ids(counts, "read"),
    )


def _much_removed(counts: RunCounts) -> Iterator[Finding]:
    for step in counts.steps[1:]:
        if step.name != "sample" and step.documents_in and step.taken_out > MUCH * step.documents_in:
            yield Finding(
                "HW-C002",
                "medium",
                f"Step {step.name} took out {step.taken_out:,} of {step.documents_in:,} documents",
                f"More than half of what reached the step is gone. By rule: {_listed(_rules(counts, step))}. "
                "A filter that hits most of a corpus is often set for another kind of text.",
                "Read the examples of the step, and its calibration table where it has one; then choose other limits, "
                "or confirm that the removal is meant.",
                document_ids=_ids(counts, step.name),
            )


def _unknown_licences(counts: RunCounts) -> Iterator[Finding]:
    score = unknown_licences(counts)
    if score is None or not score.value:
        return
    yield Finding(
        "HW-C003",
        "medium" if score.value > 0.05 else "low",
        f"The licence of {counts.kept_by['licence'][UNKNOWN]:,} documents in the corpus is unknown",
        f"They are {score.value:.2%} of the corpus (95 % interval {score.low:.2%} to {score.high:.2%}). Whether a "
        "model may be trained on them, and what is owed in return, cannot be told.",
        "Have the source state licences (option 'fields' or 'declared'), or add the step 'licence' with unknown: "
        "quarantine.",
        scores=(score,),
    )


def _failed(counts: RunCounts) -> Iterator[Finding]:
    for step in counts.steps[1:]:
        kinds = Counter({kind: number for (place, kind), number in counts.failures.items() if place == step.number})
        if kinds:
            yield Finding(
                "HW-C004",
                "high",
                f"Step {step.name} failed on {kinds.total():,} documents",
                f"They are quarantined and not lost. Exceptions: {_listed(kinds)}.",
                "Report the fault to the author of the step, or take the step out; the documents stand in removed/ "
                "with the rule step-failed.",
                document_ids=_ids(counts, step.name, "step-failed"),
            )


def _large_clusters(counts: RunCounts) -> Iterator[Finding]:
    for number, found in sorted(counts.clusters.items()):
        large = {name: size + 1 for name, size in found.items() if size + 1 > LARGE_CLUSTER}
        if large:
            names = sorted(large, key=lambda name: (-large[name], name))
            yield Finding(
                "HW-C005",
                "low",
                f"{len(large):,} documents stood in the source more than {LARGE_CLUSTER} times each",
                f"The largest cluster of step {counts.steps[number].name} has {large[names[0]]:,} documents. Such "
                "clusters are boilerplate, templates, or a chain of documents that merely resemble their neighbours.",
                "Read the documents that stayed and a few of their copies; raise the threshold where they are "
                "different texts.",
                document_ids=tuple(names[:_SHOWN]),
            )


def _reappeared(counts: RunCounts) -> Iterator[Finding]:
    for step in counts.steps[1:]:
        if step.name == "erased" and step.taken_out:
            yield Finding(
                "HW-C020",
                "high",
                f"{step.taken_out:,} erased documents came back in the source, and were taken out again",
                f"By rule of the erasure list: {_listed(_rules(counts, step))}. The corpus of this run does not "
                "hold them, but whoever reads the source elsewhere gets them.",
                "Erase them in the source; the locators in removed/ say where they stand. Near copies and documents "
                "that hold a string can be others than the ones erased: read the decisions.",
                document_ids=_ids(counts, "erased"),
            )


def _rules(counts: RunCounts, step: StepCounts) -> Counter[str]:
    found: Counter[str] = Counter()
    for (number, rule, action), documents in counts.rules.items():
        if number == step.number and action not in ("edited", "added"):
            found[rule] += documents
    return found


def _listed(found: Counter[str]) -> str:
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f" and {len(ranked) - 5} more" if len(ranked) > 5 else ""
    return ", ".join(f"{name} {number:,}" for name, number in ranked[:5]) + more


def _ids(counts: RunCounts, step: str, rule: str | None = None) -> tuple[str, ...]:
    """The example documents of a step (and rule)."""
    found = [
        example.id
        for (name, broken), examples in sorted(counts.examples.items())
        if name == step and rule in (None, broken)
        for example in examples
    ]
    return tuple(found[:_SHOWN])
