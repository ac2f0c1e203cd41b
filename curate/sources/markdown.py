"""Markdown files: one document each, with what stands in their front matter."""

from collections.abc import Mapping
from typing import Any, Literal

import yaml

from ...core import text_record
from ..base import SOURCES, Reject, Rejected, Source
from ..licences import normalise_licence
from .columns import LONGEST_ATTRIBUTE
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, read_whole
from .lines import BOM, EVIDENCE_BYTES
from .markup import strip_markup
from .provenance import PROVENANCE, declared_provenance

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
LARGEST_FILE = 4 << 20
LARGEST_STRIPPED = 1 << 20  # the parser needs up to half a minute for a hostile text of this size
LONGEST_FRONT_MATTER = 1 << 16
DEEPEST = 20
_FENCE = "---"
_NAMES = {"license": "licence", "lang": "language", "link": "url", "permalink": "url"}


@SOURCES.register("markdown", source="CommonMark 0.31; front matter as in Jekyll and Hugo")
def markdown(
    path: Paths,
    markup: Literal["keep", "strip"] = "keep",
    declared: Mapping[str, str] | None = None,
    maximum_bytes: int = LARGEST_FILE,
) -> Source:
    """Markdown files, one document each, also as .gz, .zst and .bz2.

    ``path`` is a file, a folder (every .md, .markdown, .mdown and .mkd in it), a pattern or a URL. The front matter
    (YAML between two lines of ---) is not part of the text: its url, licence or license, source, collected and language
    or lang become provenance, before what ``declared`` says, and its other plain values and lists attributes.
    ``markup`` is ``keep``, or ``strip`` for the words without it: no HTML, no link targets, code and alternative texts
    kept. A file over ``maximum_bytes`` (to strip, over 1 MiB), no UTF-8 or too complex to strip is rejected.
    """
    provenance = declared_provenance(declared)
    limit = min(maximum_bytes, LARGEST_STRIPPED) if markup == "strip" else maximum_bytes

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        content, size = read_whole(file, limit, advance)
        found = _read(content, size, limit, file.name, markup == "strip")
        if isinstance(found, Rejected):
            reject(found)
        elif found[0].strip():
            text, fields, attributes = found
            yield text_record(text, file.name, **{"source": file.name, **provenance, **fields}, attributes=attributes)

    options = {"markup": markup, "maximum_bytes": maximum_bytes, "declared": provenance}
    return FileSource("markdown", find_files(path, SUFFIXES), read, options)


Found = tuple[str, dict[str, str], dict[str, str]]


def _read(content: bytes, size: int, limit: int, name: str, strip: bool) -> Found | Rejected:
    bad = Rejected(name, name, "", "", content=content[:EVIDENCE_BYTES])
    if size > limit:
        return _because(bad, "document-too-long", "longer than a document may be", size, limit)
    try:
        text = content.removeprefix(BOM).decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return _because(bad, "invalid-utf8", f"byte {error.start + 1} is not UTF-8")
    values, body = split_front_matter(text)
    fields, attributes = _fields(values)
    if strip:
        try:
            body = strip_markup(body)
        except Exception as error:  # third-party code on hostile input: the file gets its row
            return _because(bad, "too-complex", f"the parser ended in {type(error).__name__}")
    return body.strip("\n").rstrip(), fields, attributes


def _because(
    bad: Rejected, rule: str, evidence: str, measured: int | None = None, limit: int | None = None
) -> Rejected:
    return Rejected(bad.locator, bad.source, rule, evidence, measured, limit, bad.content)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The values of the front matter and the text behind it; what is no mapping in YAML is part of the text.

    >>> split_front_matter("---\\ntitle: Rivers\\n---\\n# Rise\\n")
    ({'title': 'Rivers'}, '# Rise\\n')
    >>> split_front_matter("---\\nA rule above, a rule below.\\n---\\n")
    ({}, '---\\nA rule above, a rule below.\\n---\\n')
    """
    if not text.startswith(_FENCE + "\n"):
        return {}, text
    end = text.find(f"\n{_FENCE}\n", len(_FENCE), LONGEST_FRONT_MATTER)
    if end < 0 and text.rstrip().endswith(f"\n{_FENCE}") and len(text) <= LONGEST_FRONT_MATTER:
        end = len(text.rstrip()) - len(_FENCE) - 1
    if end < 0:
        return {}, text
    try:
        values = _plain_yaml(text[len(_FENCE) : end])
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        return {}, text
    body = text[end + len(_FENCE) + 1 :].removeprefix("\n")
    return (values, body) if isinstance(values, dict) else ({}, text)


def _plain_yaml(text: str) -> Any:
    """Aliases are refused, for a few of them can stand for billions of values; so is deep nesting, which is slow."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            raise ValueError("no front matter")
    return yaml.safe_load(text)


def _fields(values: Mapping[Any, Any]) -> tuple[dict[str, str], dict[str, str]]:
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for key, value in values.items():
        stated = _as_text(value)
        name = _NAMES.get(str(key).lower(), str(key).lower())
        if not stated:
            continue
        if name == "licence":
            fields["licence"] = normalise_licence(stated)
            if stated != fields["licence"]:
                attributes["licence_declared"] = stated[:LONGEST_ATTRIBUTE]
        elif name in PROVENANCE and name not in fields:
            fields[name] = stated
        elif len(stated) <= LONGEST_ATTRIBUTE:
            attributes["declared_locator" if name == "locator" else str(key)[:LONGEST_ATTRIBUTE]] = stated
    return fields, attributes


def _as_text(value: Any) -> str:
    """Plain values as text and lists of them with commas; nested ones are left out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, (_as_text(item) for item in value if not isinstance(item, list))))
    if value is None or isinstance(value, (dict, bytes)):
        return ""
    return str(value).encode("utf-8", "replace").decode().strip()
