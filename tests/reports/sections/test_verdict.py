from dataclasses import replace

import pytest

from headwater.core import StageReport
from headwater.reports import Run, Track
from headwater.reports.sections import verdict

from ..judged import MANIFEST, control, judgement, part


def judged(*evidence, **more) -> Run:  # type: ignore[no-untyped-def]
    return Run("t", (Track(""),), {}, {"run manifest": MANIFEST}, evidence=evidence, **more)


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        (["pass"], "passed"),
        (["pass", "not_measured"], "incomplete"),
        (["inconclusive"], "incomplete"),
        (["stale", "not_measured"], "stale"),
        (["fail", "stale"], "failed"),
    ],
)
def test_the_worst_blocking_status_is_the_outcome(statuses: list[str], outcome: str) -> None:
    evidence = [control(f"D0{at}", status, blocking=status != "pass") for at, status in enumerate(statuses)]
    assert verdict(judged(*evidence)).outcome == outcome  # type: ignore[union-attr]


def test_a_failure_that_does_not_block_is_told_and_does_not_decide() -> None:
    data = verdict(judged(control("D01", "fail", part("extractable", "fail", 0.4))))
    assert data is not None and data.outcome == "passed" and [line.id for line in data.failed] == ["D01"]


def test_a_judgement_of_another_state_of_the_run_is_outdated_whatever_it_said() -> None:
    run = judged(control("D01", "pass"))
    changed = replace(run, provenance={"run manifest": "00" * 32})
    assert verdict(run).outcome == "passed" and verdict(changed).outcome == "outdated"  # type: ignore[union-attr]


def test_without_a_policy_nothing_is_judged_and_nothing_passes() -> None:
    data = verdict(Run("t", (Track(""),)))
    assert data is not None and data.outcome == "not-judged" and data.statuses == {} and data.gaps == 4


def test_a_comparison_alone_has_no_verdict() -> None:
    assert verdict(Run("t", (Track("", {"comparison": StageReport("comparison", "Two runs")}),))) is None


def test_every_status_stands_in_its_own_list_with_numbers_in_words() -> None:
    data = verdict(judged(*judgement()))
    assert data is not None and sum(data.statuses.values()) == data.controls == 9
    groups = [data.failed, data.stale, data.inconclusive, data.unmeasured, data.waived, data.warned]
    assert [[line.id for line in group] for group in groups] == [
        ["M08"], ["D05"], ["M03"], ["M18", "H02"], ["M09"], ["D13"],
    ]  # fmt: skip
    assert data.failed[0].parts[0].found == "19 % (95 % interval 14 % to 24 %, n 200)"
    assert data.failed[0].parts[0].limit == "at most 5 %"
    assert data.inconclusive[0].needed == 468
    assert data.newer == "not_measured"


def test_a_policy_that_is_older_raises_no_suspicion() -> None:
    data = verdict(judged(control("M18", "pass", part("policy-before-results", "pass", 1.0))))
    assert data is not None and data.newer == ""


def test_the_words_are_those_of_the_language_of_the_run() -> None:
    data = verdict(judged(*judgement(), language="de"))
    assert data is not None and data.failed[0].parts[0].limit == "höchstens 5 %"
