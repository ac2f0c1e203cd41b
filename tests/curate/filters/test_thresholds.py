import numpy as np
import pytest

from headwater.core import UsageError
from headwater.curate.filters.thresholds import Rule, judge_rules, limits_for

RULES = (
    Rule("high", 0, "at most", prose=0.5, technical=0.6, code=0.7),
    Rule("low", 1, "at least", prose=3, technical=2, code=1),
)


def test_a_limit_itself_is_not_broken() -> None:
    decisions, _ = judge_rules(RULES, (0.5, 3), ["a"], np.array([[0.5, 3.0]]))
    assert decisions == ()


def test_the_first_broken_rule_is_the_reason_and_the_others_are_evidence() -> None:
    (decision,), _ = judge_rules(RULES, (0.5, 3), ["a"], np.array([[0.9, 1.0]]))
    assert (decision.rule, decision.measured, decision.limit, decision.evidence) == ("high", 0.9, 0.5, "also low")


def test_both_limits_are_tallied() -> None:
    measures = np.array([[0.55, 5.0], [0.9, 2.5], [0.1, 5.0]])
    _, tallies = judge_rules(RULES, limits_for(RULES, "technical", None), ["a", "b", "c"], measures)
    assert tallies == {
        "documents judged": 3,
        "published high": 2,
        "published low": 1,
        "published any": 2,
        "used high": 1,
        "used low": 0,
        "used any": 1,
    }


def test_own_limits_replace_single_ones() -> None:
    assert limits_for(RULES, "code", {"low": 9}) == (0.7, 9.0)
    with pytest.raises(UsageError, match='did you mean "low"'):
        limits_for(RULES, "code", {"lo": 9})
