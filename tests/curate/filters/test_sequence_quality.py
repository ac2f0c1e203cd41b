from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import Table, UsageError
from headwater.curate import sequence_quality

Batch = Callable[..., pa.RecordBatch]


@pytest.mark.parametrize(
    ("text", "options", "rule", "measured"),
    [
        ("ACGTACGTAC", {}, "minimum-length", 10),
        ("ACGTACGTACG", {}, "", None),
        ("ACGTACGTACGT", {"maximum_length": 11}, "maximum-length", 12),
        ("ACGTACGTACGTACGTACGN", {}, "", None),
        ("ACGTACGTACGTACGTACNN", {}, "ambiguous", 0.1),
        ("MKTAYIAKQRQISFVKSHFX", {"maximum_ambiguous": 0.0}, "ambiguous", 0.05),
        ("this is no sequence", {}, "no-sequence", None),
    ],
)
def test_the_first_broken_limit_is_the_reason(
    batch_of: Batch, text: str, options: dict[str, Any], rule: str, measured: float | None
) -> None:
    decisions = sequence_quality(**options).judge(batch_of([text])).decisions
    assert [(one.rule, one.measured) for one in decisions] == ([(rule, measured)] if rule else [])


def test_the_stated_alphabet_decides_what_is_ambiguous(batch_of: Batch) -> None:
    text = "ACGTNACGTNACGTN"
    assert sequence_quality().judge(batch_of([text], attributes={"alphabet": "protein"})).decisions == ()
    assert len(sequence_quality().judge(batch_of([text], attributes={"alphabet": "dna"})).decisions) == 1


def test_the_report_counts_by_alphabet(batch_of: Batch) -> None:
    step = sequence_quality()
    (table,) = step.exhibits(step.judge(batch_of(["ACGTACGTACGT", "ACG", "MKTAYIAKQRQISFVK", "no"])).tallies, 4)
    assert isinstance(table, Table)
    assert table.rows == (("dna", 1, 1, 0, 0, 0), ("protein", 1, 0, 0, 0, 0), ("none", 0, 0, 0, 0, 1))


@pytest.mark.parametrize("options", [{"minimum_length": -1}, {"maximum_length": 5}, {"maximum_ambiguous": 1.1}])
def test_impossible_limits_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="must be from 0"):
        sequence_quality(**options)
