import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Corpus
from headwater.curate import build_steps, copies, curate, document_cards

from .conftest import FakeSource, rows_of


def table(pairs: list[tuple[str, str | None]]) -> pa.Table:
    rows = [{"id": name, "duplicate_of": kept} for name, kept in pairs]
    return pa.Table.from_pylist(rows, schema=pa.schema([("id", pa.string()), ("duplicate_of", pa.string())]))


def test_copies_of_copies_count_at_the_document_that_stayed() -> None:
    assert copies([table([("b", "a"), ("x", None)]), table([("a", "k"), ("c", "k")])]) == {"k": 4}


def test_a_circle_of_copies_ends() -> None:
    assert sum(copies([table([("a", "b"), ("b", "a")])]).values()) >= 2


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_removed_copy_is_counted_once(parents: list[int]) -> None:
    pairs = [(f"d{number}", f"d{parent % number}") for number, parent in enumerate(parents, start=1)]
    found = copies([table([(name, kept) for name, kept in pairs])])
    assert found == ({"d0": len(pairs) + 1} if pairs else {})


def test_a_card_tells_where_a_document_came_from_and_what_became_of_it(tmp_path: Path) -> None:
    texts = ["Rivers rise somewhere and end in the sea.", "Rivers rise somewhere and end in the sea.", "Short."]
    steps = build_steps([("exact-duplicates", {}), ("length", {"minimum_characters": 10})])
    curate(FakeSource(rows_of(texts)), steps, tmp_path)
    (kept,) = Corpus(tmp_path / "corpus").ids()
    cards = document_cards(tmp_path, [kept, *Corpus(tmp_path / "removed").ids(), "nobody"])
    assert [(card["status"], card["reason"].split(":")[0]) for card in cards.values()] == [
        ("kept", ""), ("removed", "exact-duplicates"), ("removed", "length")
    ]  # fmt: skip
    assert (cards[kept]["copies_before"], cards[kept]["copies_after"]) == (2, 1)
    assert cards[kept]["locator"] == "fake.txt:1" and cards[kept]["excerpt"] == texts[0]


def test_the_card_of_a_row_shows_its_values_redacted(tmp_path: Path, table_corpus: Any) -> None:
    corpus = table_corpus(tmp_path / "corpus", [{"name": "x", "mail": "jo.miller@example.com"}])
    (card,) = document_cards(tmp_path, corpus.ids()).values()
    assert json.loads(card["excerpt"])["name"] == "x" and "jo.miller" not in card["excerpt"]
