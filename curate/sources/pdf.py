"""PDF files: one document a file or a page."""

import io
import logging
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ...core import text_record
from ..base import SOURCES, Reject, Rejected, Source
from .columns import LONGEST_ATTRIBUTE
from .extras import require
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, read_whole
from .lines import EVIDENCE_BYTES
from .page import Unusable
from .provenance import declared_provenance

SUFFIXES = (".pdf",)
LARGEST_FILE = 64 << 20
MOST_PAGES = 5_000
Split = Literal["file", "page"]


@SOURCES.register("pdf", source="ISO 32000; text by pypdf")
def pdf(
    path: Paths,
    split: Split = "file",
    declared: Mapping[str, str] | None = None,
    maximum_bytes: int = LARGEST_FILE,
    maximum_pages: int = MOST_PAGES,
) -> Source:
    """PDF files, one document a file or a page, also as .gz, .zst and .bz2 (extra ``documents``).

    ``path`` is a file, a folder (every .pdf in it), a pattern or a URL. ``split`` says what a document is: a ``file``,
    whose attribute ``page_starts`` gives the character at which each page begins, or a ``page`` with its number in the
    attribute ``page``. Title, author and time of creation become attributes, the language provenance before what
    ``declared`` says. A file that is encrypted, broken, without text (a scan), over ``maximum_bytes`` or over
    ``maximum_pages`` is rejected with the reason; so is a page that cannot be read, and with ``file`` its whole file.
    """
    version = require("pypdf", "pdf")
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        content, size = read_whole(file, maximum_bytes, advance)
        if not size:
            return
        bad = Unusable("document-too-long", "longer than a file may be", size, maximum_bytes)
        found = bad if size > maximum_bytes else _open(content, maximum_pages)
        if isinstance(found, Unusable):
            reject(_rejected(file, file.name, found, content))
            return
        fields, attributes = _metadata(found)
        documents = _whole(found) if split == "file" else _pages(found)
        for suffix, text, extra in documents:
            locator = f"{file.name}{suffix}"
            if isinstance(text, Unusable):
                reject(_rejected(file, locator, text, content))
            else:
                known = {"source": file.name, **provenance, **fields}
                yield text_record(text, locator, **known, attributes=attributes | extra)

    options = {"split": split, "maximum_bytes": maximum_bytes, "maximum_pages": maximum_pages, "declared": provenance}
    return FileSource("pdf", find_files(path, SUFFIXES), read, options | {"pypdf": version})


def _rejected(file: InputFile, locator: str, reason: Unusable, content: bytes) -> Rejected:
    return Rejected(
        locator, file.name, reason.rule, reason.evidence, reason.measured, reason.limit, content[:EVIDENCE_BYTES]
    )


def _open(content: bytes, most_pages: int) -> Any:
    """A reader of pypdf that has its pages, or why there is none."""
    from pypdf import PasswordType, PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its messages go past the progress bars
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return Unusable("encrypted", "opens with a password only")
        pages = len(reader.pages)
    except Exception as error:  # third-party code on hostile input: whatever it raises, the file gets its row
        rule = "encrypted" if type(error).__name__ == "DependencyError" else "invalid-pdf"
        return Unusable(rule, f"the file cannot be opened ({type(error).__name__})")
    if pages > most_pages:
        return Unusable("too-many-pages", "pages of one file", pages, most_pages)
    return reader


Document = tuple[str, str | Unusable, dict[str, str]]


def _pages(reader: Any) -> Iterator[Document]:
    """Suffix of the locator, text and attributes of each page that is not blank."""
    pages = len(reader.pages)
    blank = 0
    for number in range(pages):
        text = _page_text(reader, number)
        if isinstance(text, Unusable) or text:
            yield f":{number + 1}", text, {"page": str(number + 1), "pages": str(pages)}
        else:
            blank += 1
    if blank == pages:
        yield "", _no_text(pages), {}


def _whole(reader: Any) -> Iterator[Document]:
    """The pages as one text with a blank line between them; a page that cannot be read spoils the file."""
    texts: list[str] = []
    starts, place = [], 0
    for number in range(len(reader.pages)):
        text = _page_text(reader, number)
        if isinstance(text, Unusable):
            yield "", text, {}
            return
        starts.append(str(place))
        texts.append(text)
        place += len(text) + 2 if text else 0
    joined = "\n\n".join(filter(None, texts))
    places = ",".join(starts)
    yield "", joined or _no_text(len(texts)), {"pages": str(len(texts)), "page_starts": places}


def _no_text(pages: int) -> Unusable:
    return Unusable("no-text", "no text on any page; a scan needs character recognition first", 0, None)


def _page_text(reader: Any, number: int) -> str | Unusable:
    try:
        text: str = reader.pages[number].extract_text()
    except Exception as error:  # as above
        return Unusable("invalid-pdf", f"page {number + 1} cannot be read ({type(error).__name__})")
    return text.encode("utf-8", "replace").decode().strip()


def _metadata(reader: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Provenance and attributes that the file states; damaged ones are left out."""
    fields, attributes = {}, {}
    try:
        language = str(reader.trailer["/Root"].get("/Lang") or "").split("-")[0].lower()
        if language.isascii() and language.isalpha() and 2 <= len(language) <= 3:
            fields["language"] = language
        for key, name in (("/Title", "title"), ("/Author", "author"), ("/CreationDate", "created")):
            value = " ".join(str((reader.metadata or {}).get(key) or "").split())
            attributes[name] = value.encode("utf-8", "replace").decode()[:LONGEST_ATTRIBUTE]
    except Exception:  # as above; the text is worth keeping without them
        pass
    return fields, {name: value for name, value in attributes.items() if value}
