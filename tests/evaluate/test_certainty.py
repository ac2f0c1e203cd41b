"""What each score could have found, and what would settle it."""

import math

import numpy as np
import pytest
from scipy import stats

from headwater.core import Measurement, NotMeasured, Score
from headwater.evaluate import (
    METRICS,
    Certainty,
    Estimate,
    benjamini_hochberg,
    certainties,
    items_to_detect,
    mean_interval,
)
from headwater.evaluate.certainty import answer_of, certainty_table


def score(value: float, half: float, n: int = 50, metric: str = "loss-gap", unit: str = "nats") -> Score:
    return Score(metric, value, n, unit, f"{metric}/1", value - half, value + half)


def only(one: Measurement) -> Certainty:
    (found,) = certainties([one])
    return found


def test_the_detectable_difference_has_the_power_it_promises() -> None:
    x = np.random.default_rng(0).normal(0, 2, 40)
    found = mean_interval(np.concatenate([x, -x]))
    sure = only(Score("m", found.value, found.n, "u", "m/1", found.low, found.high))
    sd, n = found.se * found.n**0.5, found.n
    limit, shift = stats.t.ppf(0.975, n - 1), sure.detectable / sd * n**0.5
    power = stats.nct.sf(limit, n - 1, shift) + stats.nct.cdf(-limit, n - 1, shift)
    assert power == pytest.approx(0.8, abs=0.01)


def test_p_is_that_of_the_t_test_against_the_neutral_value() -> None:
    x = np.random.default_rng(1).normal(0.3, 1, 30)
    half = stats.t.ppf(0.975, 29) * stats.sem(x)
    found = only(score(float(x.mean()), half, 30))
    assert found.p == pytest.approx(stats.ttest_1samp(x, 0).pvalue)


def test_what_is_far_from_neutral_is_decided_and_needs_nothing_more() -> None:
    found = only(score(5.0, 1.0))
    assert (found.answer, found.more) == ("above", 0)
    assert only(score(-5.0, 1.0)).answer == "below"


def test_what_is_near_neutral_says_how_many_more_items_would_settle_it() -> None:
    found = only(score(0.5, 1.0))
    se = 1.0 / stats.t.ppf(0.975, 49)

    assert found.answer == "not decided"
    assert found.more == items_to_detect(Estimate(0.5, 50, se), 0.5) - 50
    assert answer_of(found) == f"not decided, needs {found.more:,} more ({1 + found.more / 50:.1f} times as many)"


def test_p_is_adjusted_over_all_scores_of_the_run() -> None:
    scores = [score(1.05, 1.0)] + [score(0.1, 1.0)] * 9
    found = certainties(scores)
    assert found[0].p < 0.05 < found[0].adjusted
    assert found[0].answer == "not decided"
    assert [one.adjusted for one in found] == pytest.approx(benjamini_hochberg([one.p for one in found]))


def test_a_ratio_is_held_against_one_on_the_scale_of_logarithms() -> None:
    twice, half = (
        Score("amplification", v, 50, "times", "a/1", v / 1.5, v * 1.5, slice={"group": "g"}) for v in (2.0, 0.5)
    )
    above, below = certainties([twice, half])
    assert (above.neutral, above.answer, below.answer) == (1.0, "above", "below")
    assert above.p == pytest.approx(below.p)
    assert above.p == pytest.approx(2 * stats.t.sf(math.log(2) / math.log(1.5) * stats.t.ppf(0.975, 49), 49))


def test_an_area_is_held_against_one_half() -> None:
    assert only(score(0.55, 0.2, metric="two-sample-test")).neutral == 0.5


def test_a_difference_between_sides_is_held_against_zero() -> None:
    one = Score("zipf-drift", 0.1, 20, "exponent", "z/1", 0.05, 0.15, slice={"text": "samples minus corpus"})
    assert only(one).neutral == 0.0


def test_a_score_without_a_question_has_a_detectable_difference_alone() -> None:
    found = only(score(3.0, 0.5, metric="perplexity"))
    assert found.detectable > 0.5 and found.neutral is None and answer_of(found) == ""


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Score("m", 1.0, 5, "u", "m/1", interval="one sample of each"), "no interval: one sample of each"),
        (Score("m", 1.0, 5, "u", "m/1"), "no interval"),
        (Score("m", 1.0, 1, "u", "m/1", 0.0, 2.0), "one item"),
        (Score("m", 1.0, 5, "u", "m/1", 1.0, 1.0), "no spread: all items are equal"),
    ],
)
def test_what_cannot_be_said_has_a_reason(one: Score, reason: str) -> None:
    found = only(one)
    assert (found.detectable, found.p, answer_of(found)) == (None, None, reason)


def test_a_value_on_neutral_is_never_settled() -> None:
    found = only(score(0.0, 1.0))
    assert (found.more, answer_of(found)) == (None, "not decided, it lies on the neutral value")


def test_what_was_not_measured_is_left_out_and_no_score_gives_no_table() -> None:
    assert certainties([NotMeasured("m", "no samples")]) == ()
    assert list(certainty_table(())) == []


def test_the_table_has_a_row_for_each_score_and_hides_personal_data() -> None:
    named = Score("m", 1.0, 9, "u", "m/1", 0.5, 1.5, slice={"column": "jane.doe@example.com"})
    (table,) = certainty_table(certainties([score(5.0, 1.0), named]))
    assert [row[2] for row in table.rows] == ["above", ""]
    assert "jane.doe" not in str(table.rows)


def test_false_claims_over_many_metrics_stay_rare() -> None:
    rng, claims = np.random.default_rng(5), 0
    for _ in range(200):
        x = rng.normal(size=(20, 30))
        half = stats.t.ppf(0.975, 29) * x.std(1, ddof=1) / 30**0.5
        found = certainties([score(float(m), float(h), 30) for m, h in zip(x.mean(1), half, strict=True)])
        claims += any(one.answer != "not decided" for one in found)
    assert claims / 200 < 0.1


@pytest.mark.parametrize("name", METRICS.names())
def test_a_neutral_value_is_a_number_where_there_is_one(name: str) -> None:
    told = METRICS.describe(name).facts.get("neutral")
    assert told is None or float(told) == float(told)
