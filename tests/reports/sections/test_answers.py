from typing import Any

import pytest

from headwater.core import Finding, NotMeasured, Score, StageReport, Table
from headwater.reports import Run, Signature, SignOff, Track
from headwater.reports.answers import Answer
from headwater.reports.sections import answers

from ..fixtures import audit, curation, evaluation, image_stages, training
from ..judged import ATTESTATION, MANIFEST, control, judgement

FULL = {"curation": curation(), "audit": audit(), "training": training(), "evaluation": evaluation()}


def asked(run: Run) -> dict[str, Answer]:
    data = answers(run)
    assert data is not None
    return {answer.question: answer for answer in data.answers}


def of(stages: dict[str, StageReport], **more: Any) -> dict[str, Answer]:
    return asked(Run("t", (Track("", stages),), {}, {"run manifest": MANIFEST}, **more))


def text(answer: Answer) -> str:
    return " ".join(statement.text for statement in answer.statements)


def measured(name: str, area: str, *scores: Score | NotMeasured, codes: tuple[str, ...] = ()) -> StageReport:
    entry = {"name": name, "area": area, "scores": len(scores), "exhibits": 0, "findings": list(codes)}
    found = tuple(Finding(code, "high", f"Title of {code}", "", "") for code in codes)
    return StageReport("evaluation", "E", scores=scores, findings=found, detail={"metrics": [entry], "areas": [area]})


EXTRACTABLE = Score("extractable", 0.2, 50, "share of prefixes", "e/1", 0.1, 0.34, slice={"split": "trained"})


def test_nothing_that_was_not_measured_is_answered() -> None:
    found = of({})
    assert [
        found[name].state for name in ("trained", "removed", "leaks", "worse", "made-up", "unmeasured", "signed")
    ] == ["not-measured"] * 7
    assert "headwater evaluate" in text(found["leaks"]) and "Nobody" in text(found["signed"])


def test_a_run_whose_evaluation_measured_nothing_has_no_model_made_elsewhere() -> None:
    answer = of({"audit": StageReport("audit", "A"), "evaluation": StageReport("evaluation", "E")})["trained"]
    assert (
        "made elsewhere" not in text(answer)
        and answer.statements[0] == of({"audit": StageReport("audit", "A")})["trained"].statements[0]
    )
    scored = of({"evaluation": StageReport("evaluation", "E", scores=(EXTRACTABLE,))})["trained"]
    assert "made elsewhere" in text(scored)


def test_counting_mentions_compares_nobody() -> None:
    place = {"category": "gender", "group": "female"}
    counted = Score("mentions-per-million-words", 0.0, 100, "mentions", "m/1", slice=place)
    assert of({"audit": StageReport("audit", "A", scores=(counted,))})["worse"].state == "not-measured"
    compared = Score("context-tone", 0.5, 100, "share", "c/1", 0.4, 0.6, slice=place)
    found = of({"audit": StageReport("audit", "A", scores=(counted, compared))})["worse"]
    assert "No group was found" in text(found)


def test_a_model_on_part_of_the_corpus_is_not_said_to_have_seen_all_of_it() -> None:
    counts = {"in": 9, "kept": 9, "removed": 0, "quarantined": 0}
    stages = {
        "curation": StageReport("curation", "C", detail={"counts": counts}),
        "training": StageReport("training", "T", {"family": "gpt", "documents trained on": 4}),
    }
    assert "trained on 4 of the 9 documents" in text(of(stages)["trained"])


def test_a_model_made_elsewhere_is_not_said_to_be_trained_here() -> None:
    facts = {"family": "fine-tuned", "parent": "60f0", "parent is": "a GGUF file", "steps": 0}
    answer = of({"training": StageReport("training", "T", facts)})["trained"]
    assert "was not trained in this run" in text(answer) and "not known here" in text(answer)
    assert answer.statements[0].gap


