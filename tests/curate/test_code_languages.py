import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.code_languages import LANGUAGES, code_language, language_of_content, language_of_shebang

PYTHON = "import os\n\n\ndef main(path):\n    for name in os.listdir(path):\n        print(name)\n"
GO = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("a")\n}\n'
RUST = "use std::io;\n\npub fn main() {\n    let mut x = 1;\n}\n"
PROSE = "While it rained, the import of grain from the east went on: nobody would do otherwise.\n" * 20


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("a/b.py", "", "Python"),
        ("a\\b.PY", "", "Python"),
        ("src/Makefile", "", "Makefile"),
        ("x.h", "#include <a.h>\nint f(void);\n", "C"),
        ("x.h", "namespace a {\nclass B;\n}\n", "C++"),
        ("x.h", "@interface A : B\n@end\n", "Objective-C"),
        ("x.m", "function y = f(x)\n", "MATLAB"),
        ("x.m", "#import <A/A.h>\n", "Objective-C"),
        ("x.pl", "parent(a, b) :- c.\n", "Prolog"),
        ("x.pl", "use strict;\n", "Perl"),
        ("x.ts", '<?xml version="1.0"?>\n<TS>', "XML"),
        ("x.ts", "export const a: number = 1;\n", "TypeScript"),
        ("x.v", "Theorem a : b.\n", "Coq"),
        ("tool", "#!/usr/bin/env python3\n", "Python"),
        ("tool", "#!/bin/sh -e\n", "Shell"),
        ("tool", "#!/usr/bin/env -S node --x\n", "JavaScript"),
        ("tool", "no shebang", ""),
        ("notes.txt", PYTHON, ""),
        ("", PYTHON, "Python"),
        ("", GO, "Go"),
        ("", RUST, "Rust"),
        ("", PROSE, ""),
        ("", "", ""),
    ],
)
def test_the_language_is_told_by_name_then_first_line_then_content(name: str, text: str, language: str) -> None:
    assert code_language(name, text) == language


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_gives_a_known_language_or_none(text: str, name: str) -> None:
    assert code_language(name, text) in {*LANGUAGES, ""}
    assert language_of_shebang("#!" + text) in {*LANGUAGES, ""}


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, "\t" * 200_000, "def a(" * 40_000, "$a " * 60_000, "#!" + " " * 100_000]
)
def test_hostile_texts_end(text: str) -> None:
    assert language_of_content(text) == "" and language_of_shebang(text) == ""
