"""JSON Lines, hostile ones included: every line that is not blank ends as a row or as a rejected row."""

import gzip
import json
import resource
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import InputError, document_id
from headwater.curate import read_source
from headwater.curate.sources.jsonl import nesting

GOOD = b'{"text": "Rivers rise somewhere."}'


def write(folder: Path, *lines: bytes) -> str:
    path = folder / "corpus.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


def test_row_has_an_id_and_a_locator_of_its_line(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("jsonl", path=write(tmp_path, b"", GOOD)))
    assert row["id"] == document_id(b"Rivers rise somewhere.", "corpus.jsonl:2")
    assert row["attributes"]["locator"] == "corpus.jsonl:2"
    assert row["source"] == "corpus.jsonl"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'{"text": "x"', "invalid-json"),
        (b"not json", "invalid-json"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "invalid-json"),
        (b'{"text": "a\0b"}', "nul-bytes"),
        (b"\0\0\0", "nul-bytes"),
        (b'["text"]', "not-an-object"),
        (b'"text"', "not-an-object"),
        (b'{"body": "x"}', "missing-text"),
        (b'{"text": null}', "missing-text"),
        (b'{"text": {"a": 1}}', "not-text"),
        (b'{"text": "\\ud800"}', "lone-surrogate"),
        (b'{"text": "x", "note": "\\udc00"}', "lone-surrogate"),
        (b'{"text": "\xff\xfe"}', "invalid-utf8"),
        (b'{"text": "\xed\xa0\x80"}', "invalid-utf8"),
        (b'{"text": "x", "a": ' + b"[" * 101 + b"]" * 101 + b"}", "nested-too-deep"),
        (b"[" * 100_000, "nested-too-deep"),
    ],
)
def test_bad_line_is_rejected_with_its_number_and_reading_goes_on(
    tmp_path: Path, read: Any, line: bytes, rule: str
) -> None:
    rows, rejected = read(read_source("jsonl", path=write(tmp_path, GOOD, line, GOOD)))
    assert len(rows) == 2
    assert [(row.locator, row.rule, row.content) for row in rejected] == [("corpus.jsonl:2", rule, line[:65536])]
    assert rejected[0].evidence


def test_escaped_nul_and_surrogate_pairs_are_text(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("jsonl", path=write(tmp_path, b'{"text": "a\\u0000b \\ud83d\\ude00"}')))
    assert ([row["text"] for row in rows], rejected) == (["a\0b \U0001f600"], [])


def test_brackets_within_strings_are_no_nesting(tmp_path: Path, read: Any) -> None:
    text = '[{"' * 200 + '\\"[' * 200 + "\\"
    rows, rejected = read(read_source("jsonl", path=write(tmp_path, json.dumps({"text": text}).encode())))
    assert ([row["text"] for row in rows], rejected) == ([text], [])


@pytest.mark.parametrize("depth", [99, 100])
def test_nesting_up_to_the_limit_is_read(tmp_path: Path, read: Any, depth: int) -> None:
    line = b'{"text": "x", "a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
    assert len(read(read_source("jsonl", path=write(tmp_path, line)))[0]) == 1


@given(
    st.recursive(
        st.text('[]{}"\\', max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text('["\\'), inner)
    )
)
def test_nesting_is_counted_as_a_parser_counts_it(value: Any) -> None:
    def depth(item: Any) -> int:
        inner = list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    filler = "[" * 200  # enough brackets to make it count
    assert nesting(json.dumps([filler, value]).encode()) == 1 + depth(value)


def test_line_over_the_limit_is_rejected_with_both_numbers(tmp_path: Path, read: Any) -> None:
    long = b'{"text": "' + b"x" * 1000 + b'"}'
    rows, rejected = read(read_source("jsonl", path=write(tmp_path, long, GOOD), maximum_line_bytes=100))
    assert [(row.rule, row.measured, row.limit) for row in rejected] == [("line-too-long", len(long), 100)]
    assert len(rows) == 1


