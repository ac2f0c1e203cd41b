"""Families of licences: what all licences of a family ask of, or grant to, whoever uses a work.

The legal category of each of the 2,500 licences comes from the index that the library license-expression brings along
(ScanCode LicenseDB, CC BY 4.0); what Creative Commons' letters say is read off the id.
"""

import re
from functools import cache
from typing import Any

from license_expression import Licensing, get_license_index, get_spdx_licensing

ANY = "any"
_CATEGORIES: dict[str, frozenset[str]] = {
    "Public Domain": frozenset({"public-domain"}),
    "Permissive": frozenset({"permissive", "attribution"}),
    "Copyleft Limited": frozenset({"copyleft", "weak-copyleft", "attribution"}),
    "Copyleft": frozenset({"copyleft", "strong-copyleft", "attribution"}),
    "Source-available": frozenset({"source-available", "attribution"}),
    "Free Restricted": frozenset({"restricted", "attribution"}),
    "Proprietary Free": frozenset({"proprietary"}),
    "Commercial": frozenset({"proprietary"}),
    "Patent License": frozenset({"proprietary"}),
    "Unstated License": frozenset({"proprietary"}),
}
_OF_OUR_OWN = {
    "LicenseRef-Public-Domain": frozenset({"public-domain"}),
    "LicenseRef-Proprietary": frozenset({"proprietary"}),
}
_NON_COMMERCIAL = re.compile(r"(?:^|-)NC(?:-|$)|Noncommercial", re.IGNORECASE)
_NO_DERIVATIVES = re.compile(r"^CC-(?:.*-)?ND(?:-|$)")
_SHARE_ALIKE = re.compile(r"^CC-(?:.*-)?SA(?:-|$)|^ODbL-|^CDLA-Sharing-")
# Licences whose own text asks for no notice with copies.
NO_NOTICE = frozenset({"0BSD", "MIT-0", "CC0-1.0", "Unlicense", "PDDL-1.0", "WTFPL"})
FAMILIES: dict[str, str] = {
    ANY: "every licence that is known",
    "public-domain": "no conditions (CC0-1.0, Unlicense, PDDL-1.0)",
    "permissive": "notices at most (MIT, Apache-2.0, BSD-3-Clause, CC-BY-4.0)",
    "weak-copyleft": "changes to the work itself stay under its licence (LGPL, MPL-2.0, CC-BY-SA-4.0)",
    "strong-copyleft": "works made from it take its licence (GPL, AGPL, ODbL-1.0)",
    "copyleft": "weak or strong copyleft",
    "share-alike": "adapted material takes this licence: Creative Commons SA, ODbL-1.0, CDLA-Sharing-1.0",
    "non-commercial": "no commercial use: Creative Commons NC, PolyForm-Noncommercial",
    "no-derivatives": "adapted material must not be passed on: Creative Commons ND",
    "attribution": "credit or a notice is owed",
    "source-available": "readable, but not free to use (BUSL-1.1, SSPL-1.0, Creative Commons NC and ND)",
    "restricted": "free with limits on the field of use (C-UDA-1.0)",
    "proprietary": "no general permission",
}
# SPDX writes these deprecated ids as a licence with an exception today (SPDX License List 3.0, 2017).
DEPRECATED: dict[str, str] = {
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}
_LATER: dict[str, tuple[str, ...]] = {
    "GPL": ("1.0", "2.0", "3.0"),
    "LGPL": ("2.0", "2.1", "3.0"),
    "AGPL": ("1.0", "3.0"),
    "GFDL": ("1.1", "1.2", "1.3"),
}


def families(key: str) -> frozenset[str]:
    """The families of one SPDX id, ``any`` among them; a licence of one's own (LicenseRef-...) has none."""
    if key in _OF_OUR_OWN:
        return _OF_OUR_OWN[key] | {ANY}
    if key not in _categories():
        return frozenset()
    found = _CATEGORIES.get(_categories()[key], frozenset()) | {ANY}
    for name, pattern in (
        ("non-commercial", _NON_COMMERCIAL),
        ("no-derivatives", _NO_DERIVATIVES),
        ("share-alike", _SHARE_ALIKE),
    ):
        if pattern.search(key):
            found |= {name, "copyleft"} if name == "share-alike" else {name}
    return found - {"attribution"} if key in NO_NOTICE else found


def alternatives(key: str) -> tuple[str, ...]:
    """Ids under one of which a work with this id may be used: ``GPL-2.0-or-later`` is GPL-2.0 or GPL-3.0, as you like.

    >>> alternatives("GPL-2.0-or-later")
    ('GPL-2.0-or-later', 'GPL-2.0-only', 'GPL-3.0-only', 'GPL-3.0-or-later')
    >>> alternatives("MIT")
    ('MIT',)
    """
    stem, _, version = key.removesuffix("-or-later").partition("-")
    versions = _LATER.get(stem, ())
    if not key.endswith("-or-later") or version not in versions:
        return (key,)
    later = versions[versions.index(version) :]
    forms = [f"{stem}-{number}-{ending}" for number in later for ending in ("only", "or-later")]
    return (key, *(form for form in forms if form != key))


@cache
def licensing() -> Licensing:
    """The parser of SPDX expressions, with every id of the SPDX licence list."""
    return get_spdx_licensing()


@cache
def current_expression(expression: str) -> str:
    """The expression with deprecated ids of a licence with an exception written as today.

    Plain deprecated ids (``GPL-2.0+``) are renamed by the parser. Raises what the parser raises.
    """
    tree = licensing().parse(expression)
    if tree is None or not DEPRECATED.keys() & set(licensing().license_keys(tree)):
        return expression
    return str(tree.subs({licensing().parse(old): licensing().parse(new) for old, new in DEPRECATED.items()}).render())


@cache
def _categories() -> dict[str, str]:
    index: list[dict[str, Any]] = get_license_index()
    return {entry["spdx_license_key"]: entry["category"] for entry in index if entry.get("spdx_license_key")}
