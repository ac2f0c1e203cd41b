"""JSON Lines: one object a line. Each line ends as a row or as a rejected row with its number and the reason."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..base import SOURCES, Reject, Rejected, Source
from .columns import Columns, Modality
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .lines import EVIDENCE_BYTES, LONGEST_LINE, Line, read_lines

SUFFIXES = (".jsonl", ".ndjson", ".json")
DEEPEST = 100
_BRACKETS = b"[]{}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))


@SOURCES.register("jsonl", source="https://jsonlines.org")
def jsonl(
    path: Paths,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
    maximum_line_bytes: int = LONGEST_LINE,
) -> Source:
    """JSON Lines files, also as .gz, .zst and .bz2.

    ``path`` is a file, a folder (every .jsonl, .ndjson and .json in it) or a pattern. ``text`` names the field of the
    document, ``fields`` maps provenance to fields (``{url: link}``; fields called url, licence or license, source,
    collected and language are found without it), ``declared`` holds where a row does not say (``{licence: MIT}``).
    ``groups`` names fields that say which group a document belongs to. Other plain fields become attributes, or only
    those in ``attributes``. With ``modality: table`` the whole object is the document. A blank line is no row. A line
    that is too long, no UTF-8, no JSON, no object, nested deeper than 100 levels or without text is rejected with its
    number.
    """
    columns = Columns.of(text, fields, groups, attributes, modality, declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with open_input(file, advance) as chunks:
            lines = read_lines(chunks, maximum_line_bytes)
            filled = (line for line in lines if line.content.strip() or not line.whole)
            yield from object_rows(filled, file, columns, maximum_line_bytes, reject)

    options = columns.options() | {"maximum_line_bytes": maximum_line_bytes}
    return FileSource("jsonl", find_files(path, SUFFIXES), read, options, modality)


def object_rows(lines: Iterable[Line], file: InputFile, columns: Columns, limit: int, reject: Reject) -> Rows:
    """The records of lines that hold one JSON object each; a bad one goes to ``reject``."""
    for line in lines:
        locator = f"{file.name}:{line.number}"
        found = parse_object(line, limit, locator, file.name)
        if not isinstance(found, Rejected):
            found = columns.record(found, locator, file.name)
        if isinstance(found, Rejected):
            reject(replace(found, content=line.content[:EVIDENCE_BYTES]))
        else:
            yield found


def parse_object(line: Line, limit: int, locator: str, source: str) -> dict[str, Any] | Rejected:
    """The object that a line holds, or the rule that it breaks."""
    if not line.whole:
        return Rejected(locator, source, "line-too-long", "longer than a row may be", line.size, limit)
    depth = nesting(line.content)
    if depth > DEEPEST:
        return Rejected(locator, source, "nested-too-deep", "lists and objects inside one another", depth, DEEPEST)
    try:
        value = json.loads(line.content.decode())
    except UnicodeDecodeError as error:
        return Rejected(locator, source, "invalid-utf8", f"byte {error.start + 1} of the line is not UTF-8")
    except json.JSONDecodeError as error:
        if b"\0" in line.content:
            return Rejected(locator, source, "nul-bytes", "NUL bytes, which JSON does not allow")
        return Rejected(locator, source, "invalid-json", f"{error.msg.lower()} at character {error.pos + 1}")
    except ValueError:
        return Rejected(locator, source, "invalid-json", "a number of more digits than can be read")
    if not isinstance(value, dict):
        return Rejected(locator, source, "not-an-object", "a row must be a JSON object, {...}")
    return value


def nesting(content: bytes) -> int:
    """How deep lists and objects lie inside one another (brackets in strings do not count); stops above 100."""
    if content.count(b"[") + content.count(b"{") <= DEEPEST:
        return 0
    outside = content.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    depth = deepest = 0
    for bracket in b"".join(outside).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest
