"""The text of a web page and what the page says of itself: title, language, licence, and who may use it for what."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ...core import UNKNOWN
from ..licences import normalise_licence
from .charset import decode_page
from .columns import LONGEST_ATTRIBUTE

Extract = Literal["main", "all"]

MOST_ATTRIBUTES = 1_000  # of one tag: what the parser does with them takes time with the square of their number
DEEPEST = 256  # elements inside one another: where the parser stops, without a word of the text behind
SIGNALS = ("robots", "tdm-reservation", "tdm-policy")
_TAG = re.compile(r"<[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]+[^\s/>=][^\s/>=]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,30})?")
_HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object", "svg", "math"})
_INLINE_NAMES = """
a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q ruby s samp small span
strike strong sub sup td th time tt u var wbr
"""
_INLINE = frozenset(_INLINE_NAMES.split())


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. ``fields`` are provenance (url, licence, language) that the page itself states."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a document has no text that could be used: the rule, and its two numbers where it has any."""

    rule: str
    evidence: str
    measured: float | None = None
    limit: float | None = None


def read_page(
    content: bytes, content_type: str = "", extract: Extract = "main", replace: bool = False
) -> Page | Unusable:
    """The page in these bytes. ``extract`` is ``main`` (the article without menus and footers) or ``all`` that is
    visible; with ``replace`` bytes of another encoding become U+FFFD instead of making the page unusable."""
    decoded = decode_page(content, content_type)
    if decoded.unreadable and not replace:
        evidence = f"bytes that are not {decoded.encoding}; the option errors: replace keeps such pages"
        return Unusable("wrong-encoding", evidence, decoded.unreadable, 0)
    tree = _parse(decoded.text.replace("\0", "\ufffd"))
    if isinstance(tree, Unusable):
        return tree
    attributes = _attributes(tree)
    if decoded.encoding != "utf-8" and not decoded.declared:
        attributes["encoding"] = f"{decoded.encoding}, assumed"
    if decoded.unreadable:
        attributes["unreadable_bytes"] = str(decoded.unreadable)
    fields = _fields(tree, attributes)
    visible = _visible_text(tree)
    text = visible if extract == "all" else _main_text(tree)
    if isinstance(text, Unusable):
        return text
    if not text:
        rule, evidence = ("no-text", "nothing to read on the page") if not visible else (
            "no-main-text", "no article among what is visible; the option extract: all keeps all of it"
        )  # fmt: skip
        return Unusable(rule, evidence, len(visible))
    return Page(text, fields, attributes)


def _parse(text: str) -> Any:
    """The tree of a page, or why it has none. The parser drops what lies beyond its limits, so they are errors here."""
    from lxml import etree, html

    crowded = _crowded_tag(text)
    if crowded:
        return Unusable("too-complex", "attributes of one tag", crowded, MOST_ATTRIBUTES)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return Unusable("no-text", "nothing to read on the page", 0)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        evidence = f"elements nested deeper than {DEEPEST}, or one text of over 10 MB: the parser stops there"
        return Unusable("too-complex", evidence, limit=DEEPEST)
    return tree


def _crowded_tag(text: str) -> int:
    """The number of attributes of the first tag that has more than 1,000, else 0."""
    for tag in _TAG.finditer(text):
        place, number = tag.end(), 0
        while found := _ATTRIBUTE.match(text, place):
            place, number = found.end(), number + 1
            if number > MOST_ATTRIBUTES:
                return number
    return 0


def _main_text(tree: Any) -> str | Unusable:
    # Imported here because it takes a moment, which every command of headwater would wait for.
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its messages go past the progress bars
    try:
        return (trafilatura.extract(tree, include_comments=False, include_tables=True) or "").strip()
    except Exception as error:  # third-party code on hostile input: whatever it raises, the page gets its row
        return Unusable("too-complex", f"the extraction of the article ended in {type(error).__name__}")


def _visible_text(tree: Any) -> str:
    """All text of the body, one line a block."""
    bodies = tree.xpath("//body")
    spelled = "".join(_pieces(bodies[0] if bodies else tree))
    lines = (" ".join(line.split()) for line in spelled.split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(root: Any) -> Iterator[str]:
    from lxml import etree

    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if name in _HIDDEN:
                walker.skip_subtree()
                continue
            yield "" if name in _INLINE else "\n"
            yield _flat(element.text)
        else:
            yield "\t" if name in ("td", "th") else "" if name in _INLINE else "\n"
            yield _flat(element.tail) if element is not root else ""


def _flat(text: str | None) -> str:
    return " ".join((text or "").split("\n"))


def _attributes(tree: Any) -> dict[str, str]:
    """Title, and what the page says of crawlers and of mining, by the names of its meta tags."""
    found: dict[str, str] = {}
    titles = tree.xpath("//head/title") or tree.xpath("//title")
    if titles:
        found["title"] = titles[0].text_content()
    for meta in tree.iter("meta"):
        name, value = (meta.get("name") or "").strip().lower(), meta.get("content") or ""
        if name in SIGNALS and value.strip():
            found[name] = f"{found[name]}, {value.strip()}" if name in found else value
        if (meta.get("property") or "").strip().lower() == "article:published_time":
            found["published"] = value
    cut = {name: " ".join(value.split())[:LONGEST_ATTRIBUTE] for name, value in found.items()}
    return {name: value for name, value in cut.items() if value}


def _fields(tree: Any, attributes: dict[str, str]) -> dict[str, str]:
    """Licence, language and address, where the page states them; the licence as it was stated becomes an attribute."""
    fields = {}
    links = [(link, (link.get("rel") or "").lower().split()) for link in tree.iter("a", "link", "area")]
    licences = sorted({link.get("href", "").strip() for link, rel in links if "license" in rel} - {""})
    if licences:
        attributes["licence_declared"] = ", ".join(licences)[:LONGEST_ATTRIBUTE]
        known = sorted({normalise_licence(licence) for licence in licences})
        fields["licence"] = UNKNOWN if UNKNOWN in known else " AND ".join(known)
    address = next((link.get("href", "").strip() for link, rel in links if "canonical" in rel), "")
    if address.lower().startswith(("http://", "https://")):
        fields["url"] = address[:LONGEST_ATTRIBUTE]
    root = next(tree.iter("html"), tree)
    language = _LANGUAGE.fullmatch((root.get("lang") or root.get("xml:lang") or "").strip())
    if language:
        fields["language"] = language[1].lower()
    return fields
