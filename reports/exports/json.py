"""Everything that a run says, in one documented JSON file."""

from dataclasses import asdict
from typing import Any

from ...core import Finding, NotMeasured, Score, StageReport
from ..gate import Evidence, Part
from ..run import Track
from .base import EXPORTERS, ExportedRun
from .texts import clean, declared, json_text, slice_of
from .verdict import verdict_of

FORMAT = "headwater-evidence/1"


@EXPORTERS.register("json", file="headwater-evidence.json", source="headwater-evidence/1, with a JSON schema")
def export_json(exported: ExportedRun) -> str:
    """Verdict, controls, findings, scores, gaps, ledger and signatures of a run in one JSON file with a schema."""
    run, manifest = exported.run, exported.manifest
    verdict = verdict_of(run)
    return json_text(
        {
            "format": FORMAT,
            "title": clean(run.title, 300),
            "headwater": manifest.versions.get("headwater", ""),
            "run": {"manifest": manifest.hash, **_run(exported)},
            "verdict": asdict(verdict),
            "controls": [_control(one) for one in run.evidence],
            "stages": [_stage(track, report) for track, report in run.stages()],
            "findings": [
                {"track": one.track, "stage": one.stage, **finding_json(one.finding)} for one in run.findings()
            ],
            "scores": [
                {"track": one.track, "stage": one.stage, **score_json(one.score)}
                for one in run.scores()
                if isinstance(one.score, Score)
            ],
            "not_measured": [
                {"track": one.track, "stage": one.stage, **score_json(one.score)}
                for one in run.scores()
                if isinstance(one.score, NotMeasured)
            ],
            "not_run": [{"track": track.name, "stage": stage} for track in run.tracks for stage in track.missing],
            "governance": dict(exported.governance),
            "ledger": {
                "head": run.ledger[-1].hash if run.ledger else "",
                "entries": [asdict(one) for one in run.ledger],
            },
            "signatures": exported.signatures,
        }
    )


def _run(exported: ExportedRun) -> dict[str, Any]:
    manifest = exported.manifest
    return {
        "kind": manifest.kind,
        "configuration": manifest.config_hash,
        "seed": manifest.seed,
        "counts": dict(manifest.counts),
        "parents": dict(manifest.parents),
        "versions": dict(manifest.versions),
        "files": dict(manifest.files),
    }


def _stage(track: Track, report: StageReport) -> dict[str, Any]:
    facts = {clean(label, 200): clean(fact) if isinstance(fact, str) else fact for label, fact in report.facts.items()}
    return {"track": track.name, "stage": report.stage, "title": clean(report.title, 300), "facts": facts}


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding with its examples, which stage reports hold in redacted form, redacted again."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "title": clean(finding.title),
        "meaning": clean(finding.meaning),
        "advice": clean(finding.advice),
        "scores": [score_json(one) for one in finding.scores],
        "examples": [
            {
                "id": one.id,
                "text": clean(one.text),
                "note": clean(one.note),
                "document_ids": list(one.document_ids),
            }
            for one in finding.examples
        ],
        "document_ids": list(finding.document_ids),
    }


def score_json(score: Score | NotMeasured) -> dict[str, Any]:
    """A measurement, or why there is none."""
    if isinstance(score, NotMeasured):
        return {"metric": score.metric, "reason": clean(score.reason), "slice": slice_of(score.slice)}
    plain = score.to_json()
    return plain | {"slice": slice_of(score.slice), "interval": clean(score.interval)}


def _control(evidence: Evidence) -> dict[str, Any]:
    return {
        **evidence.to_json(),
        "reason": declared(evidence.reason),
        "parts": [_part(one) for one in evidence.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {**asdict(part), "slice": slice_of(part.slice), "reason": clean(part.reason)}
