"""A run as a bill of materials for machine learning: model with its card, corpora, libraries, and what was attested."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..run import Track
from .base import EXPORTERS, ExportedRun
from .cyclonedx_declarations import declarations, standard
from .cyclonedx_parts import data, filled, has_corpus, libraries, model, properties
from .texts import json_text, line
from .times import event, utc
from .verdict import verdict_of

VERSION = "1.6"


@EXPORTERS.register("cyclonedx", file="headwater.cdx.json", source="CycloneDX 1.6 (ECMA-424), ML-BOM")
def export_cyclonedx(exported: ExportedRun) -> str:
    """A bill of materials: model cards, corpora with licences, libraries, and the judgement as declarations."""
    run = exported.run
    models = [model(exported, track) for track in run.tracks if _has_model(exported, track)]
    corpora = [data(exported, track) for track in run.tracks if has_corpus(track)]
    used = libraries(exported)
    nothing = {"type": "file", "bom-ref": "run", "name": line(run.title, 200) or "run"}
    first, *others = [*models, *corpora] or [nothing]
    judged: dict[str, Any] = {}
    if run.evidence:
        judged = {
            "declarations": declarations(exported, first["bom-ref"]),
            "definitions": {"standards": [standard(exported)]},
        }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": VERSION,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:headwater:{exported.manifest.hash}')}",
        "version": 1 + (run.evidence[0].check if run.evidence else 0),
        "metadata": _metadata(exported, first),
        "components": [*others, *used],
        "dependencies": _dependencies(models, corpora, used, nothing),
        **judged,
    }
    return json_text(filled(bill))


def _has_model(exported: ExportedRun, track: Track) -> bool:
    config: Any = exported.config.get(track.name) if track.name else exported.config
    return "training" in track.stages or bool(isinstance(config, dict) and config.get("model"))


def _metadata(exported: ExportedRun, first: dict[str, Any]) -> dict[str, Any]:
    verdict, run = verdict_of(exported.run), exported.run
    version = line(exported.manifest.versions.get("headwater", ""), 60)
    tool = filled({"type": "application", "name": "headwater", "version": version})
    missing = [f"{track.name or 'main'} {stage}" for track in run.tracks for stage in track.missing]
    told = {
        "manifest": exported.manifest.hash, "configuration": exported.manifest.config_hash, "verdict": verdict.word,
        "exit code": "none" if verdict.code is None else verdict.code,
        "not run": ", ".join(missing) or "-",
    }  # fmt: skip
    return filled({
        "timestamp": utc(verdict.time) or event(run, "run-finished"),
        "tools": {"components": [tool]},
        "component": first,
        "properties": properties(told),
    })  # fmt: skip


def _dependencies(
    models: list[dict[str, Any]], corpora: list[dict[str, Any]], used: list[dict[str, Any]], nothing: dict[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """A model depends on the corpus of its track and on the libraries; where there is no model, the corpus on these."""
    tools = [one["bom-ref"] for one in used]
    known = {one["bom-ref"] for one in corpora}
    rows = []
    for one in models:
        own = one["bom-ref"].replace("model:", "data:", 1)
        rows.append({"ref": one["bom-ref"], "dependsOn": [*([own] if own in known else []), *tools]})
    rows += [{"ref": one["bom-ref"], **({} if models else {"dependsOn": tools})} for one in corpora]
    return rows or [{"ref": nothing["bom-ref"], "dependsOn": tools}]
