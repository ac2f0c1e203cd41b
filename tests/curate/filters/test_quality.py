from collections.abc import Callable

import pyarrow as pa
import pytest

from headwater.core import Table
from headwater.curate import quality
from headwater.curate.filters.quality import RULES

Batch = Callable[..., pa.RecordBatch]
PROSE = "The rivers of the plain have to be seen with patience, and that is what few visitors bring. " * 4
DOCSTRING = "Return the rows whose index lies in the range.\n\nParameters\n----------\nindex : array of shape (n,)"


def rules(step: object, batch: pa.RecordBatch) -> list[str]:
    return [decision.rule for decision in step.judge(batch).decisions]  # type: ignore[attr-defined]


def test_prose_stays(batch_of: Batch) -> None:
    assert rules(quality(), batch_of([PROSE])) == []


def test_a_docstring_needs_technical_limits(batch_of: Batch) -> None:
    assert rules(quality(), batch_of([DOCSTRING])) == ["minimum-words"]
    assert rules(quality(text_type="technical"), batch_of([DOCSTRING])) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("too few words", "minimum-words"),
        ("a b c d e f g h the to " * 10, "minimum-word-length"),
        ("incomprehensibilities the antidisestablishmentarianism of " * 20, "maximum-word-length"),
        ("the # of # and words " * 20, "symbols"),
        ("- the point of and words here\n" * 20, "bullet-lines"),
        ("the point of and words here...\n" * 20, "ellipsis-lines"),
        ("the of 1234 5678 and 9012 words 3456 " * 20, "alphabetic-words"),
        ("rivers carry water from hills down into plains " * 20, "stop-words"),
    ],
)
def test_each_rule_finds_its_case(batch_of: Batch, text: str, rule: str) -> None:
    others = {other.name: 0.0 if other.sense == "at least" else 1e9 for other in RULES if other.name != rule}
    assert rules(quality(limits=others), batch_of([text])) == [rule]


def test_the_published_limits_are_those_of_appendix_a11() -> None:
    assert [rule.prose for rule in RULES] == [50, 100_000, 3, 10, 0.1, 0.9, 0.3, 0.8, 2]


def test_calibrated_limits_are_never_stricter_than_published_ones() -> None:
    for rule in RULES:
        for limit in (rule.technical, rule.code):
            assert limit >= rule.prose if rule.sense == "at most" else limit <= rule.prose


def test_other_languages_are_not_judged(batch_of: Batch) -> None:
    assert rules(quality(), batch_of(["kurz"], language="de")) == []
    assert rules(quality(languages=["de"]), batch_of(["kurz"], language="de")) == ["minimum-words"]


def test_the_calibration_table_counts_the_judged_documents(batch_of: Batch) -> None:
    step = quality(text_type="technical")
    (table,) = step.exhibits(step.judge(batch_of([PROSE, DOCSTRING, "tiny"])).tallies, 3)
    assert isinstance(table, Table)
    words = next(row for row in table.rows if row[0] == "minimum-words")
    assert words[4:] == (pytest.approx(2 / 3), pytest.approx(1 / 3))
