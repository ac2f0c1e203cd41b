"""The age of evidence against the policy, and the exit code of a status."""

from pathlib import Path

import pytest

from headwater.core import IntegrityError, write_json
from headwater.reports import Policy, append_evidence, exit_code_of, index_runs, open_history, policy_json, standings
from headwater.reports.history.standing import Standing

from .made import at, evidence, score, write_run


def stand(root: Path, day: float, policy: Policy | None = None, maximum: str | None = None) -> list[Standing]:
    index_runs(root)
    with open_history(root) as connection:
        return standings(connection, root, at(day), policy, maximum)


def own(maximum: str | None = "30d", id: str = "D01") -> Policy:
    control = {"id": id, "title": "identity", "checks": [{"metric": "accuracy"}]}
    return Policy.model_validate({"id": "own", "maximum_age": maximum, "controls": [control]})


def test_old_evidence_is_stale_and_says_by_how_much(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8)], status="pass")
    (old,) = stand(tmp_path, 47, own())
    assert old.code == 5 and old.controls[0].sentence == "last evaluated 47 days ago, policy says 30 days"
    assert stand(tmp_path, 29, own())[0].code == 0
    assert stand(tmp_path, 47, own(None))[0].code == 0
    assert stand(tmp_path, 47, own(None), "8w")[0].code == 0
    assert stand(tmp_path, 47, own(None), "36h")[0].code == 5


def test_the_shortest_age_of_any_limit_counts_and_that_of_the_policy_where_a_limit_has_none(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8)], status="pass")
    checks = [{"metric": "accuracy", "maximum_age": "90d"}, {"metric": "recall"}]
    control = {"id": "D01", "title": "identity", "checks": checks}
    mixed = Policy.model_validate({"id": "own", "maximum_age": "30d", "controls": [control]})
    assert stand(tmp_path, 47, mixed)[0].code == 5
    assert stand(tmp_path, 47, mixed.model_copy(update={"maximum_age": None}))[0].code == 0


def test_a_judgement_made_again_does_not_make_a_measurement_younger(tmp_path: Path) -> None:
    place = write_run(tmp_path, 0, [score(0.8)], status="pass")
    from headwater.core import Manifest

    manifest = Manifest.load(place).hash
    append_evidence(place, [evidence("pass", at(0), inputs={"manifest": manifest})], manifest)
    assert stand(tmp_path, 47, own())[0].code == 5


@pytest.mark.parametrize(("status", "code"), [("pass", 0), ("fail", 1), ("not_measured", 3), ("stale", 5)])
def test_the_newest_gate_decides_where_nothing_is_old(tmp_path: Path, status: str, code: int) -> None:
    write_run(tmp_path, 0, [score(0.8)], status="pass")
    write_run(tmp_path, 1, [score(0.8)], status=status)
    assert stand(tmp_path, 2, own())[0].code == code


def test_what_was_never_measured_or_judged_is_incomplete(tmp_path: Path) -> None:
    assert exit_code_of(stand(tmp_path, 1)) == 3
    write_run(tmp_path, 0, [score(0.8)])
    assert stand(tmp_path, 1)[0].code == 3
    write_run(tmp_path, 1, [score(0.8)], status="pass")
    assert stand(tmp_path, 2, own(id="M08"))[0].code == 3


def test_a_measurement_from_the_future_is_a_wrong_clock(tmp_path: Path) -> None:
    write_run(tmp_path, 20, [score(0.8)], status="pass")
    (one,) = stand(tmp_path, 10, own())
    assert one.code == 5 and "a clock is wrong" in one.controls[0].sentence


def test_missed_slots_since_the_newest_evidence_are_counted(tmp_path: Path) -> None:
    write_run(tmp_path, 2, [score(0.8)], status="pass")
    index_runs(tmp_path)
    with open_history(tmp_path) as connection:
        for night, state in ((1, "missed"), (3, "missed"), (4, "crashed"), (5, "succeeded")):
            query = "INSERT INTO slots (job, scheduled_for, state) VALUES ('j', ?, ?)"
            connection.execute(query, (at(night).isoformat(), state))
    assert stand(tmp_path, 6)[0].missed == 2


def test_the_runs_own_policy_counts_where_none_is_given(tmp_path: Path) -> None:
    place = write_run(tmp_path, 0, [score(0.8)], status="pass")
    write_json(place / "policy.json", policy_json(own()))
    assert stand(tmp_path, 47)[0].code == 5
    write_json(place / "policy.json", {"id": "<script>"})
    with pytest.raises(IntegrityError, match="not a policy"):
        stand(tmp_path, 47)


def test_stale_comes_before_failed_and_failed_before_incomplete() -> None:
    made = [Standing("s", "", "", verdict, ()) for verdict in ("pass", "not judged", "fail", "stale")]
    assert [exit_code_of(made[:n]) for n in (1, 2, 3, 4)] == [0, 3, 1, 5]
