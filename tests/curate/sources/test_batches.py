from headwater.core import text_record
from headwater.curate.sources.batches import BYTES, batched


def test_batches_hold_at_most_two_thousand_rows_and_all_of_them() -> None:
    rows = [text_record(str(number), f"a:{number}", "a") for number in range(4_500)]
    batches = list(batched(rows, "text"))
    assert [batch.num_rows for batch in batches] == [2_000, 2_000, 500]
    assert [text for batch in batches for text in batch.column("text").to_pylist()] == list(map(str, range(4_500)))


def test_large_rows_make_small_batches() -> None:
    rows = [text_record("x" * (BYTES // 3), f"a:{number}", "a") for number in range(7)]
    assert [batch.num_rows for batch in batched(rows, "text")] == [3, 3, 1]


def test_no_row_makes_no_batch() -> None:
    assert list(batched([], "text")) == []
