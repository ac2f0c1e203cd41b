"""What an erasure leaves in writing. The file names documents and strings by keyed hashes, never by themselves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import Cell, Finding, StageReport, Table, library_versions
from ..curate import erasure
from .derived import Artefact, Seen, spread

FORMAT = "headwater erasure/1"
_RULES = {
    "id": "named by id",
    "hash": "named by the hash of the content",
    "string": "holds one of the strings",
    "content": "same content as one of these",
    "near-copy": f"holds {erasure.LIMIT:.0%} of the {erasure.SHINGLE}-word shingles of one of these",
}
_LISTED = 10_000


@dataclass
class Erasure:
    """Everything that is known of one erasure, by track where a run has several."""

    wanted: erasure.Request
    found: erasure.Found
    known: erasure.ErasureList
    source: str
    artefacts: list[Artefact] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    patched: dict[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    named_in: tuple[str, ...] = ()
    verified: int = 0


def erasure_report(result: Erasure, time: str) -> StageReport:
    """The proof: facts, findings and tables to read, and in ``detail`` all hashes."""
    ids = result.found.ids
    changed = [name for name, digest in result.after.items() if result.before.get(name, digest) != digest]
    return StageReport(
        stage="erase",
        title="Erasure",
        facts={
            "Documents erased": len(ids),
            "Files changed": len(changed),
            "Files verified": result.verified,
            "Time": time,
        },
        findings=tuple(_findings(result)),
        exhibits=(_found_table(result), _counts_table(result), _artefact_table(result)),
        detail=_detail(result, time, changed),
    )


def _detail(result: Erasure, time: str, changed: list[str]) -> dict[str, Any]:
    def sealed(name: str) -> str:
        return result.known.sealer.seal("ids", name)

    listed = [
        {"document": sealed(name), "part": part, "rule": rule}
        for part, named in sorted(result.found.parts.items())
        for name, rule in named.items()
    ]
    return {
        "format": FORMAT,
        "time": time,
        "source": result.source,
        "asked": result.wanted.sealed(result.known.sealer),
        "found": sorted(listed, key=lambda row: (row["part"], row["document"])),
        "duplicates": sorted([sealed(name), sealed(kept)] for name, kept in result.duplicates),
        "counts": result.counts,
        "influence": {track: _influence(seen, sealed) for track, seen in sorted(result.seen.items())},
        "artefacts": [
            {"track": part.track or "main", "name": part.name, "documents": part.documents, "state": part.state}
            for part in result.artefacts
        ],
        "files_before": dict(result.before),
        "files_after": dict(result.after),
        "files_changed": changed,
        "manifests": result.patched,
        "named_in": list(result.named_in),
        "verification": {
            "files": result.verified,
            "remnants": 0,
            "method": "erasure-verification/1 all bytes for ids; every string of every row and footer for the strings; "
            "every document against the erasure list",
        },
        "versions": library_versions(["headwater", "numpy", "pyarrow"]),
    }


def _influence(seen: Seen, sealed: Callable[[str], str]) -> dict[str, Any]:
    if not seen.known:
        return {"known": False, "reason": seen.reason}
    rows = {sealed(name): list(steps) for name, steps in seen.steps.items() if steps}
    return {"known": True, **spread(seen), "steps_by_document": rows}


def _findings(result: Erasure) -> Iterator[Finding]:
    yield from _models(result)
    repeating = [part for part in result.artefacts if part.documents and _is_output(part)]
    if repeating:
        names = ", ".join(f"{part.track}/{part.name}".lstrip("/") for part in repeating)
        yield Finding(
            "HW-C022",
            "medium",
            f"{len(repeating)} artefacts repeat or name erased documents: {names}",
            "The release does not hold them, but the old run still does, and so does every copy of it.",
            "Delete the old run and its copies when the release has taken its place; make the artefacts again from it.",
        )
    missing = len(result.wanted.ids - result.found.ids)
    if missing:
        yield Finding(
            "HW-C023",
            "low",
            f"{missing:,} of {len(result.wanted.ids):,} ids stand in no part of the run",
            "They may be misspelt, or belong to another run.",
            "Compare them with the ids in decisions/ and in corpus/.",
        )
    if result.named_in:
        yield Finding(
            "HW-C024",
            "medium",
            f"{', '.join(result.named_in)} of the release still holds one of the strings",
            "It is the user's own text and is carried over as it is, so that the run can be repeated.",
            "Edit it where the string is the subject's.",
        )
    yield Finding(
        "HW-C025",
        "info",
        "The source that the corpus was read from is not changed",
        "Erasure patches what headwater wrote. A later run reads the source again; the erasure list takes out what "
        "comes back and says so (HW-C020).",
        "Erase the documents in the source too, and in backups and other copies of this corpus.",
    )


def _is_output(part: Artefact) -> bool:
    return part.name == "samples" or part.name.endswith((".json", ".html"))


def _models(result: Erasure) -> Iterator[Finding]:
    for track, seen in sorted(result.seen.items()):
        numbers = spread(seen)
        if not seen.known:
            title, meaning = "Whether the model has seen the erased documents cannot be told", seen.reason
        elif numbers["documents"]:
            title = f"The model was trained on {numbers['documents']:,} of the erased documents"
            meaning = f"{numbers['steps']:,} optimizer steps held text of them. Their influence stays in the weights."
        else:
            continue
        yield Finding(
            "HW-C021",
            "high",
            title,
            f"Track {track}: {meaning}",
            "Train again ('headwater run RELEASE --out NEW' leaves out what was erased), and withdraw the old "
            "checkpoint and what was made from it: fine-tuned models, samples, deployed copies.",
        )


def _found_table(result: Erasure) -> Table:
    counts = result.found.by_rule()
    rows: list[tuple[Cell, ...]] = [(rule, counts[rule], _RULES[rule]) for rule in erasure.RULES]
    return Table("erased-by-rule", "Documents found", ("rule", "documents", "what it means"), tuple(rows))


def _counts_table(result: Erasure) -> Table:
    columns = ("track", "in", "kept", "edited", "removed", "quarantined", "erased")
    rows: list[tuple[Cell, ...]] = [
        (track, *(counts[name] for name in columns[1:])) for track, counts in sorted(result.counts.items())
    ]
    note = "In = kept + edited + removed + quarantined + erased."
    more = {track: counts["added"] for track, counts in sorted(result.counts.items()) if counts.get("added")}
    note += "".join(f" {track}: and {added:,} that a step added." for track, added in more.items())
    return Table("erasure-counts", "What is left", columns, tuple(rows), note)


def _artefact_table(result: Erasure) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (part.track or "main", part.name, part.documents, part.state, part.note) for part in result.artefacts
    ]
    return Table(
        "derived-artefacts",
        "What was derived from the erased documents",
        ("track", "artefact", "erased documents in it", "state", "note"),
        tuple(rows[:_LISTED]),
        "Patched: in the release, without them. Left out: not in the release. An empty number: it cannot be told.",
    )
