"""Messy licence strings as they stand in package metadata, data-set cards and files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.licences import licence_keys, normalise_licence

MIT_TEXT = """Copyright (c) 2020 The authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND."""
BSD_2_TEXT = """Copyright (c) 2020, the authors. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted provided that:
1. Redistributions of source code must retain the above copyright notice.
2. Redistributions in binary form must reproduce the above copyright notice.
THIS SOFTWARE IS PROVIDED WITHOUT ANY EXPRESS OR IMPLIED WARRANTIES."""
BSD_3_TEXT = BSD_2_TEXT.replace(
    "THIS SOFTWARE",
    "3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse products.\n"
    "THIS SOFTWARE",
)
APACHE_TEXT = (
    "                  Apache License\n          Version 2.0, January 2004\n  http://www.apache.org/licenses/\n"
)

MESSY = {
    "MIT": "MIT",
    "mit": "MIT",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "MIT license, see LICENSE": "unknown",
    "MIT Licence": "MIT",
    "Expat": "MIT",
    "License :: OSI Approved :: MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "Apache-2": "Apache-2.0",
    "apache2": "Apache-2.0",
    "ASL 2": "Apache-2.0",
    "Licensed under the Apache License, Version 2.0": "Apache-2.0",
    "http://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception": "Apache-2.0 WITH LLVM-exception",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3 Clause License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "New BSD": "BSD-3-Clause",
    "new BSD License": "BSD-3-Clause",
    "BSD-3": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Simplified BSD": "BSD-2-Clause",
    "ISC License": "ISC",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "MPL 2.0": "MPL-2.0",
    "MPL-2.0 AND MIT": "MPL-2.0 AND MIT",
    "MPLv2.0, MIT Licences": "MPL-2.0 AND MIT",
    "GPL": "GPL-1.0-or-later",
    "GPLv3": "GPL-3.0-only",
    "GPLv3+": "GPL-3.0-or-later",
    "GPL-3.0": "GPL-3.0-only",
    "GNU GPL v3 or later": "GPL-3.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "License :: OSI Approved :: GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License, version 2": "GPL-2.0-only",
    "LGPL": "LGPL-2.0-or-later",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "LGPL v3": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-2.0-or-later",
    "AGPLv3": "AGPL-3.0-only",
    "https://www.gnu.org/licenses/gpl-3.0.html": "GPL-3.0-only",
    "PSF": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "MIT OR Apache-2.0": "MIT OR Apache-2.0",
    "MIT or Apache 2.0": "MIT OR Apache-2.0",
    "MIT/Apache-2.0": "MIT OR Apache-2.0",
    "MIT, BSD": "MIT AND BSD-3-Clause",
    "Apache License 2.0 and MIT License": "Apache-2.0 AND MIT",
    "(MIT OR Apache-2.0) AND BSD-3-Clause": "(MIT OR Apache-2.0) AND BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "CC BY-SA 3.0": "CC-BY-SA-3.0",
    "CC BY-NC-SA 4.0": "CC-BY-NC-SA-4.0",
    "Creative Commons Attribution 4.0 International": "CC-BY-4.0",
    "Creative Commons Attribution-ShareAlike 4.0 International License": "CC-BY-SA-4.0",
    "Creative Commons Attribution-NonCommercial 4.0": "CC-BY-NC-4.0",
    "Creative Commons Attribution-Non-Commercial-Share Alike 4.0": "CC-BY-NC-SA-4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC-BY-SA-4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "CC0": "CC0-1.0",
    "CC0 1.0 Universal": "CC0-1.0",
    "CC BY": "unknown",
    "odc-by": "ODC-By-1.0",
    "Public Domain": "LicenseRef-Public-Domain",
    "Proprietary": "LicenseRef-Proprietary",
    "LicenseRef-My-Terms": "LicenseRef-My-Terms",
    "https://opensource.org/licenses/MIT": "MIT",
    "https://opensource.org/licenses/BSD-3-Clause": "BSD-3-Clause",
    "Unlicense": "Unlicense",
    "Boost Software License 1.0": "BSL-1.0",
    "zlib/libpng": "Zlib",
    "Eclipse Public License 2.0": "EPL-2.0",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "Dual License": "unknown",
    "Other": "unknown",
    "see LICENSE": "unknown",
    "LICENSE.txt": "unknown",
    "UNKNOWN": "unknown",
    "": "unknown",
    "   ": "unknown",
    "None": "unknown",
    "MIT and some other thing": "unknown",
    "MIT AND BSD OR Apache 2": "unknown",
    MIT_TEXT: "MIT",
    BSD_2_TEXT: "BSD-2-Clause",
    BSD_3_TEXT: "BSD-3-Clause",
    APACHE_TEXT: "Apache-2.0",
    "MIT\n\nCopyright (c) the authors": "MIT",
    "\ud800": "unknown",
    "(" * 5000: "unknown",
}


@pytest.mark.parametrize(("messy", "expected"), MESSY.items(), ids=lambda text: text[:40].strip() or "blank")
def test_messy_licence_becomes_its_spdx_expression(messy: str, expected: str) -> None:
    assert normalise_licence(messy) == expected


@pytest.mark.parametrize("value", [None, 3, [], {"license": "MIT"}, b"MIT"])
def test_what_is_no_text_is_unknown(value: object) -> None:
    assert normalise_licence(value) == "unknown"


@pytest.mark.parametrize(
    "messy", [text for text, spdx in MESSY.items() if spdx != "unknown"], ids=lambda text: text[:40]
)
def test_normalising_twice_changes_nothing(messy: str) -> None:
    assert normalise_licence(normalise_licence(messy)) == normalise_licence(messy)


@given(st.text(max_size=400))
def test_any_text_gives_an_answer(text: str) -> None:
    assert normalise_licence(text)


@given(st.lists(st.sampled_from(["MIT", "BSD", "and", "or", "(", ")", "/", ",", "GPL", "v3", "+", "WITH", "CC", "BY"])))
def test_any_mixture_of_licence_words_gives_an_answer(parts: list[str]) -> None:
    assert normalise_licence(" ".join(parts))


def test_keys_of_an_expression_are_its_single_licences() -> None:
    assert licence_keys("MIT OR (BSD-3-Clause AND Apache-2.0)") == ["Apache-2.0", "BSD-3-Clause", "MIT"]


def test_unknown_has_no_keys() -> None:
    assert licence_keys("unknown") == []
