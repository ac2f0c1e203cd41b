"""Export ``croissant``: the corpus of a run as Croissant 1.0 with the RAI vocabulary, for registries of data sets."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from ..governance import asked_by, fact, stated
from ..hidden import visible
from .base import EXPORTERS, ExportedRun
from .card_sections import counted
from .corpus_facts import CorpusFacts, corpora
from .croissant_context import CONTEXT, CROISSANT, RAI
from .responsible import is_day, rai_properties

SEMANTIC = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}")
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,2000}")

DESCRIPTIONS = {
    "id": "16 hex digits of the content's SHA-256, 8 of that of its place in the source",
    "text": "the document",
    "image": "raw pixels, one byte a value, rows by columns by channels",
    "height": "rows of pixels",
    "width": "columns of pixels",
    "channels": "values a pixel",
    "table": "one row as a JSON object of column values",
    "source": "where the document came from",
    "url": "address of the document or of its source",
    "licence": "SPDX expression, or unknown",
    "collected": "when the document was collected",
    "language": "ISO 639 code, or unknown",
    "groups": "groups of people or classes that the document was declared to belong to",
    "attributes": "further fields of the source",
}


@EXPORTERS.register("croissant", file="croissant.json", source="MLCommons Croissant 1.0 and Croissant RAI 1.0")
def croissant(run: ExportedRun) -> str:
    """The corpus for registries of data sets: files with hashes, fields, provenance, and the RAI properties."""
    tracks = corpora(run.folder, tuple(track.name for track in run.run.tracks))
    properties, left_out = rai_properties(run, tracks)
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI],
        "name": _name(run),
        "description": _description(run, tracks, left_out),
        **_identity(run, tracks),
        "distribution": [entry for facts in tracks for entry in _distribution(facts)],
        "recordSet": [_records(facts) for facts in tracks],
        **properties,
    }
    return json.dumps(_clean(data), indent=1, ensure_ascii=False) + "\n"


def _name(run: ExportedRun) -> str:
    found = fact(run.governance, "data.name")
    return found[0] if found else run.run.title


def _description(run: ExportedRun, tracks: tuple[CorpusFacts, ...], left_out: tuple[str, ...]) -> str:
    """What it is, and what is missing from this file, so that nobody takes silence for an answer."""
    told = fact(run.governance, "data.description")
    held = "; ".join(
        f"{facts.documents:,} {facts.title.lower()}, {facts.bytes:,} bytes, {counted(len(facts.sources), 'source')}"
        for facts in tracks
    )
    missing = stated(run.governance, asked_by("croissant"))[1]
    parts = [
        told[0] if told else "",
        f"Curated by headwater. {held}." if held else "The run holds no corpus.",
        f"RAI properties left out because nothing is known of them: {', '.join(left_out)}." if left_out else "",
        f"Not stated by the provider: {', '.join('governance.' + key for key in missing)}." if missing else "",
        *_unfit(run),
    ]
    return "\n\n".join(part for part in parts if part)


def _unfit(run: ExportedRun) -> Iterable[str]:
    """Stated facts whose form the vocabulary does not take: told in words, so that they are not lost."""
    for key, fits, wanted in (
        ("data.version", _is_version, "a version of three numbers"),
        ("data.published", is_day, "a date as YYYY-MM-DD"),
        ("data.homepage", _is_address, "a web address"),
    ):
        found = fact(run.governance, key)
        if found and not fits(found[0]):
            yield f"governance.{key} is “{found[0]}”, which is not {wanted}, so the field is left out."
    times = [time for time in fact(run.governance, "data.collection_timeframe") or () if not is_day(time)]
    if times:
        yield f"Time of the collection as stated: {', '.join(times)}."


def _identity(run: ExportedRun, tracks: tuple[CorpusFacts, ...]) -> dict[str, Any]:
    governance = run.governance
    languages = [share.name for facts in tracks for share in facts.known(facts.languages)]
    licences = [share.name for facts in tracks for share in facts.known(facts.licences)]
    values: dict[str, Any] = {
        "license": list(fact(governance, "data.licence") or dict.fromkeys(licences)),
        "creator": [_organisation(name) for name in fact(governance, "data.creators") or ()],
        "publisher": [_organisation(name) for name in fact(governance, "provider.name") or ()],
        "citeAs": "\n".join(fact(governance, "data.citation") or ()),
        "inLanguage": list(dict.fromkeys(languages)),
        "keywords": list(dict.fromkeys(facts.modality for facts in tracks)),
        "version": _fitting(governance, "data.version", _is_version),
        "datePublished": _fitting(governance, "data.published", is_day),
        "url": _fitting(governance, "data.homepage", _is_address),
    }
    return {name: value for name, value in values.items() if value}


def _fitting(governance: Any, key: str, fits: Callable[[str], bool]) -> str:
    found = fact(governance, key)
    return found[0] if found and fits(found[0]) else ""


def _is_version(text: str) -> bool:
    return bool(SEMANTIC.fullmatch(text))


def _is_address(text: str) -> bool:
    return bool(ADDRESS.fullmatch(text))


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "sc:Organization", "name": name}


def _distribution(facts: CorpusFacts) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "contentSize": f"{size} B",
            "encodingFormat": "application/x-parquet",
            "sha256": digest,
        }
        for name, digest, size in facts.files
    ]
    shards = {
        "@type": "cr:FileSet",
        "@id": _set(facts),
        "name": _set(facts),
        "description": f"All shards of the {facts.title.lower()}; the hash of their manifest is {facts.hash}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"{facts.track}/corpus/*.parquet" if facts.track else "corpus/*.parquet",
    }
    return [*files, shards]


def _records(facts: CorpusFacts) -> dict[str, Any]:
    name = facts.track or "documents"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"One record a document: {facts.documents:,}. {_maps(facts)}".strip(),
        "key": {"@id": f"{name}/id"},
        "field": [_field(facts, name, column) for column in facts.schema if not pa.types.is_map(column.type)],
    }


def _maps(facts: CorpusFacts) -> str:
    """What the files hold beside the fields: Croissant has no type for a map of names to values."""
    names = [column.name for column in facts.schema if pa.types.is_map(column.type)]
    told = "; ".join(f"{name} ({DESCRIPTIONS.get(name, name)})" for name in names)
    return f"The files have further columns, which are maps of names to values: {told}." if names else ""


def _field(facts: CorpusFacts, records: str, column: pa.Field) -> dict[str, Any]:
    kind = "sc:Integer" if pa.types.is_integer(column.type) else "sc:Text"
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{column.name}",
        "name": column.name,
        "description": DESCRIPTIONS.get(column.name, column.name),
        "dataType": kind,
        "source": {"fileSet": {"@id": _set(facts)}, "extract": {"column": column.name}},
    }


def _set(facts: CorpusFacts) -> str:
    return f"{facts.track or 'corpus'}-shards"


def _clean(value: Any) -> Any:
    """Every text with hidden characters as visible marks, so that no reader is deceived."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]
    return visible(value) if isinstance(value, str) else value
