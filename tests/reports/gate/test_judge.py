"""Every way in which a control is judged, from exact intervals."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Finding, NotMeasured, Score, StageReport, generator
from headwater.reports import Attestation, Control, Policy, Waiver, append_entry, judge, open_judged
from headwater.reports.gate import Limit
from headwater.reports.gate.evidence import Part
from headwater.reports.gate.held import held, hold, more_needed
from headwater.reports.gate.judge import summed
from headwater.reports.gate.statuses import STATUSES, Status, exit_code, worst

from .conftest import BEGUN, ENDED, NOW, Make, score

TODAY = NOW.date()


def policy(*limits: Limit, **more: object) -> Policy:
    return Policy(id="p", controls=(Control(id="X1", title="x", checks=limits, **more),))  # type: ignore[arg-type]


def waiver(**more: object) -> Waiver:
    given = {"control": "X1", "owner": "a", "approver": "b", "reason": "it is being mended"}
    return Waiver.model_validate({**given, "granted": TODAY - timedelta(9), "expires": TODAY + timedelta(9), **more})


def attestation(**more: object) -> Attestation:
    given = {"control": "X1", "person": "P", "role": "R", "statement": "S", "evidence": "E"}
    return Attestation.model_validate({**given, "date": TODAY - timedelta(9), "expires": TODAY + timedelta(9), **more})


@pytest.mark.parametrize(
    ("low", "high", "limit", "status"),
    [
        (0.1, 0.2, {"at_most": 0.3}, "pass"),
        (0.1, 0.2, {"at_most": 0.2}, "pass"),
        (0.1, 0.2, {"at_most": 0.15}, "inconclusive"),
        (0.1, 0.2, {"at_most": 0.1}, "inconclusive"),
        (0.1, 0.2, {"at_most": 0.05}, "fail"),
        (0.1, 0.2, {"at_least": 0.05}, "pass"),
        (0.1, 0.2, {"at_least": 0.1}, "pass"),
        (0.1, 0.2, {"at_least": 0.2}, "inconclusive"),
        (0.1, 0.2, {"at_least": 0.3}, "fail"),
        (None, None, {"at_most": 0.3}, "inconclusive"),
        (None, None, {"at_most": 0.3, "exact": True}, "pass"),
        (None, None, {"at_most": 0.1, "exact": True}, "fail"),
        (0.1, 0.2, {"at_most": 0.3, "minimum_n": 101}, "inconclusive"),
        (0.1, 0.2, {"at_most": 0.3, "minimum_n": 100}, "pass"),
        (None, None, {}, "pass"),
    ],
)
def test_the_whole_interval_decides_and_a_bound_that_touches_is_within(
    low: float | None, high: float | None, limit: dict[str, float], status: Status
) -> None:
    assert held(score(0.15, low, high), Limit(metric="m", **limit))[0] == status  # type: ignore[arg-type]


def test_so_many_more_items_settle_it_as_a_simulation_needs() -> None:
    """The mean of a Bernoulli variable: the interval of the whole sample just leaves the limit."""
    draws = generator(3, "gate").random(400_000) < 0.10
    n = 500
    value, half = 0.10, 1.96 * math.sqrt(0.10 * 0.90 / n)
    needed = more_needed(score(value, value - half, value + half, n), Limit(metric="m", at_most=0.11))
    assert needed is not None
    halves = {k: 1.96 * float(np.std(draws)) / math.sqrt(k) for k in (n + needed, int(0.9 * (n + needed)))}
    assert halves[n + needed] == pytest.approx(0.01, rel=0.02)
    assert halves[int(0.9 * (n + needed))] > 0.01


@pytest.mark.parametrize("limit", [{"at_most": 0.15}, {"at_most": 0.9, "exact": True}])
def test_a_value_on_the_limit_or_beyond_doubt_needs_nothing_more(limit: dict[str, float]) -> None:
    assert more_needed(score(0.15, 0.1, 0.2), Limit(metric="m", **limit)) is None  # type: ignore[arg-type]


def test_too_few_items_ask_for_those_that_lack() -> None:
    assert more_needed(score(0.15, 0.1, 0.2, n=40), Limit(metric="m", minimum_n=100)) == 60


@given(st.lists(st.sampled_from(STATUSES), min_size=1))
def test_a_control_is_a_pass_only_if_every_part_is(statuses: Sequence[Status]) -> None:
    control = Control(id="X1", title="x", checks=(Limit(metric="m"),))
    status, _ = summed(control, [Part("m", one, "r") for one in statuses])
    assert (status == "pass") == all(one == "pass" for one in statuses)
    assert STATUSES.index(status) == min(map(STATUSES.index, statuses))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5)), min_size=1), st.floats(0, 1))
def test_no_score_beyond_its_limit_is_ever_within(rows: list[tuple[float, float, float]], end: float) -> None:
    for value, below, above in rows:
        status, _ = held(score(value, value - below, value + above), Limit(metric="m", at_most=end))
        assert (status == "pass") == (value + above <= end)
        assert (status == "fail") == (value - below > end)


def test_what_was_not_measured_never_passes(make: Make) -> None:
    run = make(policy(Limit(metric="m")), NotMeasured("m", "no samples"))
    (found,) = judge(run)
    assert (found.status, found.reason, found.blocking) == ("not_measured", "m: no samples", True)


def test_a_metric_that_nobody_measured_names_the_one_that_was_meant(make: Make) -> None:
    run = make(policy(Limit(metric="extractible")), score(0.1, metric="extractable"))
    assert 'did measure "extractable"' in judge(run)[0].reason


def test_a_slice_that_was_not_measured_counts_only_when_asked(make: Make) -> None:
    scores = (score(0.1, 0.0, 0.2), NotMeasured("m", "too few", {"group": "b"}))
    assert judge(make(policy(Limit(metric="m", at_most=0.5)), *scores))[0].status == "pass"
    assert judge(make(policy(Limit(metric="m", at_most=0.5, every_slice=True)), *scores))[0].status == "not_measured"


def test_only_leaves_the_scores_of_parts_out(make: Make) -> None:
    scores = (score(0.1, 0.0, 0.2, slice={"split": "a"}), score(0.9, 0.8, 1.0, slice={"split": "a", "seen": "9"}))
    limit = Limit(metric="m", slice={"split": "a"}, at_most=0.5)
    assert judge(make(policy(limit), *scores))[0].status == "fail"
    assert judge(make(policy(limit.model_copy(update={"only": True})), *scores))[0].status == "pass"


def test_without_leaves_a_baseline_out_that_is_no_property_of_the_model(make: Make) -> None:
    scores = (score(0.1, 0.0, 0.2, slice={"attack": "loss"}), score(0.9, 0.8, 1.0, slice={"attack": "blind"}))
    limit = Limit(metric="m", at_most=0.5)
    assert judge(make(policy(limit), *scores))[0].status == "fail"
    (part,) = judge(make(policy(limit.model_copy(update={"without": {"attack": "blind"}})), *scores))[0].parts
    assert (part.status, part.slice) == ("pass", {"attack": "loss"})


def test_a_check_is_held_for_the_slice_that_the_policy_asks_for(make: Make) -> None:
    every, one = Limit(check="unmeasured-listed"), Limit(check="unmeasured-listed", slice={"of": "controls"})
    bare = Control(id="X2", title="x", unmeasured="nothing does")
    run = make(policy(every).model_copy(update={"controls": (bare,)}), score(0.1))
    assert [part.slice for part in hold(run, every)] == [{"of": "metrics"}, {"of": "controls"}]
    assert [part.slice for part in hold(run, one)] == [{"of": "controls"}]


@pytest.mark.parametrize(
    "given",
    [
        {"check": "weights-safe", "track": "images"}, {"check": "weights-safe", "only": True},
        {"findings": ("HW-A",), "slice": {"a": "b"}}, {"findings": ("HW-A",), "every_slice": True},
    ],
)  # fmt: skip
def test_what_a_limit_would_not_look_at_is_an_error(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="go(es)? with metric"):
        Limit(**given)


def test_a_limit_for_another_kind_of_corpus_is_left_out_and_alone_not_measured(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(policy(Limit(metric="m", modality="image", at_most=0.0)), score(0.1, 0.0, 0.2))
    assert judge(run)[0].status == "inconclusive"  # a run without a corpus may be of any kind
    monkeypatch.setattr(type(run), "modality", lambda self, track: "text")
    found = judge(run)[0]
    assert (found.status, found.reason) == ("not_measured", "it is held for image only, and this run has none")


def test_absent_findings_pass_only_where_they_could_have_been_made(make: Make) -> None:
    limit = Limit(findings=("HW-A005",), needs="m")
    assert hold(make(policy(limit), NotMeasured("m", "none")), limit)[0].status == "not_measured"
    assert hold(make(policy(limit), score(0.1)), limit)[0].status == "pass"


def test_findings_of_a_run_without_a_corpus_count_whatever_kind_the_limit_is_for(make: Make) -> None:
    limit = Limit(findings=("HW-B001",), needs="m", modality="text")
    run = make(policy(limit), score(0.1))
    finding = Finding("HW-B001", "high", "t", "m", "a")
    StageReport("evaluation", "e", scores=(score(0.1),), findings=(finding,)).save(run.folder / "evaluation.json")
    assert hold(open_judged(run.folder, run.policy, NOW), limit)[0].status == "fail"


def test_what_must_have_been_looked_at_was_looked_at_in_the_track_of_the_limit(make: Make) -> None:
    limit = Limit(findings=("HW-B001",), needs="m", track="images")
    assert hold(make(policy(limit), score(0.1)), limit)[0].status == "not_measured"


@pytest.mark.parametrize(("name", "values"), [("mitigation", 2), ("remedy", 1)])
def test_reports_that_no_stage_of_the_ledger_is_named_after_make_nothing_stale(
    make: Make, name: str, values: int
) -> None:
    """A comparison of before and after is made by the audit; a remedy is tried after the run and is none of it."""
    run = make(policy(Limit(metric="m")), score(0.1), ledger={})
    StageReport(name, name, scores=(score(0.9),)).save(run.folder / f"{name}.json")
    append_entry(run.folder, "run-started", BEGUN)
    append_entry(run.folder, "run-finished", ENDED, run.manifest.hash, ran=["audit", "evaluate"], cached=[])
    found = open_judged(run.folder, run.policy, NOW)
    assert found.oldest is not None and found.oldest.isoformat() == ENDED
    assert len(found.scores("m")) == values


@pytest.mark.parametrize(("age", "status"), [(timedelta(hours=36), "pass"), (timedelta(hours=36, seconds=1), "stale")])
def test_a_measurement_is_stale_one_second_after_its_age(make: Make, age: timedelta, status: Status) -> None:
    run = make(policy(Limit(metric="m", maximum_age="36h")), score(0.1), ledger={})
    measured = run.measured
    assert measured is not None
    found = judge(make(policy(Limit(metric="m", maximum_age="36h")), score(0.1), now=measured + age, ledger=None))
    assert (found[0].status, exit_code(one.status for one in found if one.blocking)) == (
        status,
        5 if status == "stale" else 0,
    )


def test_without_a_ledger_evidence_with_an_age_is_stale(make: Make) -> None:
    assert judge(make(policy(Limit(metric="m", maximum_age="30d")), score(0.1)))[0].status == "stale"


def test_what_failed_stays_failed_when_it_is_old(make: Make) -> None:
    run = make(policy(Limit(metric="m", at_most=0.0, maximum_age="1h")), score(0.5, 0.4, 0.6))
    assert judge(run)[0].status == "fail"


@pytest.mark.parametrize(
    ("expires", "granted", "status"),
    [(0, -9, "waived"), (-1, -9, "fail"), (9, 0, "waived"), (9, 1, "fail")],
)
def test_a_waiver_holds_from_its_first_day_to_its_last(make: Make, expires: int, granted: int, status: Status) -> None:
    one = waiver(expires=TODAY + timedelta(expires), granted=TODAY + timedelta(granted))
    demands = policy(Limit(metric="m", at_most=0.0)).model_copy(update={"waivers": (one,)})
    assert judge(make(demands, score(0.5, 0.4, 0.6)))[0].status == status


def test_an_ended_waiver_does_not_hide_the_one_that_holds(make: Make) -> None:
    old = waiver(granted=TODAY - timedelta(99), expires=TODAY - timedelta(9))
    later = waiver(granted=TODAY + timedelta(1), expires=TODAY + timedelta(99))
    demands = policy(Limit(metric="m", at_most=0.0)).model_copy(update={"waivers": (old, later, waiver())})
    found = judge(make(demands, score(0.5, 0.4, 0.6)))[0]
    assert found.status == "waived" and found.waiver is not None
    assert found.waiver["expires"] == (TODAY + timedelta(9)).isoformat()


@pytest.mark.parametrize(
    ("severity", "handling", "blocks"),
    [("high", None, True), ("medium", None, False), ("medium", "block", True), ("high", "allow", False)],
)
def test_inconclusive_blocks_at_severity_high_unless_the_policy_says_otherwise(
    make: Make, severity: str, handling: str | None, blocks: bool
) -> None:
    run = make(policy(Limit(metric="m", at_most=0.15), severity=severity, inconclusive=handling), score(0.1, 0.0, 0.2))
    found = judge(run)[0]
    assert (found.status, found.blocking) == ("inconclusive", blocks)


def test_a_control_of_low_severity_only_warns(make: Make) -> None:
    found = judge(make(policy(Limit(metric="m", at_most=0.0), severity="low"), score(0.5, 0.4, 0.6)))[0]
    assert (found.status, found.blocking, found.handling) == ("warn", False, "warn")


def test_a_reviewed_control_needs_the_measurement_and_the_person(make: Make) -> None:
    demands = policy(Limit(metric="m"), kind="reviewed")
    assert judge(make(demands, score(0.1)))[0].status == "warn"
    attested = demands.model_copy(update={"attestations": (attestation(),)})
    assert judge(make(attested, score(0.1)))[0].status == "pass"
    assert judge(make(attested, NotMeasured("m", "none")))[0].status == "not_measured"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "pass"),
        ({"expires": TODAY}, "pass"),
        ({"expires": TODAY - timedelta(1)}, "stale"),
        ({"date": TODAY + timedelta(1)}, "not_measured"),
    ],
)
def test_an_attestation_holds_to_its_last_day(make: Make, more: dict[str, date], status: Status) -> None:
    demands = Policy(
        id="p",
        controls=(Control(id="X1", title="x", kind="attestation"),),
        attestations=(attestation(**more),),
    )
    assert judge(make(demands))[0].status == status


def test_the_newest_attestation_counts_and_is_shown_as_a_persons_word(make: Make) -> None:
    older = attestation(statement="old", date=TODAY - timedelta(99), expires=TODAY + timedelta(99))
    demands = Policy(
        id="p",
        controls=(Control(id="X1", title="x", kind="attestation"),),
        attestations=(attestation(statement="new"), older),
    )
    found = judge(make(demands))[0]
    assert "attested by P (R)" in found.reason and "new" in found.reason and found.parts == ()


def test_an_attestation_that_nobody_made_is_unverified(make: Make) -> None:
    demands = Policy(id="p", controls=(Control(id="X1", title="x", kind="attestation"),))
    assert judge(make(demands))[0].reason == "unverified until attested"


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0), (["pass"], 0), (["fail", "stale", "not_measured"], 1), (["not_measured"], 3), (["inconclusive"], 3),
        (["stale", "not_measured"], 5),
    ],
)  # fmt: skip
def test_the_worst_status_makes_the_exit_code(statuses: list[Status], code: int) -> None:
    assert exit_code(statuses) == code


def test_nothing_looked_at_is_not_measured() -> None:
    assert worst([]) == "not_measured"


def test_a_score_is_what_the_record_says(make: Make) -> None:
    one = score(0.15, 0.1, 0.2, example_ids=("a",))
    (part,) = judge(make(policy(Limit(metric="m", at_most=0.18)), one))[0].parts
    assert isinstance(one, Score)
    assert (part.value, part.low, part.high, part.n, part.threshold, part.direction, part.example_ids) == (
        0.15, 0.1, 0.2, 100, 0.18, "at most", ("a",),
    )  # fmt: skip
