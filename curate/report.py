"""The report of the curator: headline numbers, findings, and what there is to show."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..core import Cell, Exhibit, Finding, Score, StageReport, wilson
from .base import Step
from .corpus_pass import as_galleries
from .counts import RunCounts
from .findings import curation_findings, unknown_licences
from .tables import (
    clusters_table,
    duplicates_table,
    examples_table,
    removal_chart,
    removal_table,
    rules_table,
    steps_table,
)

STAGE = "curate"


def curation_report(counts: RunCounts, steps: Sequence[Step]) -> StageReport:
    """What a run of the curator did. It depends on the counts alone and holds no unredacted text."""
    unknown = unknown_licences(counts)
    return StageReport(
        stage=STAGE,
        title="Curation",
        facts=_facts(counts),
        scores=(_share_kept(counts), *((unknown,) if unknown else ())),
        findings=(*curation_findings(counts), *_step_findings(counts, steps)),
        exhibits=_exhibits(counts, steps),
        detail=_detail(counts),
    )


def _facts(counts: RunCounts) -> dict[str, Cell]:
    kept = counts.kept_unchanged + counts.kept_edited
    return {
        "documents in": counts.documents_in,
        "documents in the corpus": counts.kept,
        **({"added by steps": counts.added} if counts.added else {}),
        "removed": counts.actions["removed"],
        "quarantined": counts.actions["quarantined"],
        "kept as they were": counts.kept_unchanged,
        "kept and edited": counts.kept_edited,
        "share kept": round(kept / counts.documents_in, 4),
        "bytes in": counts.bytes_in,
        "bytes kept": counts.bytes_kept,
    }


def _share_kept(counts: RunCounts) -> Score:
    kept = counts.kept_unchanged + counts.kept_edited
    low, high = wilson(kept, counts.documents_in)
    return Score(
        metric="share-kept",
        value=kept / counts.documents_in,
        n=counts.documents_in,
        unit="share of documents",
        method="share-kept/1 documents in the corpus, edited or not, of all rows of the source, unreadable ones too",
        low=low,
        high=high,
        interval="Wilson",
    )


def _exhibits(counts: RunCounts, steps: Sequence[Step]) -> tuple[Exhibit, ...]:
    found: list[Exhibit] = [steps_table(counts)]
    taken_out = counts.actions["removed"] + counts.actions["quarantined"]
    if taken_out:
        found.append(removal_chart(counts))
    if counts.rules:
        found.append(rules_table(counts))
    if taken_out:
        found += [removal_table(counts, name) for name in ("source", "licence", "language")]
    if counts.clusters:
        found += [duplicates_table(counts), clusters_table(counts)]
    if taken_out:
        found.append(examples_table(counts))
    return (*found, *_step_exhibits(counts, steps))


def _step_exhibits(counts: RunCounts, steps: Sequence[Step]) -> Iterator[Exhibit]:
    """What each step shows of itself, in the part of the report that is the step's."""
    for number, step in enumerate(steps, 1):
        show = getattr(step, "exhibits", None)
        shown = show(counts.steps[number].tallies, counts.steps[number].documents_in) if callable(show) else ()
        for exhibit in (*shown, *as_galleries(counts.steps[number].galleries)):
            yield replace(exhibit, group=exhibit.group or f"Step {number}: {step.name}")


def _step_findings(counts: RunCounts, steps: Sequence[Step]) -> Iterator[Finding]:
    for number, step in enumerate(steps, 1):
        tell = getattr(step, "findings", None)
        if callable(tell):
            yield from tell(counts.steps[number].tallies, counts.steps[number].documents_in)


def _detail(counts: RunCounts) -> dict[str, Any]:
    return {
        "counts": {
            "in": counts.documents_in,
            "kept": counts.kept_unchanged,
            "edited": counts.kept_edited,
            **({"added": counts.added, "kept_added": counts.kept_added} if counts.added else {}),
            "removed": counts.actions["removed"],
            "quarantined": counts.actions["quarantined"],
            "rejected": counts.rejected,
            "bytes_in": counts.bytes_in,
            "bytes_kept": counts.bytes_kept,
        },
        "steps": [step.to_json() for step in counts.steps],
        "rules": [
            {"step": counts.steps[number].name, "rule": rule, "action": action, "documents": documents}
            for (number, rule, action), documents in sorted(counts.rules.items())
        ],
        "clusters": {
            counts.steps[number].name: {
                "clusters": len(found),
                "removed": found.total(),
                "largest": max(found.values()) + 1,
            }
            for number, found in sorted(counts.clusters.items())
        },
    }
