"""The whole story of one document: where it was read, what each step did, its copies, its training, its repetitions."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..core import InputError, IntegrityError, held_out
from ..curate import Edit, Replay, excerpt, redact, redacted
from .base import Subject
from .trace import trace_document

MOST_COPIES, MOST_ANNOTATIONS, MOST_SAMPLES, DEEPEST = 50, 20, 10, 100
LEAST_REPEATED = 50
"""Characters that a sample shares with a document word for word to count as a repetition of it."""
SAMPLE_WIDTH = 160


Rebuild = Callable[[int], Replay]


def document_story(subject: Subject, document_id: str, rebuild: Rebuild | None = None) -> dict[str, Any]:
    """Everything that the run folder tells of a document, as JSON values; texts are redacted.

    The keys of its card (:func:`document_cards`), and ``read`` (source, locator, address, licence, date, groups,
    attributes), ``path`` (each step in order with outcome, decision, annotations and edit), ``survivor`` (the document
    that stayed for it, in short), ``duplicates`` (documents that were removed for it), ``split``, ``samples`` (those
    that share 50 characters or more with it; None where none were drawn) and ``notes``. ``rebuild`` takes an edited
    document through the steps up to a number again, and tells what they changed. Raises :class:`InputError` for an id
    that the run does not know.
    """
    story = trace_document(subject, document_id)
    record = _Record(subject)
    row = _row(subject, document_id)
    decisions = record.of(document_id)
    replayed = rebuild(_last(decisions, record)) if rebuild and row and _edited(decisions) else None
    story["status"] = _status(story["status"], decisions)
    story["read"] = _read(row) if row else {}
    story["path"] = list(record.path(document_id, replayed)) if row else []
    story["survivor"] = _short(subject, record.survivor(document_id))
    story["duplicates"] = record.duplicates(document_id)
    story["duplicate_count"] = len(record.copies_of(document_id))
    story["split"] = _split(subject, document_id, story)
    story["samples"] = _samples(subject, (row or {}).get("text") or "")
    story["notes"] = list(_notes(story, row, replayed))
    return story


class _Record:
    """Decisions and annotations of a run folder, by step."""

    def __init__(self, subject: Subject) -> None:
        self.folder = subject.folder
        self.steps = sorted((subject.folder / "decisions").glob("*.parquet"))
        self.tables = list(subject.decisions())
        self.kept_for: dict[str, tuple[str, dict[str, Any]]] = {}
        for path, table in zip(self.steps, self.tables, strict=True):
            for found in table.filter(pc.is_valid(table["duplicate_of"])).to_pylist():
                self.kept_for[found["id"]] = (found["duplicate_of"], found | {"number": _number(path)})
        self.removed_for: dict[str, list[str]] = defaultdict(list)
        for name, (survivor, _) in self.kept_for.items():
            self.removed_for[survivor].append(name)

    def of(self, name: str) -> dict[int, dict[str, Any]]:
        """The decisions on a document by the number of the step."""
        found = {}
        for path, table in zip(self.steps, self.tables, strict=True):
            for row in table.filter(pc.equal(table["id"], name)).to_pylist():
                found[_number(path)] = row
        return found

    def path(self, name: str, replayed: Replay | None) -> Iterator[dict[str, Any]]:
        """What each step did with a document, in order; steps after the one that took it out it did not reach."""
        decisions, gone = self.of(name), False
        made = next((number for number, found in decisions.items() if found["action"] == "added"), 0)
        edits = {edit.number: edit for edit in replayed.edits} if replayed else {}
        for file in self.steps:
            number = _number(file)
            decision = decisions.get(number, {})
            outcome = "not reached" if gone or number < made else decision.get("action", "kept")
            notes, count = ([], 0) if gone or number < made else self._annotations(file, name)
            yield {
                "number": number,
                "step": file.stem.split("-", 1)[1],
                "outcome": outcome,
                "rule": decision.get("rule"),
                "measured": decision.get("measured"),
                "limit": decision.get("limit"),
                "evidence": redacted(decision.get("evidence") or "")[0],
                "duplicate_of": decision.get("duplicate_of"),
                "annotations": notes,
                "annotation_count": count,
                "edit": _edit(edits.get(number)),
            }
            gone = gone or outcome in ("removed", "quarantined")

    def survivor(self, name: str) -> str | None:
        """The document at the end of the chain of copies that stayed; None for one that is nobody's copy."""
        seen = {name}
        while name in self.kept_for and self.kept_for[name][0] not in seen:
            name = self.kept_for[name][0]
            seen.add(name)
        return name if len(seen) > 1 else None

    def copies_of(self, name: str) -> list[str]:
        """All documents that were removed for this one, or for one that was removed for it."""
        found: dict[str, None] = {}
        level = [name]
        for _ in range(DEEPEST):
            level = [copy for one in level for copy in self.removed_for.get(one, ()) if copy not in found]
            found |= dict.fromkeys(level)
            if not level:
                break
        found.pop(name, None)
        return list(found)

    def duplicates(self, name: str) -> list[dict[str, Any]]:
        """The first copies with what made them copies."""
        keys = ("id", "number", "step", "rule", "measured", "limit", "duplicate_of")
        return [{key: self.kept_for[copy][1][key] for key in keys} for copy in self.copies_of(name)[:MOST_COPIES]]

    def _annotations(self, decisions: Path, name: str) -> tuple[list[dict[str, Any]], int]:
        path = self.folder / "annotations" / decisions.name
        if not path.is_file():
            return [], 0
        rows = _rows(path, name)
        keys = ("label", "start", "end", "score")
        return [
            {key: redact(row[key]) if key == "label" else row[key] for key in keys} for row in rows[:MOST_ANNOTATIONS]
        ], len(rows)


