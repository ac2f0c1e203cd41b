from collections.abc import Callable

import pyarrow as pa
import pytest

from headwater.core import Table, UsageError
from headwater.curate import repetition
from headwater.curate.filters.repetition import RULES

Batch = Callable[..., pa.RecordBatch]
PROSE = (
    "Rivers carry water from the hills down to the plains. On their way they pass mills, towns and meadows, and every "
    "spring they bring fresh mud that farmers welcome. Nobody owns them, although many have tried to."
)


def test_ordinary_prose_stays(batch_of: Batch) -> None:
    assert repetition().judge(batch_of([PROSE])).decisions == ()


def test_the_published_limits_are_those_of_table_a1() -> None:
    limits = [0.3, 0.3, 0.2, 0.2, 0.2, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.1]
    assert [rule.prose for rule in RULES] == limits


def test_no_calibrated_limit_is_stricter_than_the_published_one() -> None:
    assert all(min(rule.technical, rule.code) >= rule.prose for rule in RULES)


def test_a_repetitious_document_is_removed_with_rule_and_numbers(batch_of: Batch) -> None:
    (decision,) = repetition().judge(batch_of([PROSE, "Buy now, pay later.\n" * 20])).decisions
    assert (decision.action, decision.rule, decision.limit) == ("removed", "duplicate-lines", 0.3)
    assert decision.measured == pytest.approx(19 / 20)
    assert "top-2-gram" in decision.evidence


def test_a_limit_of_ones_own_counts(batch_of: Batch) -> None:
    loose = {rule.name: 1.0 for rule in RULES}
    assert repetition(limits=loose).judge(batch_of(["Buy now, pay later.\n" * 20])).decisions == ()


def test_the_calibration_table_shows_both_limits(batch_of: Batch) -> None:
    step = repetition(text_type="technical")
    pair = "in it seven in it letters and more words that stand here once " + "filler word " * 1
    tallies = step.judge(batch_of([PROSE, "Buy now, pay later.\n" * 20, pair])).tallies
    (table,) = step.exhibits(tallies, 3)
    assert isinstance(table, Table)
    rows = {row[0]: row for row in table.rows}
    assert rows["duplicate-lines"][2:] == (0.3, 0.3, pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert rows["top-2-gram"][2:4] == (0.2, 0.3)


def test_an_unknown_rule_gets_a_hint() -> None:
    with pytest.raises(UsageError, match='did you mean "top-2-gram"'):
        repetition(limits={"top-2-grams": 0.5})


def test_images_are_refused() -> None:
    with pytest.raises(UsageError, match="judges texts"):
        repetition().judge(pa.RecordBatch.from_pydict({"id": [], "image": []}))
