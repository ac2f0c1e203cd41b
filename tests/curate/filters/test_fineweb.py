from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import fineweb
from headwater.curate.filters.fineweb import RULES, fineweb_measures

Batch = Callable[..., pa.RecordBatch]
PROSE = (
    "This line is long enough to count as prose, and it ends in a full stop.\nSo does this one, which says the rest."
)
ENDS = (".", "!", "?", "\u2026", '"', "'", "\u201d", "\u2019")


def expected(text: str) -> list[float]:
    """The same measures, one text at a time."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return [0.0, 0.0, 1.0, text.count("\n")]
    seen: set[str] = set()
    repeated = 0
    for line in lines:
        repeated += len(line) if line in seen else 0
        seen.add(line)
    return [
        sum(line.endswith(ENDS) for line in lines) / len(lines),
        repeated / sum(map(len, lines)),
        sum(len(line) < 30 for line in lines) / len(lines),
        text.count("\n") / max(len(text.split()), 1),
    ]


@given(st.lists(st.text(alphabet='ab c.!?"\u2026\u201d\u00e9\n', max_size=120), min_size=1, max_size=6))
def test_the_measures_are_those_of_a_plain_recomputation(texts: list[str]) -> None:
    measured = fineweb_measures(pa.array(texts, pa.large_string()))
    assert np.allclose(measured, np.array([expected(text) for text in texts], float))


def test_prose_stays(batch_of: Batch) -> None:
    assert fineweb().judge(batch_of([PROSE])).decisions == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "a line of more than thirty characters without its mark\n" * 1 + "and one more line that goes on and on",
            "punctuated-lines",
        ),
        (f"{PROSE}\n{PROSE}", "duplicate-line-characters"),
        ("Too short.\nIt is.\nSo is this.", "short-lines"),
        ("\n" * 40 + PROSE, "line-feeds-per-word"),
    ],
)
def test_each_rule_finds_its_case(batch_of: Batch, text: str, rule: str) -> None:
    assert rule in [decision.rule for decision in fineweb().judge(batch_of([text])).decisions]


def test_a_measure_at_its_published_limit_goes() -> None:
    at = np.array([[0.12, 0.1, 0.67, 0.3]])
    assert [bool(rule.broken(at, rule.prose)[0]) for rule in RULES] == [True, True, True, False]


def test_the_published_limits_are_those_of_the_paper() -> None:
    assert [rule.prose for rule in RULES] == [0.12, 0.1, 0.67, 0.3]


def test_punctuation_of_other_scripts_ends_a_line(batch_of: Batch) -> None:
    measured = fineweb_measures(
        pa.array(["\u4ed6\u6765\u4e86\u3002", "\u0935\u0939\u0964", "\u0647\u0644\u061f"], pa.large_string())
    )
    assert measured[:, 0].tolist() == [1.0, 1.0, 1.0]


def test_other_languages_are_not_judged(batch_of: Batch) -> None:
    assert fineweb().judge(batch_of(["kurz"], language="de")).decisions == ()
    assert len(fineweb(languages=["de"]).judge(batch_of(["kurz"], language="de")).decisions) == 1
