from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import Corpus, CorpusWriter, IncompleteError, record_batch, text_record
from headwater.evaluate import Span, build_index, open_index
from headwater.models import Canary

TEXTS = st.text(alphabet="abé日", max_size=12)
LETTERS = np.array(list("abcdefghij klmnopqrst"))


def random_text(seed: int, n: int) -> str:
    return "".join(LETTERS[np.random.default_rng(seed).integers(0, len(LETTERS), n)])


def corpus(folder: Path, texts: list[str]) -> Corpus:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"f.txt:{i}", "f") for i, text in enumerate(texts)]))
    return Corpus(folder)


def character_spans(texts: list[str], query: str, minimum: int) -> list[tuple[int, int]]:
    ranges = [
        (a, b)
        for a in range(len(query))
        for b in range(a + 1, len(query) + 1)
        if len(query[a:b].encode()) >= minimum and any(query[a:b] in text for text in texts)
    ]
    return [(a, b) for a, b in ranges if not any((c, d) != (a, b) and c <= a and b <= d for c, d in ranges)]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, max_size=4), TEXTS, st.integers(1, 5))
def test_spans_equal_brute_force_in_characters_and_bytes(
    tmp_path: Path, texts: list[str], query: str, minimum: int
) -> None:
    index = build_index(tmp_path / "index", [("kept", str(i), text) for i, text in enumerate(texts)])
    spans = index.spans(query, minimum)
    assert [(span.start, span.end) for span in spans] == character_spans(texts, query, minimum)
    for span in spans:
        assert query.encode()[span.byte_start : span.byte_end] == query[span.start : span.end].encode()


def test_a_planted_copy_is_found_at_its_exact_offset(tmp_path: Path) -> None:
    texts = [random_text(seed, 2_000) for seed in range(20)]
    index = build_index(tmp_path / "index", [("kept", f"d{i}", text) for i, text in enumerate(texts)])
    copied = texts[7][411:711]
    query = "Ünrelated 日本 " + copied + "!"
    assert index.spans(query, 50) == [Span(13, 313, 18, 318)]
    place = index.locate(copied.encode())[0]
    assert (place.document_id, place.start) == ("d7", 411)


def test_matches_do_not_cross_documents(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [("kept", "a", "one two"), ("kept", "b", " three")])
    assert [(s.start, s.end) for s in index.spans("one two three", 1)] == [(0, 7), (7, 13)]
    assert index.count(b"two three") == 0


def test_places_are_given_in_bytes_and_characters(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [("kept", "a", "x"), ("kept", "b", "日本 rivers")])
    place = index.locate(b"rivers")[0]
    assert (place.document_id, place.start, place.character) == ("b", 7, 3)


def test_counts_tell_kept_from_removed(tmp_path: Path) -> None:
    triples = [
        ("kept", "k", "spam spam"),
        ("removed", "r1", "spam"),
        ("removed", "r2", "eggs"),
        ("canary", "c", "spam"),
    ]
    index = build_index(tmp_path / "index", triples)
    assert index.counts(b"spam") == {"kept": 2, "removed": 1, "canary": 1}
    assert index.document_counts(b"spam") == {"kept": 1, "removed": 1, "canary": 1}
    assert [place.document_id for place in index.documents(b"spam", cap=2)] == ["k", "r1"]


def test_locate_is_capped_and_in_corpus_order(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [("kept", f"d{i}", "aaaa") for i in range(9)])
    assert [(p.document_id, p.start) for p in index.locate(b"aa", cap=4)] == [
        ("d0", 0),
        ("d0", 1),
        ("d0", 2),
        ("d1", 0),
    ]


def test_the_index_of_no_text_finds_nothing(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [])
    assert (len(index), index.count(b"a"), index.spans("abc", 1), index.longest(b"abc")) == (0, 0, [], (0, 0))


def test_the_longest_match_is_found_without_a_minimum(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [("kept", "a", "the river rises"), ("kept", "b", "a river")])
    assert index.longest(b"this river rings") == (4, 13)