def test_sources_and_licences_come_with_their_shares() -> None:
    def table(name: str, *rows: tuple[Any, ...]) -> Table:
        return Table(name, name, ("Name", "Documents", "Share of documents"), rows)

    report = StageReport(
        "audit", "A", exhibits=(
            table("composition-source", ("small", 1, 0.1), ("big", 9, 0.9)),
            table("composition-licence", ("MIT", 10, 1.0)),
        ),
        scores=(Score("unknown-licence-share", 0.0, 10, "share", "u/1", 0.0, 0.3),),
    )  # fmt: skip
    words = text(of({"audit": report})["trained"])
    assert "2 sources, by share of documents big (90 %) and small (10 %)" in words
    assert "one licence: MIT (100 %)" in words and "without a known licence: 0 % (95 % interval 0 % to 30 %" in words


def test_documents_that_state_no_licence_are_said_to_state_none() -> None:
    table = Table("composition-licence", "L", ("Licence", "Documents", "Share of documents"), (("unknown", 9, 1.0),))
    words = text(of({"audit": StageReport("audit", "A", exhibits=(table,))})["trained"])
    assert "no document states one" in words and "one licence" not in words


def test_where_no_licence_is_known_at_all_it_is_a_gap() -> None:
    score = Score("unknown-licence-share", 1.0, 60, "share", "u/1", 0.94, 1.0)
    answer = of({"audit": StageReport("audit", "A", scores=(score,))})["trained"]
    assert answer.statements[-1].gap and "Under which licences is not known" in answer.statements[-1].text


def test_a_leak_is_told_by_its_finding_and_the_metric_once() -> None:
    answer = of({"evaluation": measured("extractable", "Privacy and memorization", EXTRACTABLE, codes=("HW-M002",))})[
        "leaks"
    ]
    assert text(answer).startswith("One finding") and "Title of HW-M002" in text(answer)
    assert "exact words" not in text(answer)
    assert answer.statements[1].anchor == "finding-hw-m002"


def test_a_measured_metric_without_a_finding_is_told_with_its_interval_and_no_more_is_claimed() -> None:
    answer = of({"evaluation": measured("extractable", "Privacy and memorization", EXTRACTABLE)})["leaks"]
    assert "no proof" in answer.statements[0].text
    assert "20 % (95 % interval 10 % to 34 %, n 50)" in text(answer)


def test_a_metric_that_has_no_value_is_a_gap_with_its_reason() -> None:
    gap = NotMeasured("extractable", "no prefix was taken from a trained document")
    answer = of({"evaluation": measured("extractable", "Privacy and memorization", gap)})["leaks"]
    assert answer.state == "not-measured" and "no prefix was taken" in text(answer)


def test_a_disclosure_in_data_alone_is_not_said_of_a_model() -> None:
    finding = Finding("HW-A112", "high", "141 rows are alone", "", "")
    answer = of({"audit": StageReport("audit", "A", findings=(finding,))})["leaks"]
    assert "141 rows are alone" in text(answer) and answer.statements[-1].gap


def test_a_title_that_names_no_one_is_followed_by_what_it_means() -> None:
    report = measured("counterfactual-pairs", "Bias")
    meaning = "The difference is -0.5 nats (-0.7 to -0.3). More follows."
    finding = Finding("HW-B003", "medium", "black − white differ", meaning, "")
    stage = StageReport("evaluation", "E", findings=(finding,), detail=report.detail)
    answer = of({"evaluation": stage})["worse"]
    assert "black − white differ. The difference is -0.5 nats (-0.7 to -0.3)." in text(answer)
    assert "More follows" not in text(answer)


@pytest.mark.parametrize(
    ("meaning", "told"),
    [
        ("Share of rows: 12.4% (10.4% to 14.6%; n 971). A second one.", "Share of rows: 12.4% (10.4% to 14.6%; n 971)"),
        ("Found (one. Two) here; there. More", "Found (one. Two) here"),
        ("A bracket (is open; for ever.", "A bracket (is open; for ever"),
    ],
)
def test_a_sentence_does_not_end_within_brackets(meaning: str, told: str) -> None:
    finding = Finding("HW-A080", "medium", "Title", meaning, "")
    answer = of({"audit": StageReport("audit", "A", findings=(finding,))})["worse"]
    assert f"Title. {told}." in text(answer)


