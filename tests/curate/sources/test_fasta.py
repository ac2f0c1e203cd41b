import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT
from headwater.curate import Rejected, read_source

GOOD = ">sp|P1|ONE First protein\nMKTAYIAK\nQRQISFVK\n\n>two\nacgtACGTNN\n>three  RNA\nACGUACGU\n"


def write(folder: Path, content: str | bytes, name: str = "a.fasta") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder / name)


def test_each_sequence_is_a_document_in_capitals_without_line_breaks(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("fasta", path=write(tmp_path, GOOD), declared={"licence": "CC-BY-4.0"}))
    assert [row["text"] for row in rows] == ["MKTAYIAKQRQISFVK", "ACGTACGTNN", "ACGUACGU"]
    assert [row["attributes"]["alphabet"] for row in rows] == ["protein", "dna", "rna"]
    assert [row["attributes"]["sequence_id"] for row in rows] == ["sp|P1|ONE", "two", "three"]
    assert [row["attributes"].get("description") for row in rows] == ["First protein", None, "RNA"]
    assert [row["attributes"]["locator"] for row in rows] == ["a.fasta:1", "a.fasta:5", "a.fasta:7"]
    assert rejected == [] and {row["licence"] for row in rows} == {"CC-BY-4.0"}


@pytest.mark.parametrize("content", [GOOD.replace("\n", "\r\n").encode(), gzip.compress(GOOD.encode(), mtime=0)])
def test_line_ends_and_compression_change_nothing(tmp_path: Path, read: Any, content: bytes) -> None:
    rows, _ = read(read_source("fasta", path=write(tmp_path, content)))
    assert [row["text"] for row in rows] == ["MKTAYIAKQRQISFVK", "ACGTACGTNN", "ACGUACGU"]


@pytest.mark.parametrize(
    ("content", "alphabet", "rule", "evidence"),
    [
        (">a\nACGT1\n", "auto", "invalid-letter", "'1' at letter 5 is none of any alphabet"),
        (">a\nACGX\n", "dna", "invalid-letter", "'X' at letter 4 is none of dna"),
        (">a\nACGU\n", "dna", "invalid-letter", "'U' at letter 4 is none of dna"),
        (">a\nACGTUACGT\n", "auto", "invalid-letter", "T and U in one sequence of nucleotides"),
        (">a\nAC-GT\n", "auto", "gap", "gaps stand in alignments; take them out of the sequences first"),
        (">a\n>b\nACGT\n", "auto", "empty-sequence", "a header without letters under it"),
        (">a\n" + "A" * 101, "auto", "sequence-too-long", "longer than a sequence may be; see maximum_letters"),
        ("ACGT\nACGT\n>a\nACGT\n", "auto", "no-header", "letters before the first line that starts with >"),
        (">a\nAC\xc4\n", "auto", "invalid-letter", "character 195 at letter 3 is none of any alphabet"),
    ],
)
def test_what_is_no_sequence_is_rejected_with_the_reason(
    tmp_path: Path, read: Any, content: str, alphabet: str, rule: str, evidence: str
) -> None:
    _, rejected = read(read_source("fasta", path=write(tmp_path, content), alphabet=alphabet, maximum_letters=100))
    assert [(row.rule, row.evidence) for row in rejected] == [(rule, evidence)]


def test_comments_of_the_oldest_form_are_passed_over(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("fasta", path=write(tmp_path, ">a\n;note\nAC GT\n")))
    assert [row["text"] for row in rows] == ["ACGT"]


def test_an_alphabet_that_is_declared_is_written_down(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("fasta", path=write(tmp_path, ">a\nACGT\n"), alphabet="protein"))
    assert rows[0]["attributes"]["alphabet"] == "protein"


@given(st.binary(max_size=200))
def test_any_bytes_end_as_documents_or_rejected_rows(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("fasta")
    source = read_source("fasta", path=write(folder, b">a\nACGT\n" + content))
    rejected: list[Rejected] = []
    rows = [row for batch in source.batches(rejected.append, SILENT) for row in batch.to_pylist()]
    headers = 1 + sum(line.startswith(b">") for line in content.split(b"\n"))
    assert len(rows) + len(rejected) == headers
