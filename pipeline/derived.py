"""What a run made of some of its documents: every artefact that holds, repeats, names or learnt from them."""

import html
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import HeadwaterError, read_parquet
from ..curate import erasure
from ..evaluate import SuffixIndex, build_index, open_subject

MINIMUM = 50
"""Bytes of a verbatim repetition that count, as in the metric verbatim-overlap."""
REPORTS = (
    "curation.json", "audit.json", "mitigation.json", "training.json", "evaluation.json", "report.json", "report.html",
)  # fmt: skip
GOES, STAYS, RETRAIN = "patched", "left out", "left out; needs retraining"


@dataclass(frozen=True, slots=True)
class Artefact:
    """One thing derived from erased documents. ``documents``: how many of them stand in it (None: not known)."""

    track: str
    name: str
    documents: int | None
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What training did with the erased documents: id to steps; ``known`` is False where it cannot be told."""

    steps: Mapping[str, tuple[int, ...]]
    known: bool = True
    reason: str = ""


def derived(
    folder: Path, track: str, texts: Mapping[str, str], ids: frozenset[str], strings: erasure.Strings
) -> tuple[list[Artefact], Seen | None]:
    """The artefacts of one track of a run, data tables aside, and what its model saw (None: there is no model)."""
    with tempfile.TemporaryDirectory() as place:
        known = {name: text for name, text in texts.items() if text}
        index = build_index(Path(place) / "index", (("kept", name, text) for name, text in known.items()))
        found = [*_samples(folder, track, index, ids, strings), *_reports(folder, track, index, ids, strings)]
    seen = steps_seen(folder, ids)
    if seen is not None:
        count = sum(bool(steps) for steps in seen.steps.values()) if seen.known else None
        found.insert(0, Artefact(track, "checkpoint", count, RETRAIN if count != 0 else STAYS, seen.reason))
    if (folder / "index").is_dir():
        found.append(Artefact(track, "index", len(known), STAYS, "a search index over the texts"))
    if (folder / "answers").is_dir():
        found.append(
            Artefact(track, "answers", None, STAYS, "kept answers of a model made elsewhere; delete the folder")
        )
    if (folder / "drawn").is_dir():
        found.append(Artefact(track, "drawn", None, STAYS, "the samples as they were drawn; delete the folder"))
    if (folder / "shadows").is_dir():
        found.append(Artefact(track, "shadows", None, STAYS, "models of parts of the corpus; delete the folder"))
    if (folder / ".curation").is_dir():
        found.append(Artefact(track, ".curation", None, STAYS, "left by a killed curation; delete it"))
    return found, seen


def steps_seen(folder: Path, ids: frozenset[str]) -> Seen | None:
    """Which optimizer steps held text of which documents, by the training ledger; None without a checkpoint."""
    if not (folder / "checkpoint").is_dir():
        return None
    try:
        checkpoint = open_subject(folder).checkpoint
    except HeadwaterError as error:
        return Seen({}, False, f"the ledger cannot be read: {error}")
    assert checkpoint is not None
    if checkpoint.run.get("training_data") == "unknown":
        return Seen({}, False, "the model was made elsewhere: what it was trained on is unknown")
    return Seen({name: checkpoint.ledger.steps_of(name) for name in sorted(ids)})


def _samples(
    folder: Path, track: str, index: SuffixIndex, ids: frozenset[str], strings: erasure.Strings
) -> Iterator[Artefact]:
    path = folder / "samples" / "samples.parquet"
    if not path.is_file():
        return
    rows = read_parquet(path)
    if "output" not in rows.schema.names:
        yield Artefact(track, "samples", None, STAYS, "images: repetition is not measured")
        return
    columns = [rows[name].to_pylist() for name in ("prompt", "output", "reference", "document_id")]
    repeated, named, quoting = set[str](), 0, 0
    for prompt, output, reference, document in zip(*columns, strict=True):
        texts = [text for text in (prompt, output, reference) if text]
        held = _held(index, texts)
        repeated |= held | ({document} & ids)
        quoting += bool(held)
        named += any(strings.found(erasure.words_of(text)) for text in texts)
    note = f"{quoting:,} of {rows.num_rows:,} samples repeat at least {MINIMUM} bytes; {named:,} hold a string"
    yield Artefact(track, "samples", len(repeated), STAYS, note)


def _reports(
    folder: Path, track: str, index: SuffixIndex, ids: frozenset[str], strings: erasure.Strings
) -> Iterator[Artefact]:
    for name in REPORTS:
        path = folder / name
        if path.is_file():
            texts = [html.unescape(path.read_text("utf-8", "replace"))] if path.suffix == ".html" else []
            texts = texts or erasure.read_strings(path)
            named = {found for text in texts for found in erasure.ids_in(text)} & ids
            quoted = _held(index, texts) if path.suffix == ".json" else set()
            hits = sum(strings.found(erasure.words_of(text)) for text in texts)
            note = f"names {len(named):,}, quotes {len(quoted):,}; {hits:,} texts hold a string"
            yield Artefact(track, name, len(named | quoted), STAYS, note)


def _held(index: SuffixIndex, texts: Sequence[str]) -> set[str]:
    """The documents of the index of which one of the texts repeats at least ``MINIMUM`` bytes."""
    found: set[str] = set()
    for text in texts if len(index) else ():
        query = text.encode("utf-8", "surrogatepass")
        if len(query) >= MINIMUM:
            for start, end in index.longest_matches(query, MINIMUM):
                found.update(place.document_id for place in index.documents(query[start:end]))
    return found


def spread(seen: Seen) -> Mapping[str, int]:
    """How many documents were seen and at how many different steps."""
    steps = [np.asarray(places, np.int64) for places in seen.steps.values() if places]
    return {"documents": len(steps), "steps": len(np.unique(np.concatenate(steps))) if steps else 0}
