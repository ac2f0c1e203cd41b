"""The 20 properties of Croissant RAI 1.0, from what the run found and what the provider states."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from ...curate import redact
from ..governance import fact
from ..run import Track
from .base import ExportedRun
from .corpus_facts import CorpusFacts
from .run_facts import BIASES, findings, gaps, removals, report, steps, table_of

STATED = {
    "dataCollection": "data.collection",
    "dataCollectionType": "data.collection_types",
    "dataCollectionMissingData": "data.missing_data",
    "dataCollectionRawData": "data.raw_data",
    "dataImputationProtocol": "data.imputation",
    "dataAnnotationProtocol": "data.annotation",
    "dataAnnotationPlatform": "data.annotation_platforms",
    "dataAnnotationAnalysis": "data.annotation_analysis",
    "dataReleaseMaintenancePlan": "data.maintenance",
    "dataSocialImpact": "data.social_impact",
    "dataUseCases": "data.use_cases",
    "annotationsPerItem": "data.annotations_per_item",
    "annotatorDemographics": "data.annotators",
}
ONE = ("dataCollection", "dataCollectionMissingData", "dataCollectionRawData", "dataImputationProtocol",
       "dataManipulationProtocol", "dataReleaseMaintenancePlan", "dataSocialImpact", "annotationsPerItem")  # fmt: skip
"""Properties that take one text; the others take several."""
MOST = 50  # entries of one property


def rai_properties(run: ExportedRun, tracks: Sequence[CorpusFacts]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The properties that are known, as ``rai:NAME``, and the names of those of which nothing is."""
    found = {name: list(fact(run.governance, key) or ()) for name, key in STATED.items()}
    found |= {
        "dataCollectionTimeframe": _timeframe(run.governance, tracks),
        "dataManipulationProtocol": list(_edits(run)),
        "dataPreprocessingProtocol": list(_steps(run)),
        "personalSensitiveInformation": [*_stated(run, "personal_data", "special_categories"), *_personal(run)],
        "dataBiases": [*_stated(run, "biases"), *_found(run, biased=True)],
        "dataLimitations": [*_stated(run, "limitations", "gaps"), *_found(run, biased=False), *_limits(run)],
        "machineAnnotationTools": [*_stated(run, "machine_annotation"), *_tools(run)],
    }
    found["dataCollectionMissingData"] += list(_missing(tracks))
    filled = {f"rai:{name}": _within(name, texts) for name, texts in sorted(found.items()) if texts}
    return filled, tuple(name for name in sorted(found) if not found[name])


def _within(name: str, texts: list[str]) -> str | list[str]:
    more = [f"and {len(texts) - MOST:,} more in the stage reports of the run"] if len(texts) > MOST else []
    kept = [*texts[:MOST], *more]
    return "\n".join(kept) if name in ONE else kept


def _stated(run: ExportedRun, *keys: str) -> Iterator[str]:
    for key in keys:
        yield from fact(run.governance, f"data.{key}") or ()


def _timeframe(governance: Mapping[str, Any], tracks: Sequence[CorpusFacts]) -> list[str]:
    told = fact(governance, "data.collection_timeframe")
    ends = told or sorted(end for facts in tracks for end in (facts.first, facts.last) if end)
    days = [end[:10] for end in ends if is_day(end[:10])]
    return list(dict.fromkeys([days[0], days[-1]])) if days else []


def is_day(text: str) -> bool:
    """Whether it is a date of the calendar: the vocabulary takes nothing else.

    >>> is_day("2024-02-29"), is_day("2024-13-01"), is_day("May 2024")
    (True, False, False)
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _missing(tracks: Sequence[CorpusFacts]) -> Iterator[str]:
    for facts in tracks:
        for what, shares in (("licence", facts.licences), ("language", facts.languages), ("source", facts.sources)):
            if what == "language" and facts.modality != "text":
                continue
            unknown = facts.documents - sum(share.documents for share in facts.known(shares))
            if unknown:
                yield f"{facts.title}: {unknown:,} of {facts.documents:,} documents have no known {what}."
        if facts.undated:
            yield f"{facts.title}: {facts.undated:,} of {facts.documents:,} documents bear no date of collection."


def _steps(run: ExportedRun) -> Iterator[str]:
    for track in run.run.tracks:
        rules = removals(track)
        for step, came, _, edited, gone in steps(track):
            because = ", ".join(
                f"{rule} {number:,}" for name, rule, action, number in rules if name == step and action != "edited"
            )
            yield redact(
                f"{_place(track)}step {step}: {came:,} documents in, {edited:,} edited, {gone:,} taken out"
                + (f" ({because})" if because else "")
            )


def _edits(run: ExportedRun) -> Iterator[str]:
    for track in run.run.tracks:
        for step, rule, action, number in removals(track):
            if action == "edited":
                yield redact(f"{_place(track)}step {step} edited {number:,} documents: {rule}")


def _personal(run: ExportedRun) -> Iterator[str]:
    for track in run.run.tracks:
        found = table_of(report(track, "curation"), "personal-data-types")
        for kind, action, spans, *_, documents in found.rows if found else ():
            if spans:
                yield f"{_place(track)}{kind}: {spans:,} found in {documents:,} documents, action {action}"
        left = table_of(report(track, "audit"), "residual-personal-data")
        for row in left.rows if left else ():
            yield redact(f"{_place(track)}{row[0]} after curation: {row[-1]}")


def _found(run: ExportedRun, *, biased: bool) -> Iterator[str]:
    for track in run.run.tracks:
        for finding in findings(track, ("curation", "audit")):
            if (finding.code in BIASES) == biased:
                yield redact(f"{_place(track)}{finding.code} ({finding.severity}): {finding.title}")


def _limits(run: ExportedRun) -> Iterator[str]:
    for track in run.run.tracks:
        reasons: dict[str, list[str]] = {}
        for gap in gaps(track, ("curation", "audit")):
            reasons.setdefault(gap.metric, []).append(gap.reason)
        for metric, why in reasons.items():
            more = f", and {len(why) - 1} other reasons" if len(why) > 1 else ""
            yield redact(f"{_place(track)}not measured: {metric} ({why[0]}{more})")


def _tools(run: ExportedRun) -> Iterator[str]:
    """The steps that wrote labels beside the documents."""
    version = run.manifest.versions.get("headwater", "")
    for track in run.run.tracks:
        for path in sorted((run.folder / track.name / "annotations").glob("*.parquet")):
            if pq.read_metadata(path).num_rows:
                yield redact(f"{_place(track)}headwater {version}, step {path.stem[3:]}".replace("  ", " "))


def _place(track: Track) -> str:
    return f"{track.name}: " if track.name else ""
