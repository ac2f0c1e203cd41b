import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import read_source
from headwater.curate.sources.markdown import split_front_matter
from headwater.curate.sources.markup import strip_markup

TEXT = "# Rivers\n\nThey *rise* [somewhere](https://a.example).\n"
FRONT = "title: Of rivers\nlang: en\nlicense: CC BY 4.0\nurl: https://a.example/r\ntags: [water, land]\ndraft: true\n"


def write(folder: Path, content: str | bytes, name: str = "a.md") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder / name)


def test_front_matter_becomes_provenance_and_attributes(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("markdown", path=write(tmp_path, f"---\n{FRONT}---\n{TEXT}")))
    assert (row["text"], row["language"], row["licence"], row["url"]) == (
        TEXT.rstrip(),
        "en",
        "CC-BY-4.0",
        "https://a.example/r",
    )
    assert row["attributes"] == {
        "title": "Of rivers",
        "tags": "water, land",
        "draft": "true",
        "licence_declared": "CC BY 4.0",
        "locator": "a.md",
    }


def test_front_matter_goes_before_what_is_declared(tmp_path: Path, read: Any) -> None:
    declared = {"licence": "MIT", "language": "fr"}
    (row,), _ = read(read_source("markdown", path=write(tmp_path, f"---\nlang: en\n---\n{TEXT}"), declared=declared))
    assert (row["licence"], row["language"]) == ("MIT", "en")


@pytest.mark.parametrize(
    "text",
    [
        "---\nno mapping\n---\ntext",
        "---\n- a\n- list\n---\ntext",
        "---\na: &x [1]\nb: *x\n---\ntext",
        "---\n[broken: {\n---\ntext",
        "---\na: !!python/object/apply:os.system [ls]\n---\ntext",
        "---\nnever: closed\ntext",
        "text\n---\na: b\n---\n",
        "---\n" + "[" * 5_000 + "\n---\ntext",
        "---\na: " + "x" * 70_000 + "\n---\ntext",
    ],
)
def test_what_is_no_front_matter_stays_text(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_front_matter_alone_is_no_document(tmp_path: Path, read: Any) -> None:
    assert read(read_source("markdown", path=write(tmp_path, "---\ntitle: x\n---"))) == ([], [])


def test_windows_line_ends_and_byte_order_mark_do_no_harm(tmp_path: Path, read: Any) -> None:
    content = b"\xef\xbb\xbf" + f"---\n{FRONT}---\n{TEXT}".replace("\n", "\r\n").encode()
    (row,), _ = read(read_source("markdown", path=write(tmp_path, content)))
    assert (row["text"], row["language"]) == (TEXT.rstrip(), "en")


def test_markup_can_be_stripped(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("markdown", path=write(tmp_path, TEXT), markup="strip"))
    assert row["text"] == "Rivers\n\nThey rise somewhere."


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("| x | y |\n|---|---|\n| 1 | 2 |", "x\ty\n1\t2"),
        ("```py\na = 1\n\nb = 2\n```\nafter", "a = 1\n\nb = 2\n\nafter"),
        ("![alt *text*](u.png) `code` &amp; ~~old~~", "alt text code & old"),
        ("1. one\n2. two\n   - sub\n\nend", "one\ntwo\nsub\n\nend"),
        ("<div>gone</div>\n\na <b>bold</b> word", "a bold word"),
        ("> quoted\n> lines\n\n---\n\n    indented", "quoted\nlines\n\nindented"),
    ],
)
def test_words_stay_where_their_markup_goes(markup: str, words: str) -> None:
    assert strip_markup(markup) == words


@given(st.lists(st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=6), max_size=6))
def test_plain_paragraphs_are_their_own_words(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    assert strip_markup(text) == text


@pytest.mark.parametrize(
    ("content", "options", "rule"),
    [
        ("café".encode("latin-1"), {}, "invalid-utf8"),
        (b"x" * 101, {"maximum_bytes": 100}, "document-too-long"),
        (b"> " * 150 + b"lost by the parser", {"markup": "strip"}, "too-complex"),
        (b"x" * ((1 << 20) + 1), {"markup": "strip"}, "document-too-long"),
    ],
)
def test_bad_file_is_rejected_and_reading_goes_on(
    tmp_path: Path, read: Any, content: bytes, options: Any, rule: str
) -> None:
    write(tmp_path, content, "bad.md")
    write(tmp_path, gzip.compress(b"fine"), "good.md.gz")
    rows, rejected = read(read_source("markdown", path=str(tmp_path), **options))
    assert ([row["text"] for row in rows], [(row.locator, row.rule) for row in rejected]) == (
        ["fine"],
        [("bad.md", rule)],
    )


@pytest.mark.parametrize("levels", [90, 105, 150])
def test_nesting_is_read_or_refused_but_never_passed_over(levels: int) -> None:
    if levels < 100:
        assert strip_markup("> " * levels + "deep") == "deep"
    else:
        with pytest.raises(ValueError, match="nested deeper"):
            strip_markup("> " * levels + "deep")


def test_fingerprint_follows_the_options(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    options: list[dict[str, Any]] = [{}, {"markup": "strip"}, {"maximum_bytes": 9}, {"declared": {"licence": "MIT"}}]
    assert len({read_source("markdown", path=path, **option).fingerprint() for option in options}) == 4
