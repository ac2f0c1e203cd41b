"""What people call licences, as SPDX ids.

A name that fits several versions stands for the one that asks most of the user ("BSD" is BSD-3-Clause), or for what the
licence itself says of a missing version number ("GPL" is GPL-1.0-or-later). Creative Commons without a version stays
unknown: its versions differ in what they cover.
"""

import re

from ..core import UNKNOWN

# SPDX id: names as :func:`words` writes them (lower case, no "the", "license", "version", ".0").
NAMES: dict[str, tuple[str, ...]] = {
    "MIT": ("mit", "expat", "mit expat", "expat mit", "mit style", "mit x 11", "x 11 mit"),
    "Apache-2.0": ("apache", "apache 2", "apache software", "apache software 2", "apache 2 software", "asl 2", "al 2"),
    "Apache-1.1": ("apache 1.1", "apache software 1.1"),
    "BSD-3-Clause": (
        "bsd", "bsd 3", "bsd 3 clause", "3 clause bsd", "bsd three clause", "three clause bsd", "new bsd", "bsd new",
        "modified bsd", "revised bsd", "bsd style", "bsd like", "bsd derived", "bsd 3 clause new or revised",
        "bsd 3 clause new", "new bsd 3 clause", "bsd 3 clauses", "new or modified bsd", "bsd or bsd like",
    ),
    "BSD-2-Clause": (
        "bsd 2", "bsd 2 clause", "2 clause bsd", "bsd two clause", "two clause bsd", "simplified bsd", "freebsd",
        "bsd 2 clause simplified", "bsd simplified",
    ),
    "BSD-4-Clause": ("bsd 4 clause", "4 clause bsd", "original bsd", "old bsd"),
    "0BSD": ("0 bsd", "bsd 0 clause", "0 clause bsd", "zero clause bsd", "bsd zero clause"),
    "ISC": ("isc", "iscl", "isc iscl"),
    "MPL-2.0": ("mpl 2", "mozilla public 2", "mozilla public", "mpl"),
    "MPL-1.1": ("mpl 1.1", "mozilla public 1.1"),
    "PSF-2.0": ("psf", "psf 2", "psfl", "python software foundation", "python software foundation 2", "python"),
    "Unlicense": ("unlicense", "unlicence", "unlicense unlicense"),
    "CC0-1.0": (
        "cc 0", "cc 0 1", "cc 0 1 universal", "creative commons zero", "creative commons zero 1 universal",
        "cc 0 1 universal public domain dedication", "cc 0 1 universal cc 0 1 public domain dedication",
        "creative commons cc 0", "creative commons zero 1",
    ),
    "LicenseRef-Public-Domain": ("public domain", "pd", "publicdomain"),
    "LicenseRef-Proprietary": (
        "proprietary", "other proprietary", "commercial", "all rights reserved", "closed source", "copyrighted",
    ),
    "Zlib": ("zlib", "zlib libpng", "zlib png"),
    "BSL-1.0": ("boost", "boost 1", "boost software", "boost software 1", "boost software 1 bsl 1"),
    "BUSL-1.1": ("business source 1.1", "business source", "busl 1.1"),
    "EPL-1.0": ("eclipse public 1", "epl 1"),
    "EPL-2.0": ("eclipse public 2", "epl 2", "eclipse public", "epl"),
    "EUPL-1.1": ("eupl 1.1", "european union public licence 1.1", "european union public 1.1"),
    "EUPL-1.2": ("eupl 1.2", "eupl", "european union public 1.2", "european union public"),
    "Artistic-2.0": ("artistic 2", "artistic"),
    "AFL-3.0": ("academic free 3", "afl 3"),
    "HPND": ("hpnd", "historical permission notice and disclaimer", "historical permission notice disclaimer"),
    "MIT-CMU": ("mit cmu", "cmu"),
    "MIT-0": ("mit 0", "mit no attribution"),
    "MS-PL": ("ms pl", "microsoft public"),
    "NCSA": ("ncsa", "university of illinois ncsa open source", "university of illinois ncsa"),
    "WTFPL": ("wtfpl", "do what fuck you want to public"),
    "ZPL-2.1": ("zpl", "zpl 2.1", "zope public", "zope public 2.1"),
    "ODC-By-1.0": ("odc by", "odc by 1", "open data commons attribution", "open data commons attribution 1"),
    "ODbL-1.0": ("odbl", "odbl 1", "open database", "open data commons open database", "odc odbl"),
    "PDDL-1.0": ("pddl", "pddl 1", "open data commons public domain dedication and"),
    "C-UDA-1.0": ("c uda", "c uda 1", "computational use of data agreement"),
    "OFL-1.1": ("ofl", "ofl 1.1", "sil open font 1.1", "sil ofl 1.1", "sil open font"),
    "OGL-UK-3.0": ("ogl", "ogl uk 3", "open government", "open government 3"),
}  # fmt: skip
_BY_NAME = {name: licence for licence, names in NAMES.items() for name in names}
_NOISE = frozenset({"the", "license", "licence", "licenses", "licences", "licensed", "under", "version", "terms"})
_OPTION = r"(?:\(?at your option\)?\s+)?"
_LATER = re.compile(rf"[\s,]+{_OPTION}(?:or|and)\s+{_OPTION}(?:any )?(?:later|newer|above|greater)")
_GNU = re.compile(
    r"(?:gnu )?(?:(?P<affero>affero general public|affero gpl|agpl)|(?P<lesser>(?:library or )?lesser general public"
    r"|lesser gpl|library general public|lgpl)|(?P<general>general public|gpl))"
    r"(?: (?P<version>[123](?:\.1)?))?(?P<later>\+)?(?: only)?(?: (?:gpl|lgpl|agpl)(?: [123](?:\.1)?\+?)?)?"
)
_NO_VERSION = {"AGPL": "AGPL-3.0-or-later", "LGPL": "LGPL-2.0-or-later", "GPL": "GPL-1.0-or-later"}
_GNU_VERSIONS = {"AGPL": {"1", "3"}, "LGPL": {"2", "2.1", "3"}, "GPL": {"1", "2", "3"}}
_COMMONS = (
    ("BY", {"by", "attribution"}),
    ("NC", {"nc", "noncommercial"}),
    ("ND", {"nd", "noderivatives", "noderivs"}),
    ("SA", {"sa", "sharealike"}),
)
_COMMONS_FILLER = {"cc", "creative", "commons", "international", "unported", "generic", "public", "intl"}
_COMMONS_SITE = r"creativecommons\.org"
_GNU_SITE = r"gnu\.org/(?:licenses|copyleft)"
_HUB = r"(?:opensource\.org/licenses?|choosealicense\.com/licenses|spdx\.org/licenses)"
_LINKS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (_COMMONS_SITE + r"/licenses/(?P<name>by(?:-[a-z]{2}){0,2})/(?P<version>[0-9]\.[0-9])", "cc {name} {version}"),
        (_COMMONS_SITE + r"/publicdomain/zero/1\.0", "cc0 1.0"),
        (_COMMONS_SITE + r"/publicdomain/mark", "public domain"),
        (_GNU_SITE + r"/(?:old-licenses/)?(?P<name>[al]?gpl)(?:-(?P<version>[123]\.[01]))?", "{name} {version}"),
        (r"apache\.org/licenses/license-(?P<version>[12]\.[01])", "apache {version}"),
        (r"mozilla\.org/(?:[a-z]{2}-[a-z]{2}/)?mpl/(?P<version>[12]\.[01])", "mpl {version}"),
        (_HUB + r"/(?P<name>[a-z0-9.+-]{1,60}?)(?:\.html|\.php|\.txt|/)?$", "{name}"),
    )
)


