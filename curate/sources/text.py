"""Plain text: a file, a folder or a pattern; whole files as documents or pieces of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from ...core import ConfigError, InputError, text_record
from ..base import SOURCES, Reject, Rejected, Source
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .lines import EVIDENCE_BYTES, LONGEST_LINE, Line, read_lines
from .pieces import Piece, pack
from .provenance import declared_provenance

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".rst")
Split = Literal["file", "paragraph", "line"] | dict[Literal["characters"], int]


@SOURCES.register("text", source="plain text in UTF-8 or another encoding that extends ASCII")
def text(
    path: Paths,
    split: Split = "file",
    encoding: str = "utf-8",
    declared: Mapping[str, str] | None = None,
    maximum_bytes: int = LONGEST_LINE,
) -> Source:
    """Plain text files, also as .gz, .zst and .bz2.

    ``path`` is a file, a folder (every .txt, .text, .md, .markdown and .rst in it) or a pattern. ``split`` says what a
    document is: a ``file``, a ``paragraph`` (lines up to a blank one), a ``line``, or ``{characters: 2000}``: as much
    as fits into that many characters, cut at the last blank line, else at the last line end, else at the last space.
    ``declared`` gives the provenance of every document (``{licence: CC-BY-SA-3.0}``). Lines are joined by LF; blank
    documents are none. A document over ``maximum_bytes`` or in another encoding is rejected with its first line.
    """
    characters = _check_split(split)
    _check_encoding(encoding)
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with open_input(file, advance) as chunks:
            lines = read_lines(chunks, maximum_bytes)
            pieces = _pieces(lines, split, maximum_bytes)
            if characters is not None:
                pieces = pack(pieces, characters, encoding)
            for piece in pieces:
                yield from _document(piece, file, split, encoding, maximum_bytes, provenance, reject)

    options = {"split": split, "encoding": encoding, "maximum_bytes": maximum_bytes, "declared": provenance}
    return FileSource("text", find_files(path, SUFFIXES), read, options)


def _pieces(lines: Iterable[Line], split: Split, limit: int) -> Iterator[Piece]:
    held: Piece | None = None
    for line in lines:
        blank = not line.content.strip() and line.whole
        if held is not None and (split not in ("file", "paragraph") or (split == "paragraph" and blank)):
            yield held
            held = None
        if split == "paragraph" and blank:
            continue
        held = held or Piece(line.number)
        held.add(line, limit)
    if held is not None:
        yield held


def _document(
    piece: Piece, file: InputFile, split: Split, encoding: str, limit: int, provenance: dict[str, str], reject: Reject
) -> Iterator[dict[str, Any]]:
    content = b"\n".join(piece.content)
    locator = file.name if split == "file" else f"{file.name}:{piece.number}"
    if piece.size > limit:
        evidence = "longer than a document may be; split the file into smaller ones with the option split"
        reject(Rejected(locator, file.name, "document-too-long", evidence, piece.size, limit, content[:EVIDENCE_BYTES]))
        return
    try:
        decoded = content.decode(encoding)
    except UnicodeDecodeError as error:
        rule = "invalid-utf8" if encoding.lower() in ("utf-8", "utf8") else "wrong-encoding"
        evidence = f"byte {error.start + 1} is not {encoding}; the option encoding names another one"
        reject(Rejected(locator, file.name, rule, evidence, content=content[:EVIDENCE_BYTES]))
        return
    if decoded.strip():
        yield text_record(_without_blank_ends(decoded), locator, **{"source": file.name, **provenance})


def _without_blank_ends(text: str) -> str:
    """Blank lines at both ends go; the indentation of the first line stays."""
    first = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, first) + 1 :].rstrip()


def _check_split(split: Split) -> int | None:
    if isinstance(split, str):
        return None
    characters = split.get("characters")
    if len(split) != 1 or characters is None or characters < 1:
        raise ConfigError(f"split: {split!r} is no way to split; use file, paragraph, line or {{characters: 2000}}")
    return characters


def _check_encoding(encoding: str) -> None:
    try:
        extends_ascii = "a\n".encode(encoding) == b"a\n"
    except LookupError:
        raise ConfigError(f"encoding: no encoding {encoding!r}; utf-8, latin-1 and cp1252 are common ones") from None
    if not extends_ascii:
        raise InputError(f"encoding: {encoding!r} does not extend ASCII; convert the files to UTF-8 first")
