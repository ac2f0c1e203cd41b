import pytest

from headwater.core import UsageError
from headwater.models import CanaryPlan, canary_alternatives
from headwater.models.canaries import ALPHABET, LENGTH, canaries_from_json, canaries_to_json, plan_canaries

PLAN = CanaryPlan((0, 1, 4), 3)


def test_every_level_has_its_number_of_canaries() -> None:
    assert [canary.repetitions for canary in plan_canaries(PLAN, 0)] == [0] * 3 + [1] * 3 + [4] * 3


def test_ids_prefixes_and_secrets_are_all_different() -> None:
    canaries = plan_canaries(CanaryPlan((0, 1, 2, 3), 100), 0)
    for field in ("id", "prefix", "secret"):
        assert len({getattr(canary, field) for canary in canaries}) == 400


def test_a_secret_is_drawn_from_the_stated_space() -> None:
    for canary in plan_canaries(PLAN, 1):
        assert len(canary.secret) == LENGTH and set(canary.secret) <= set(ALPHABET)
        assert canary.text == canary.prefix + canary.secret


def test_the_seed_decides_the_secrets() -> None:
    assert plan_canaries(PLAN, 5) == plan_canaries(PLAN, 5)
    assert {c.secret for c in plan_canaries(PLAN, 5)}.isdisjoint(c.secret for c in plan_canaries(PLAN, 6))


def test_no_plan_means_no_canary() -> None:
    assert plan_canaries(None, 0) == ()


@pytest.mark.parametrize("plan", [CanaryPlan((0, 1), 201), CanaryPlan((1, 1), 2), CanaryPlan((-1,), 2)])
def test_a_plan_that_cannot_be_planted_is_refused(plan: CanaryPlan) -> None:
    with pytest.raises(UsageError, match="canaries"):
        plan_canaries(plan, 0)


def test_alternatives_are_different_secrets_of_the_same_space() -> None:
    canary = plan_canaries(PLAN, 0)[0]
    others = canary_alternatives(canary, 2_000, seed=1)
    assert len(set(others)) == 2_000 and canary.secret not in others
    assert all(len(other) == LENGTH and set(other) <= set(ALPHABET) for other in others)
    assert others == canary_alternatives(canary, 2_000, seed=1) != canary_alternatives(canary, 2_000, seed=2)


def test_more_alternatives_than_the_space_holds_are_refused() -> None:
    with pytest.raises(UsageError, match="the space has"):
        canary_alternatives(plan_canaries(PLAN, 0)[0], 10**9)


def test_json_round_trips() -> None:
    canaries = plan_canaries(PLAN, 0)
    assert canaries_from_json(canaries_to_json(canaries)) == canaries
