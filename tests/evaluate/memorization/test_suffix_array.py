from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydivsufsort import divsufsort

from headwater.evaluate.memorization.block_filter import block_filter
from headwater.evaluate.memorization.suffix_array import SEPARATOR, SuffixArray

ALPHABET = st.binary(max_size=40).map(lambda raw: bytes(b"abc\xc3\xa9"[byte % 5] for byte in raw))


def suffix_array(documents: list[bytes]) -> SuffixArray:
    text = b"".join(document + bytes([SEPARATOR]) for document in documents)
    order = np.array(sorted(range(len(text)), key=lambda place: text[place:]), np.int32)
    return SuffixArray(text, order)


def brute_force(documents: list[bytes], query: bytes, minimum: int) -> list[tuple[int, int]]:
    """Every range that occurs in a document, without those that lie within another."""
    ranges = [
        (a, b)
        for a in range(len(query))
        for b in range(a + minimum, len(query) + 1)
        if any(query[a:b] in document for document in documents)
    ]
    return [(a, b) for a, b in ranges if not any((c, d) != (a, b) and c <= a and b <= d for c, d in ranges)]


def occurrences(document: bytes, pattern: bytes) -> int:
    return sum(document.startswith(pattern, place) for place in range(len(document)))


@settings(deadline=None, max_examples=150)
@given(st.lists(ALPHABET, max_size=5), ALPHABET, st.integers(1, 6))
def test_maximal_matches_equal_brute_force(documents: list[bytes], query: bytes, minimum: int) -> None:
    assert suffix_array(documents).maximal_matches(query, minimum) == brute_force(documents, query, minimum)


@settings(deadline=None)
@given(st.lists(ALPHABET, max_size=5), st.binary(max_size=4))
def test_interval_counts_every_occurrence(documents: list[bytes], raw: bytes) -> None:
    pattern = bytes(b"abc"[byte % 3] for byte in raw)
    low, high = suffix_array(documents).interval(pattern)
    assert high - low == (sum(occurrences(document, pattern) for document in documents) if pattern else 0)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10_000), st.integers(31, 70))
def test_the_filter_changes_no_match(seed: int, minimum: int) -> None:
    rng = np.random.default_rng(seed)
    text = rng.integers(97, 99 + int(rng.integers(1, 24)), 2_000, np.uint8).tobytes() + b"\xff"
    order = divsufsort(text)
    pieces = [text[a : a + n] for a, n in rng.integers(1, [1_900, 100], (8, 2))]
    query = b"".join(piece + b"zyx"[: int(rng.integers(0, 3))] for piece in pieces)
    blocks = block_filter(np.frombuffer(text, np.uint8))
    expected = SuffixArray(text, order).maximal_matches(query, minimum)
    assert SuffixArray(text, order, blocks).maximal_matches(query, minimum) == expected


def test_a_match_longer_than_the_first_window_is_whole() -> None:
    rng = np.random.default_rng(0)
    document = rng.integers(32, 127, 5_000).astype(np.uint8).tobytes()
    query = b"\x01" * 10 + document[700:3_700] + b"\x02" * 10
    order = np.array(sorted(range(5_001), key=lambda place: (document + b"\xff")[place:]), np.int64)
    assert SuffixArray(document + b"\xff", order).maximal_matches(query, 50) == [(10, 3_010)]


@pytest.mark.parametrize("query", [b"", b"a", b"\xff", b"ab\xffcd"])
def test_a_separator_in_the_query_never_matches(query: bytes) -> None:
    found = suffix_array([b"ab", b"cd"]).maximal_matches(query, 2)
    assert found == ([(0, 2), (3, 5)] if query == b"ab\xffcd" else [])


def test_an_empty_text_holds_nothing(tmp_path: Path) -> None:
    empty = SuffixArray(b"", np.zeros(0, np.int32))
    assert empty.interval(b"a") == (0, 0)
    assert empty.maximal_matches(b"abc", 1) == []
