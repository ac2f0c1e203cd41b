"""HTML files: the article of each page, with what the page says of its language, licence and permitted use."""

from collections.abc import Mapping
from typing import Literal

from ...core import text_record
from ..base import SOURCES, Reject, Rejected, Source
from .extras import require
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, read_whole
from .lines import EVIDENCE_BYTES
from .page import Extract, Unusable, read_page
from .provenance import declared_provenance

SUFFIXES = (".html", ".htm", ".xhtml")
LARGEST_PAGE = 4 << 20
Errors = Literal["reject", "replace"]


@SOURCES.register("html", source="Barbaresi 2021, Trafilatura, https://aclanthology.org/2021.acl-demo.15")
def html(
    path: Paths,
    extract: Extract = "main",
    errors: Errors = "reject",
    declared: Mapping[str, str] | None = None,
    maximum_bytes: int = LARGEST_PAGE,
) -> Source:
    """HTML files, one document each, also as .gz, .zst and .bz2 (extra ``documents``).

    ``path`` is a file, a folder (every .html, .htm and .xhtml in it), a pattern or a URL. ``extract`` is ``main`` (the
    article, found by trafilatura) or ``all`` text that is visible. The title becomes an attribute, and so do the meta
    tags ``robots``, ``tdm-reservation`` and ``tdm-policy``; the language, a link with rel=license and the canonical
    address become provenance, before what ``declared`` says. A page with bytes of another encoding is rejected, or kept
    with U+FFFD in their place where ``errors`` is ``replace``; one over ``maximum_bytes``, too complex to parse or
    without text is rejected with the reason.
    """
    version = require("trafilatura", "html")
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        content, size = read_whole(file, maximum_bytes, advance)
        found = (
            Unusable("document-too-long", "longer than a page may be", size, maximum_bytes)
            if size > maximum_bytes
            else read_page(content, extract=extract, replace=errors == "replace")
        )
        if not size:
            return
        if isinstance(found, Unusable):
            start = content[:EVIDENCE_BYTES]
            reject(Rejected(file.name, file.name, found.rule, found.evidence, found.measured, found.limit, start))
            return
        fields = {"source": file.name, **provenance, **found.fields}
        yield text_record(found.text, file.name, **fields, attributes=found.attributes)

    options = {"extract": extract, "errors": errors, "maximum_bytes": maximum_bytes, "declared": provenance}
    return FileSource("html", find_files(path, SUFFIXES), read, options | {"trafilatura": version})