def _rows(path: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one document, row group by row group: the file may be larger than memory."""
    try:
        with pq.ParquetFile(path) as file:
            groups = (file.read_row_group(group) for group in range(file.num_row_groups))
            return [row for table in groups for row in table.filter(pc.equal(table["id"], name)).to_pylist()]
    except (pa.ArrowInvalid, OSError) as error:
        raise IntegrityError(f"{path}: not a readable Parquet file ({error}); curate again") from None


def _row(subject: Subject, name: str) -> dict[str, Any] | None:
    for part in (subject.corpus, subject.removed):
        found = part.documents([name]) if part else {}
        if name in found:
            return found[name]
    return None


def _edited(decisions: Mapping[int, Mapping[str, Any]]) -> list[int]:
    return [number for number, decision in sorted(decisions.items()) if decision["action"] in ("edited", "added")]


def _last(decisions: Mapping[int, Mapping[str, Any]], record: _Record) -> int:
    """The last step that left the document in the corpus."""
    out = [number - 1 for number, decision in decisions.items() if decision["action"] not in ("edited", "added")]
    return min([*out, *(_number(path) for path in record.steps[-1:])])


def _number(path: Path) -> int:
    return int(path.name.split("-")[0]) if path.name.split("-")[0].isdigit() else 0


def _status(status: str, decisions: Mapping[int, Mapping[str, Any]]) -> str:
    """Kept, edited, removed or quarantined: what is at the end of its path."""
    actions = [decision["action"] for _, decision in sorted(decisions.items())]
    if status == "removed":
        return next((action for action in reversed(actions) if action not in ("edited", "added")), status)
    return "edited" if status == "kept" and "edited" in actions else status


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {key: redact(str(value)) for key, value in row["attributes"].items() if key != "locator"}
    return {
        "source": redact(row["source"] or ""),
        "locator": redact(row["attributes"].get("locator", "")),
        "url": redact(row["url"] or "") or None,
        "licence": row["licence"],
        "collected": row["collected"],
        "language": row["language"],
        "groups": {key: redact(str(value)) for key, value in row["groups"].items()},
        "attributes": attributes,
    }


def _short(subject: Subject, name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    try:
        card = trace_document(subject, name)
    except InputError:
        return {"id": name, "status": "unknown"}
    return {key: card[key] for key in ("id", "status", "source", "licence", "locator", "reason", "excerpt", "steps")}


def _edit(edit: Edit | None) -> dict[str, Any] | None:
    if edit is None:
        return None
    return {"count": edit.count, "changes": [{"before": one.before, "after": one.after} for one in edit.changes]}


def _split(subject: Subject, name: str, story: Mapping[str, Any]) -> str | None:
    """``held out`` or ``training``; None without a checkpoint, or for a document that is not in the corpus."""
    recipe = subject.checkpoint.run.get("recipe") if subject.checkpoint else None
    if not recipe or story["status"] not in ("kept", "edited"):
        return None
    held = held_out([name], float(recipe["held_out"]), int(recipe["seed"]))
    return "held out" if held[0] else "training"


def _samples(subject: Subject, text: str) -> list[dict[str, Any]] | None:
    if subject.samples is None or "output" not in subject.samples.schema.names:
        return None
    found = []
    for sample in subject.samples.select(["id", "kind", "output"]).to_pylist():
        start, length = longest_shared(sample["output"] or "", text)
        if length >= LEAST_REPEATED:
            shown, _ = excerpt(sample["output"], start, start + length, SAMPLE_WIDTH)
            found.append({"id": sample["id"], "kind": sample["kind"], "characters": length, "excerpt": shown})
    return sorted(found, key=lambda one: (-one["characters"], one["id"]))[:MOST_SAMPLES]


def longest_shared(output: str, text: str) -> tuple[int, int]:
    """Where the longest stretch of ``output`` that stands in ``text`` begins, and its length in characters.

    Stretches below 50 characters count as none.
    """
    best, length, start = 0, 0, 0
    windows = {text[at : at + LEAST_REPEATED] for at in range(len(text) - LEAST_REPEATED + 1)}
    while start + max(length + 1, LEAST_REPEATED) <= len(output):
        if output[start : start + LEAST_REPEATED] in windows:
            end = start + max(length, LEAST_REPEATED)
            while end <= len(output) and output[start:end] in text:
                best, length, end = start, end - start, end + 1
        start += 1
    return best, length


def _notes(story: Mapping[str, Any], row: Mapping[str, Any] | None, replayed: Replay | None) -> Iterator[str]:
    if story["note"]:
        yield story["note"]
    if story["samples"] is None:
        yield "no samples in the run folder: whether a model repeats it is unknown"
    if row is None:
        return
    edited = [step for step in story["path"] if step["outcome"] == "edited"]
    if edited and replayed is None:
        yield "the record keeps a document as it left the run; what the edits changed was not rebuilt from the source"
    if edited and replayed is not None:
        yield from _about(replayed, row, [step["number"] for step in edited])


def _about(replayed: Replay, row: Mapping[str, Any], edited: Sequence[int]) -> Iterator[str]:
    if replayed.note:
        yield f"what the edits changed cannot be shown: {replayed.note}"
        return
    missing = set(edited) - {edit.number for edit in replayed.edits}
    if missing:
        steps = ", ".join(map(str, sorted(missing)))
        yield f"what step {steps} changed cannot be rebuilt from this document alone: it saw the whole corpus"
    elif replayed.text is not None and row["text"] and replayed.text != row["text"]:
        yield "the steps give another text today than the record holds: source, code or a library has changed"
    elif replayed.text is not None and row["text"]:
        yield "the edits were rebuilt from the source and end in the recorded text, byte for byte"