def test_line_of_a_hundred_megabytes_is_never_held_in_memory(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(GOOD + b'\n{"text": "')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n' + GOOD)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, rejected = read(read_source("jsonl", path=str(path)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (len(rows), rejected[0].rule, rejected[0].measured) == (2, "line-too-long", (100 << 20) + 12)
    assert grown < 90


def test_evidence_does_not_quote_the_line(tmp_path: Path, read: Any) -> None:
    bad = [b'{"text": mary@mail.example}', b'{"mary@mail.example": 1}', b'{"text": ["mary@mail.example"]}']
    _, rejected = read(read_source("jsonl", path=write(tmp_path, *bad)))
    assert len(rejected) == 3 and not any("mary" in row.evidence for row in rejected)


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_compressed_file_gives_the_same_rows(tmp_path: Path, read: Any, suffix: str, pack: Any) -> None:
    plain = tmp_path / "a" / "corpus.jsonl"
    packed = tmp_path / "b" / f"corpus.jsonl{suffix}"
    for path, content in ((plain, GOOD), (packed, pack(GOOD))):
        path.parent.mkdir()
        path.write_bytes(content)
    texts = [[row["text"] for row in read(read_source("jsonl", path=str(path.parent)))[0]] for path in (plain, packed)]
    assert texts[0] == texts[1] == ["Rivers rise somewhere."]


def test_truncated_gzip_is_an_error_that_names_the_file(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD * 1000)[:-9])
    with pytest.raises(InputError, match="cut.jsonl.gz: damaged gzip data"):
        read(read_source("jsonl", path=str(path)))


def test_empty_file_has_no_documents(tmp_path: Path, read: Any) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert read(read_source("jsonl", path=str(tmp_path))) == ([], [])


def test_windows_line_ends_and_byte_order_mark_do_no_harm(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "windows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n" + GOOD + b"\r\n")
    rows, rejected = read(read_source("jsonl", path=str(path)))
    assert (len(rows), rejected) == (2, [])


def test_ids_do_not_depend_on_where_the_folder_stands(tmp_path: Path, read: Any) -> None:
    ids = []
    for place in ("here", "there/deeper"):
        (tmp_path / place).mkdir(parents=True)
        write(tmp_path / place, GOOD)
        ids.append([row["id"] for row in read(read_source("jsonl", path=str(tmp_path / place)))[0]])
    assert ids[0] == ids[1]


def test_fingerprint_follows_content_names_and_options_but_not_the_place(tmp_path: Path) -> None:
    def fingerprint(place: str, line: bytes = GOOD, **options: Any) -> str:
        (tmp_path / place).mkdir(exist_ok=True)
        return read_source("jsonl", path=write(tmp_path / place, line), **options).fingerprint()

    base = fingerprint("a")
    assert fingerprint("b") == base
    changed = {
        fingerprint("a", b"{}"),
        fingerprint("a", text="body"),
        fingerprint("a", groups=["g"]),
        fingerprint("a", declared={"licence": "MIT"}),
        fingerprint("a", maximum_line_bytes=10),
        fingerprint("a", modality="table"),
    }
    assert base not in changed and len(changed) == 6


LINES = st.lists(
    st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" "))
    | st.dictionaries(st.sampled_from(["text", "a"]), st.text() | st.integers()).map(
        lambda row: json.dumps(row).encode()
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_kept_and_rejected_are_all_lines_that_are_not_blank(tmp_path: Path, read: Any, lines: list[bytes]) -> None:
    rows, rejected = read(read_source("jsonl", path=write(tmp_path, *lines)))
    content = b"\n".join(lines).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert len(rows) + len(rejected) == sum(bool(line.strip()) for line in content)


def test_table_modality_reads_objects_without_text(tmp_path: Path, read: Any) -> None:
    rows, _ = read(
        read_source("jsonl", path=write(tmp_path, b'{"age": 39, "sex": "f"}'), modality="table", groups=["sex"])
    )
    assert (json.loads(rows[0]["table"]), rows[0]["groups"]) == ({"age": 39, "sex": "f"}, {"sex": "f"})