def test_bias_in_data_alone_is_said_to_be_of_data_alone() -> None:
    score = Score("mentions", 3.0, 5, "per million", "m/1", slice={"group": "female"})
    finding = Finding("HW-A004", "medium", "Mentioned less", "", "")
    answer = of({"audit": StageReport("audit", "A", scores=(score,), findings=(finding,))})["worse"]
    assert "Mentioned less" in text(answer) and answer.statements[-1].gap
    assert "how a model treats these groups was not measured" in text(answer)


def test_a_finding_of_another_area_is_not_taken_for_a_leak() -> None:
    answer = of({"evaluation": measured("perplexity", "Quality", codes=("HW-Q001",))})["leaks"]
    assert answer.state == "not-measured"


def test_removed_documents_are_told_by_step_and_by_whose_they_were() -> None:
    counts = {"in": 100, "kept": 80, "edited": 0, "removed": 20, "quarantined": 0}
    rules = [{"step": "length", "rule": "short", "action": "removed", "documents": 20}]
    columns = ("source", "in", "kept", "taken out", "share taken out", "low", "high")
    table = Table(
        "removal-by-source", "S", columns, (("blog", 40, 21, 19, 0.475, 0.33, 0.62), ("b", 60, 59, 1, 0.0, 0, 0))
    )
    report = StageReport("curation", "C", exhibits=(table,), detail={"counts": counts, "rules": rules})
    answer = of({"curation": report})["removed"]
    assert "20 of 100 documents were removed" in text(answer) and "length (20)" in text(answer)
    assert "source 'blog' 47.5 % (19 of 40)" in text(answer) and "'b'" not in text(answer)
    assert answer.statements[-1].gap and "filtering-impact" in answer.statements[-1].text


def test_who_attested_who_judged_and_what_waits_is_told() -> None:
    answer = of({}, evidence=judgement())["signed"]
    assert "A. Reviewer (Head of release)" in text(answer) and "One control waits" in text(answer)
    assert "acme-release (version 3) judged it on 2026-11-24: failed" in text(answer)


def test_a_void_signature_does_not_count_as_one() -> None:
    off = SignOff("A. Reviewer", "lead", "go", "2026-11-25T00:00:00+00:00", "SHA256:0", "", MANIFEST, {}, 1, "0" * 64)
    good, void = Signature(1, "001", off), Signature(1, "001", off, fault="changed")
    forged = Signature(2, "002", None, fault="forged")
    signed = asked(Run("t", (Track(""),), signatures=(good,)))["signed"]
    broken = asked(Run("t", (Track(""),), signatures=(void, forged)))["signed"]
    assert "A. Reviewer (lead, go, 2026-11-25)" in signed.statements[0].text
    assert "Nobody" in text(broken) and "2 signatures no longer hold" in text(broken) and "Reviewer" not in text(broken)


def test_open_controls_are_among_what_was_not_measured() -> None:
    answer = of(FULL, evidence=judgement())["unmeasured"]
    assert "2 controls of the policy are unmeasured: M18 and H02" in text(answer)


def test_values_are_data_and_never_a_template() -> None:
    attestation = {**ATTESTATION, "person": "{count.__class__}", "role": "{0}"}
    evidence = (control("H01", "pass", kind="attestation", attestation=attestation, policy="{policy}"),)
    assert "{count.__class__} ({0})" in text(of({}, evidence=evidence)["signed"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_full_run_answers_every_question_in_every_language(language: str) -> None:
    run = Run("t", (Track("", FULL), Track("images", image_stages())), evidence=judgement(), language=language)
    found = asked(run)
    assert len(found) == 7 and all(answer.statements for answer in found.values())
    assert not any("{" in statement.text for answer in found.values() for statement in answer.statements)
    assert any(statement.track == "images" for statement in found["trained"].statements)
