"""Which licence a full licence text is, by phrases that only that licence has."""

import re
from collections.abc import Iterator

CAP = 200_000

# (SPDX id, opening phrase, phrases that must follow it, phrases that must not), in lower case with single spaces.
# The texts of the GNU licences do not say "only" or "or later": "only" grants less, so it is never too generous.
Signature = tuple[str, str, tuple[str, ...], tuple[str, ...]]
_MIT = "permission is hereby granted, free of charge, to any person obtaining"
_MIT_NOTICE = "permission notice shall be included in all copies or"
_ISC = "distribute this software for any purpose with or without fee is hereby granted"
_BSD = "redistribution and use in source and binary forms"
_BSD_NAMES = re.compile(r"neither the names?\b|(?:nor|or) the names? of|names? of .{1,200}? (?:may|must) not be used")
SIGNATURES: tuple[Signature, ...] = (
    ("Apache-2.0", "apache license version 2.0, january 2004", (), ()),
    ("Apache-2.0", "licensed under the apache license, version 2.0", (), ()),
    ("MIT", _MIT, (_MIT_NOTICE,), ("except as contained in this notice", "advertising or otherwise to promote")),
    ("X11", _MIT, (_MIT_NOTICE, "advertising or otherwise to promote"), ()),
    ("MIT-0", _MIT, ("the software is provided",), (_MIT_NOTICE,)),
    ("BSL-1.0", "boost software license - version 1.0", (), ()),
    ("ISC", _ISC, ("provided that the above copyright notice",), ()),
    ("0BSD", _ISC, ("the software is provided",), ("provided that the above copyright notice",)),
    ("MPL-2.0", "mozilla public license version 2.0", (), ()),
    ("MPL-1.1", "mozilla public license version 1.1", (), ()),
    ("AGPL-3.0-only", "gnu affero general public license version 3", (), ()),
    ("LGPL-3.0-only", "gnu lesser general public license version 3", (), ()),
    ("LGPL-2.1-only", "gnu lesser general public license version 2.1", (), ()),
    ("LGPL-2.0-only", "gnu library general public license version 2", (), ()),
    ("GPL-3.0-only", "gnu general public license version 3", (), ()),
    ("GPL-2.0-only", "gnu general public license version 2", (), ()),
    ("PSF-2.0", "python software foundation license version 2", (), ()),
    ("Unlicense", "this is free and unencumbered software released into the public domain", (), ()),
    ("CC0-1.0", "cc0 1.0 universal", (), ()),
    ("CC-BY-4.0", "creative commons attribution 4.0 international", (), ()),
    ("CC-BY-SA-4.0", "creative commons attribution-sharealike 4.0 international", (), ()),
    ("CC-BY-NC-4.0", "creative commons attribution-noncommercial 4.0 international", (), ()),
    ("Zlib", "altered source versions must be plainly marked", (), ()),
    ("EPL-2.0", "eclipse public license - v 2.0", (), ()),
    ("WTFPL", "do what the fuck you want to public license", (), ()),
)
_REACH = 2_500  # characters after the opening phrase in which one licence text ends


def recognise_licence_texts(text: str) -> list[str]:
    """SPDX ids of the licence texts found in ``text``, each once, in the order in which they stand there."""
    flat = re.sub(r"[\s#*/>\"“”'`]+", " ", text[:CAP]).lower()
    found = sorted({*_signed(flat), *_bsd(flat)})
    return list(dict.fromkeys(licence for _, licence in found))


def _signed(flat: str) -> Iterator[tuple[int, str]]:
    for licence, opening, needed, refused in SIGNATURES:
        start = flat.find(opening)
        while start >= 0:
            reach = flat[start : start + _REACH]
            if all(phrase in reach for phrase in needed) and not any(phrase in reach for phrase in refused):
                yield start, licence
                break
            start = flat.find(opening, start + len(opening))


def _bsd(flat: str) -> Iterator[tuple[int, str]]:
    start = flat.find(_BSD)
    while start >= 0:
        end = flat.find(_BSD, start + len(_BSD))
        conditions = flat[start : min(start + _REACH, end if end >= 0 else len(flat))].split("express or implied", 1)[0]
        if "all advertising materials mentioning" in conditions:
            yield start, "BSD-4-Clause"
        elif _BSD_NAMES.search(conditions):
            yield start, "BSD-3-Clause"
        elif "binary form must reproduce" in conditions:
            yield start, "BSD-2-Clause"
        start = end