def words(name: str) -> str:
    """A licence's name in lower case, without filler words and punctuation; versions lose ``.0``."""
    text = _LATER.sub("+", name.lower())
    text = re.sub(r"\b(non?)[- ](?=commercial|deriv)", r"\1", re.sub(r"share[- ]alike", "sharealike", text))
    tokens = re.findall(r"[a-z]+|[0-9]+(?:\.[0-9]+)*\+?|\+", re.sub(r"v(?=\.? ?[0-9])", " ", text))
    kept = [re.sub(r"(?:\.0)+(?=\+?$)", "", token) for token in tokens if token not in _NOISE]
    return " ".join(kept).replace(" +", "+")


def licence_of_name(name: str) -> str:
    """SPDX id of an everyday name ("Apache 2.0 License", "GPLv3+", "CC BY-SA 4.0") or of a link to a licence."""
    key = words(_of_link(name))
    return _BY_NAME.get(key) or _gnu(key) or _commons(key) or UNKNOWN


def _of_link(name: str) -> str:
    text = name.strip().lower()
    for pattern, form in _LINKS:
        if found := pattern.search(text):
            return form.format(**{key: value or "" for key, value in found.groupdict().items()})
    return name


def _gnu(key: str) -> str:
    found = _GNU.fullmatch(key)
    if not found:
        return ""
    family = "AGPL" if found["affero"] else "LGPL" if found["lesser"] else "GPL"
    version = found["version"]
    if version is None:
        return _NO_VERSION[family]
    if version not in _GNU_VERSIONS[family]:
        return ""
    number = version if "." in version else f"{version}.0"
    return f"{family}-{number}-{'or-later' if found['later'] else 'only'}"


def _commons(key: str) -> str:
    tokens = key.split()
    if tokens[:1] != ["cc"] and tokens[:2] != ["creative", "commons"]:
        return ""
    versions = {token for token in tokens if token[0].isdigit()}
    elements = [short for short, names in _COMMONS if names & set(tokens)]
    known = _COMMONS_FILLER.union(versions, *(names for _, names in _COMMONS))
    if elements[:1] != ["BY"] or len(versions) != 1 or not set(tokens) <= known:
        return ""
    version = versions.pop()
    return f"CC-{'-'.join(elements)}-{version if '.' in version else version + '.0'}"
