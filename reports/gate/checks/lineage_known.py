"""Whether a model names the corpus that it was trained on, and the model that it started from."""

from collections.abc import Mapping, Sequence
from typing import Any

from ....core import HeadwaterError, Measurement, NotMeasured, read_json
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "lineage-known"


@CHECKS.register(NAME, source="NIST AI 600-1 MG-3.2-002; Regulation (EU) 2024/1689 Annex IV 2(a)")
def lineage_known(run: JudgedRun) -> Sequence[Measurement]:
    """Whether the checkpoint names this run's corpus by its hash and, where it was tuned, the model it started from."""
    found: list[Measurement] = []
    for track in run.tracks():
        path = run.folder / track / "checkpoint" / "run.json"
        if path.is_file():
            found += _links(run, track, _read(path))
    return found or [NotMeasured(NAME, "the run has no checkpoint: its model was not trained here")]


def _links(run: JudgedRun, track: str, record: Mapping[str, Any]) -> list[Measurement]:
    where = {"track": track} if track else {}
    corpus = run.manifest.parents.get(track or "main")
    held = int(bool(corpus) and record.get("corpus") == corpus)
    links: list[Measurement] = [
        share(NAME, held, 1, "run.json names the hash of the run's corpus", link="corpus", **where)
    ]
    started = isinstance(record.get("recipe"), Mapping) and record["recipe"].get("start")
    if started or record.get("family") == "fine-tuned" or record.get("base"):
        links.append(
            share(NAME, int(bool(record.get("parent"))), 1, "run.json names the parent's hash", link="parent", **where)
        )
    return links


def _read(path: Any) -> Mapping[str, Any]:
    try:
        found = read_json(path)
    except (HeadwaterError, OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}