def test_an_index_holds_corpus_removed_rows_and_canaries(tmp_path: Path) -> None:
    kept, removed = corpus(tmp_path / "corpus", ["kept text"]), corpus(tmp_path / "removed", ["removed text"])
    canary = Canary("canary-1", "the code is ", "12345", 3)
    index = open_index(tmp_path / "index", kept, removed, [canary])
    assert index.counts(b"text") == {"kept": 1, "removed": 1, "canary": 0}
    assert index.locate(b"code is 12345")[0].document_id == "canary-1"


def test_an_index_is_reused_until_its_corpus_changes(tmp_path: Path) -> None:
    first = corpus(tmp_path / "corpus", ["old text"])
    built = open_index(tmp_path / "index", first).folder.stat().st_ino
    assert open_index(tmp_path / "index", first).folder.stat().st_ino == built
    assert open_index(tmp_path / "index", corpus(tmp_path / "corpus", ["new text"])).count(b"new") == 1


@pytest.mark.parametrize(
    "name", ["00000/text.bin", "00000/suffixes.npy", "00000/blocks.npy", "documents.parquet", "manifest.json"]
)
def test_a_damaged_index_is_built_again(tmp_path: Path, name: str) -> None:
    kept = corpus(tmp_path / "corpus", ["some text"])
    open_index(tmp_path / "index", kept)
    (tmp_path / "index" / name).write_bytes(b"damaged")
    assert open_index(tmp_path / "index", kept).count(b"text") == 1


def test_the_same_corpus_gives_the_same_index_bytes(tmp_path: Path) -> None:
    kept = corpus(tmp_path / "corpus", ["some text", "more text"])
    one, two = (open_index(tmp_path / name, kept) for name in ("one", "two"))
    files = [path.relative_to(one.folder) for path in sorted(one.folder.rglob("*")) if path.is_file()]
    assert len(files) == 5
    for name in files:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, max_size=6), TEXTS, st.integers(1, 5), st.integers(1, 30))
def test_shards_answer_as_one(tmp_path: Path, texts: list[str], query: str, minimum: int, shard_bytes: int) -> None:
    triples = [("kept" if i < 3 else "removed", str(i), text) for i, text in enumerate(texts)]
    one, many = build_index(tmp_path / "one", triples), build_index(tmp_path / "many", triples, shard_bytes=shard_bytes)
    assert len(one) == len(many)
    assert one.spans(query, minimum) == many.spans(query, minimum)
    for pattern in {query.encode(), query[:2].encode()}:
        assert one.counts(pattern) == many.counts(pattern)
        assert one.document_counts(pattern) == many.document_counts(pattern)
        assert one.locate(pattern, 3) == many.locate(pattern, 3)
        assert one.documents(pattern, 3) == many.documents(pattern, 3)


def test_a_shard_ends_before_the_document_that_would_not_fit(tmp_path: Path) -> None:
    texts = ["abcdefgh", "ij", "k" * 30, "lm"]
    index = build_index(tmp_path / "index", [("kept", text, text) for text in texts], shard_bytes=12)
    held = [path.read_bytes() for path in sorted(index.folder.glob("*/text.bin"))]
    assert held == [b"abcdefgh\xffij\xff", b"k" * 30 + b"\xff", b"lm\xff"]


def test_a_pattern_that_stands_everywhere_is_counted_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.evaluate.memorization.index_shard.PART", 3)
    index = build_index(tmp_path / "index", [("kept", f"d{i}", "aaaa") for i in range(9)])
    assert index.counts(b"a")["kept"] == 36 and index.document_counts(b"a")["kept"] == 9
    assert [(place.document_id, place.start) for place in index.locate(b"a", 5)][3:] == [("d0", 3), ("d1", 0)]
    assert [place.document_id for place in index.documents(b"a", 2)] == ["d0", "d1"]


def test_an_index_of_images_is_refused(tmp_path: Path) -> None:
    from headwater.core import IMAGE_SCHEMA

    CorpusWriter(tmp_path / "images", IMAGE_SCHEMA).close()
    with pytest.raises(IncompleteError, match="needs text"):
        open_index(tmp_path / "index", Corpus(tmp_path / "images"))


def test_a_lone_surrogate_in_the_query_matches_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", [("kept", "a", "river")])
    assert [(s.start, s.end) for s in index.spans("\ud800river\udfff", 3)] == [(1, 6)]
