"""Each check: what holds, what does not, and what cannot be looked at."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    CorpusWriter,
    Manifest,
    Measurement,
    NotMeasured,
    Score,
    StageReport,
    record_batch,
    text_record,
    write_text,
)
from headwater.reports import CHECKS, Control, JudgedRun, Policy, Waiver, append_entry, open_judged
from headwater.reports.gate.findings import gate_findings
from headwater.reports.run import Run, Track

from .conftest import BEGUN, NOW, Make, made_run, score

POLICY = Policy(id="p")


def ask(name: str, run: JudgedRun, **options: Any) -> list[Measurement]:
    return list(CHECKS.get(name)(run, **options))


def values(found: list[Measurement]) -> list[float | None]:
    return [one.value if isinstance(one, Score) else None for one in found]


def opened(folder: Path, policy: Policy = POLICY) -> JudgedRun:
    return open_judged(folder, policy, NOW)


def with_corpus(folder: Path, *rows: dict[str, Any]) -> Path:
    made_run(folder)
    writer = CorpusWriter(folder / "corpus")
    writer.write(
        record_batch([text_record(row.pop("text"), f"r:{n}", row.pop("source"), **row) for n, row in enumerate(rows)])
    )
    writer.close()
    StageReport("curate", "Curation", detail={"steps": [step("read", len(rows))]}).save(folder / "curation.json")
    return folder


def step(name: str, came: int, kept: int | None = None, **more: Any) -> dict[str, Any]:
    kept = came if kept is None else kept
    return {"step": name, "in": came, "kept": kept, "edited": 0, "removed": came - kept, "quarantined": 0, **more}


def with_steps(run: JudgedRun, *steps: dict[str, Any], audit: dict[str, Any] | None = None) -> JudgedRun:
    stages = {"curation": StageReport("curation", "Curation", detail={"steps": list(steps)})}
    if audit is not None:
        stages["audit"] = StageReport("audit", "Audit", detail=audit)
    return replace(run, run=Run("r", (Track("", stages),)))


ROW = {"text": "one text", "source": "s", "licence": "MIT", "collected": "2026-01-01"}


def test_every_check_says_what_it_cannot_look_at_in_a_run_of_nothing(make: Make) -> None:
    run = make(POLICY)
    for name in CHECKS.names():
        for one in ask(name, replace(run, run=Run("r", ()), manifest=Manifest("run", {}), ledger=())):
            assert isinstance(one, NotMeasured) or one.n, name
            assert not isinstance(one, NotMeasured) or one.reason


def test_identity_counts_files_that_changed_or_are_gone(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run", [score(0.5)])
    assert values(ask("identity-frozen", opened(folder))) == [1.0]
    text = (folder / "evaluation.json").read_text("utf-8")
    (folder / "evaluation.json").write_text(text.replace("0.5", "0.1"), "utf-8")
    run = opened(folder)
    assert values(ask("identity-frozen", run)) == [0.0]
    assert [finding.code for finding in gate_findings(run, ())] == ["HW-G002"]


def test_provenance_counts_each_fact_and_all_three(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "text": "two", "licence": "NOASSERTION"}, {**ROW, "text": "three", "collected": None}]
    run = opened(with_corpus(tmp_path / "run", *map(dict, rows)))
    found = {one.slice["field"]: one for one in ask("provenance-complete", run)}
    assert {name: round(one.value * 3) for name, one in found.items() if isinstance(one, Score)} == {
        "all three": 1, "source": 3, "licence": 2, "collected": 2,
    }  # fmt: skip


def test_licences_are_held_against_the_policys_list_in_any_case(tmp_path: Path) -> None:
    run = opened(with_corpus(tmp_path / "run", dict(ROW), {**ROW, "text": "two", "licence": "GPL-3.0-only"}))
    assert values(ask("licences-allowed", run)) == [None]
    (found,) = ask("licences-allowed", run, allow=["mit"])
    assert isinstance(found, Score)
    assert (found.value, found.slice) == (0.5, {"not allowed": "GPL-3.0-only 1"})


def test_copies_are_counted_again_and_near_ones_need_a_step(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "text": " one text "}, {**ROW, "text": "another"}]
    exact, near = ask("duplicates-removed", opened(with_corpus(tmp_path / "run", *map(dict, rows))))
    assert isinstance(exact, Score) and exact.value == pytest.approx(2 / 3)
    assert isinstance(near, NotMeasured) and "near-duplicates" in near.reason


def test_steps_whose_counts_do_not_add_up_are_found(make: Make) -> None:
    lost = {**step("length", 10, 8), "kept": 7}
    found = ask("processing-recorded", with_steps(make(POLICY), step("read", 10), lost, audit={}))
    assert values(found) == [0.5, None]
    looked = with_steps(make(POLICY), step("read", 10), step("length", 10, 8), audit={"filtering-impact": {}})
    assert values(ask("processing-recorded", looked)) == [1.0, 1.0]
    assert values(ask("processing-recorded", with_steps(make(POLICY), step("read", 10)))) == [1.0, 1.0]


def test_weights_in_a_format_that_runs_code_or_unnamed_are_found(make: Make, tmp_path: Path) -> None:
    run = make(POLICY)
    for name in ("model.safetensors", "model.pt", "run.json"):
        write_text(run.folder / "checkpoint" / name, "x")
    assert values(ask("weights-safe", run)) == [pytest.approx(2 / 3), 0.0]
    (run.folder / "checkpoint" / "model.pt").unlink()
    named = replace(run, manifest=replace(run.manifest, files={"checkpoint/model.safetensors": "a"}))
    assert values(ask("weights-safe", named)) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ({"corpus": "c"}, [1.0]),
        ({"corpus": "other"}, [0.0]),
        ({"corpus": "c", "family": "fine-tuned", "parent": "p"}, [1.0, 1.0]),
        ({"corpus": "c", "family": "fine-tuned", "parent": None}, [1.0, 0.0]),
        ([], [0.0]),
    ],
)
def test_a_model_names_its_corpus_and_its_parent(make: Make, record: Any, wanted: list[float]) -> None:
    run = make(POLICY)
    write_text(run.folder / "checkpoint" / "run.json", json.dumps(record))
    run = replace(run, manifest=replace(run.manifest, parents={"main": "c"}))
    assert values(ask("lineage-known", run)) == wanted


def test_what_is_not_measured_needs_a_reason_or_an_owner(make: Make) -> None:
    bare = Control(id="X1", title="x")
    told = Control(id="X2", title="x", unmeasured="nothing can")
    owner = Waiver.model_validate(
        {"control": "X1", "owner": "a", "approver": "b", "reason": "it is being built", "granted": "2026-11-01",
         "expires": "2026-12-01"}
    )  # fmt: skip
    gaps = (NotMeasured("a", "because"), NotMeasured("b", " "))
    assert values(ask("unmeasured-listed", make(Policy(id="p", controls=(bare, told)), *gaps))) == [0.5, 0.5]
    owned = Policy(id="p", controls=(bare, told), waivers=(owner,))
    assert values(ask("unmeasured-listed", make(owned, *gaps[:1]))) == [1.0, 1.0]


def test_a_ledger_of_another_manifest_is_found(make: Make) -> None:
    run = make(POLICY, ledger={})
    assert values(ask("ledger-intact", run)) == [1.0]
    assert values(ask("ledger-intact", replace(run, manifest=replace(run.manifest, seed=8)))) == [0.0]
    assert values(ask("cadence-kept", run)) == [1.0]


def test_detectors_without_a_measured_recall_are_counted(make: Make) -> None:
    recall = "planted-control-recall"
    found = (
        score(0.9, metric=recall, slice={"detector": "email"}),
        NotMeasured(recall, "none planted", {"detector": "iban"}),
    )
    (one,) = ask("detectors-measured", make(POLICY, *found))
    assert (one.value if isinstance(one, Score) else None, one.slice) == (0.5, {"without": "iban"})


def test_refusals_that_stayed_are_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    tallies = {"state refused": 4, "state allowed": 5, "state unknown": 1}
    heeded = step("consent", 10, 6, tallies=tallies)
    assert values(ask("rights-honoured", with_steps(make(POLICY), heeded))) == [0.9, 1.0]
    ignored = step("consent", 10, 9, tallies=tallies)
    assert values(ask("rights-honoured", with_steps(make(POLICY), ignored))) == [0.9, 0.25]
    assert values(ask("rights-honoured", with_steps(make(POLICY), step("read", 10)))) == [None]


def test_decontamination_needs_its_step(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JudgedRun, "modality", lambda self, track: "text")
    assert values(ask("decontaminated", with_steps(make(POLICY), step("read", 1)))) == [None]
    assert values(ask("decontaminated", with_steps(make(POLICY), step("decontaminate", 1)))) == [1.0]


def test_a_list_of_erasures_needs_the_step(make: Make) -> None:
    run = with_steps(make(POLICY), step("read", 1))
    assert values(ask("erasure-honoured", run)) == [None]
    assert values(ask("erasure-honoured", replace(run, config={"erased": "list.json"}))) == [0.0]
    honoured = with_steps(replace(run, config={"erased": "list.json"}), step("erased", 1))
    assert values(ask("erasure-honoured", honoured)) == [1.0]


def test_a_datasheet_counts_what_is_stated(make: Make) -> None:
    run = replace(make(POLICY), config={"governance": {"data": {"purpose": "to try", "retention": " "}}})
    (found,) = ask("datasheet-complete", run, fields=["data.purpose", "data.retention"])
    assert (values([found]), found.slice) == ([0.5], {"missing": "data.retention"})


def test_seeds_count_what_the_manifest_holds(make: Make) -> None:
    run = make(POLICY)
    assert values(ask("seeds-recorded", run)) == [0.5]
    whole = replace(run.manifest, parents={"main": "c"}, versions={"numpy": "2"})
    assert values(ask("seeds-recorded", replace(run, manifest=whole))) == [1.0]


# the policy and its results


def test_a_policy_that_the_run_named_when_it_began_is_older(make: Make) -> None:
    assert values(ask("policy-before-results", make(POLICY, score(1.0), ledger={"policy": POLICY.hash}))) == [1.0]


@pytest.mark.parametrize(
    ("dated", "value"), [("2026-11-19", 1.0), ("2026-11-20", None), ("2026-11-21", 0.0), (None, None)]
)
def test_else_its_own_date_tells_and_the_same_day_does_not(make: Make, dated: str | None, value: float | None) -> None:
    policy = Policy.model_validate({"id": "p", "dated": dated})
    run = make(policy, score(1.0), ledger={"policy": "another"})
    assert values(ask("policy-before-results", run)) == [value]
    assert [one.code for one in gate_findings(run, ())] == (["HW-G001"] if value == 0.0 else [])


def test_a_policy_named_only_after_another_process_had_measured_is_not_older(make: Make, tmp_path: Path) -> None:
    """A first process measures and is killed; a second one names the policy and finds the stage in the cache."""
    folder = made_run(tmp_path / "killed", [score(1.0)])
    append_entry(folder, "run-started", BEGUN)
    append_entry(folder, "run-started", BEGUN.replace("08:", "10:"), policy=POLICY.hash)
    append_entry(folder, "run-finished", BEGUN.replace("08:", "11:"), opened(folder).manifest.hash, cached=["evaluate"])
    run = opened(folder)
    assert values(ask("policy-before-results", run)) == [None]  # and the policy has no date of its own
    assert run.measured is not None and run.measured.isoformat() == BEGUN


def test_a_stage_from_the_cache_keeps_the_time_at_which_it_was_done(make: Make) -> None:
    run = make(POLICY, score(1.0), ledger={})
    before = run.measured
    append_entry(run.folder, "run-started", "2026-11-29T08:00:00+00:00")
    append_entry(run.folder, "run-finished", "2026-11-29T09:00:00+00:00", ran=["audit"], cached=["evaluate"])
    assert opened(run.folder).measured_at("", "evaluation") == before
