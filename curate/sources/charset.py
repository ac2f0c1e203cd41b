"""The encoding of a web page: what its bytes, its server and itself say of it, in the order of the HTML standard."""

import codecs
import re
from dataclasses import dataclass

PRESCAN = 1_024  # the HTML standard looks for a declaration in the first 1,024 bytes
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META = re.compile(rb"<meta[^>]{1,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
# The encodings of the standard by Python's names. Others (punycode, escapes) are no page's, and some are slow.
_NAMES = """
utf-8 cp866 cp874 cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 big5 big5hkscs euc_jp
euc_kr gb18030 gb2312 gbk iso2022_jp iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10
iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic shift_jis utf-16-be utf-16-le
"""
_PAGES = frozenset(_NAMES.split())
_STANDARD = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "utf-16": "utf-16-le"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding that was used, whether anybody had declared it, and how many bytes it could not read."""

    text: str
    encoding: str
    declared: bool
    unreadable: int


def decode_page(content: bytes, content_type: str = "") -> Decoded:
    """A page as text: by its byte order mark, its ``Content-Type`` header, its own declaration, else UTF-8, else
    windows-1252. What cannot be read becomes U+FFFD and is counted."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, True)
    stated = _PARAMETER.search(content_type)
    meta = _META.search(content[:PRESCAN])
    for label in (stated[1] if stated else None, meta[1].decode("ascii") if meta else None):
        known = _known(label) if label else None
        if known:
            return _decoded(content, known, True)
    found = _decoded(content, "utf-8", False)
    return found if not found.unreadable else _decoded(content, "cp1252", False)


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    name = _STANDARD.get(name, name)
    return name if name in _PAGES else None


def _decoded(content: bytes, encoding: str, declared: bool) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding, declared, 0)
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
        return Decoded(text, encoding, declared, max(1, text.count("\ufffd")))
