import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, scores_of, write_corpus

from headwater.core import IncompleteError, NotMeasured, Score, Table, UsageError
from headwater.evaluate import METRICS, Outcome, Subject, clopper_pearson


def write(folder: Path, rows: list[dict[str, Any]]) -> str:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"question": f"How deep is lake {number}?", "answer": f"{number} fathoms", **more}


def measure(folder: Path, rows: list[dict[str, Any]], model: Any = None, **options: Any) -> Outcome:
    corpus = write_corpus(folder / "corpus", ["x"])
    path = write(folder, rows)
    return METRICS.get("question-answers")(Subject(folder, corpus, model), questions_file=path, **options)


def value(outcome: Outcome, metric: str) -> Score:
    return scores_of(outcome, metric)[""]


def test_refusals_are_neither_right_nor_wrong(tmp_path: Path) -> None:
    """The peers' defect: a refusal counted as a wrong answer."""
    rows = [row(n, prediction=f"{n} fathoms") for n in range(6)] + [row(n, prediction="none") for n in range(6, 8)]
    alone = measure(tmp_path, rows)
    both = measure(tmp_path, [*rows, row(8, prediction="I don't know."), row(9, prediction="")])
    assert value(alone, "question-answers").value == value(both, "question-answers").value == 0.75
    assert value(both, "question-answers").low == clopper_pearson(6, 8)[0]
    assert value(both, "question-answers-coverage").value == 0.8
    assert value(both, "question-answers-abstained").value == value(both, "question-answers-empty").value == 0.1
    assert value(both, "question-answers-wrong").value == 0.2
    assert value(both, "question-answers-selective-risk").value == 0.25


def test_nothing_but_refusals_is_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [row(n, prediction="I have no comment.") for n in range(4)])
    missing = {one.metric: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert "none of 4 rows gives an answer" in missing["question-answers"]
    assert "question-answers-selective-risk" in missing and "question-answers-calibration" in missing
    assert value(outcome, "question-answers-abstained").value == 1.0


def test_calibration_is_that_of_the_stated_confidences(tmp_path: Path) -> None:
    rows = [row(n, prediction=f"{n} fathoms" if n % 2 else "dry", confidence=0.9) for n in range(40)]
    outcome = measure(tmp_path, rows)
    assert value(outcome, "question-answers-overconfidence").value == pytest.approx(0.4)
    assert value(outcome, "question-answers-calibration-plain").value == pytest.approx(0.4)
    assert value(outcome, "question-answers-brier").value == pytest.approx((0.01 + 0.81) / 2)
    (finding,) = outcome.findings
    assert finding.code == "HW-H032" and len(finding.examples) == 10 and "known: " in finding.examples[0].note


def test_mostly_wrong_answers_are_a_finding_and_half_wrong_ones_are_not(tmp_path: Path) -> None:
    wrong = measure(tmp_path, [row(n, prediction="dry") for n in range(20)])
    assert [one.code for one in wrong.findings] == ["HW-H031"]
    half = measure(tmp_path, [row(n, prediction="dry" if n % 2 else f"{n} fathoms") for n in range(20)])
    assert not half.findings


def reader(folder: Path, texts: list[str]) -> ByteModel:
    corpus = write_corpus(folder / "read", texts)
    return ByteModel(corpus, 40, seen=dict.fromkeys(corpus.ids(), 3))


def test_a_model_that_read_the_answers_is_right_and_sure_of_them(tmp_path: Path) -> None:
    rows = [row(n) for n in range(5)]
    model = reader(tmp_path, [f"Q: {one['question']}\nA: {one['answer']}\n" for one in rows])
    outcome = measure(tmp_path, rows, model)
    assert value(outcome, "question-answers").value == 1.0 and value(outcome, "question-answers-exact").value == 1.0
    text = f"Q: {rows[0]['question']}\nA: {rows[0]['answer']}"
    p = np.exp(model.token_logprobs([text])[0][-len(rows[0]["answer"]) - 1 :].sum())
    (table,) = (one for one in outcome.exhibits if isinstance(one, Table) and one.name == "question-answers-answers")
    assert p == pytest.approx(next(one[5] for one in table.rows if one[0] == rows[0]["question"]))


def test_choices_are_made_by_likelihood(tmp_path: Path) -> None:
    rows = [row(n, choices=["dry", f"{n} fathoms", "high"]) for n in range(5)]
    model = reader(
        tmp_path, [f"Q: {one['question']}\nA: {one['answer'] if n else 'dry'}\n" for n, one in enumerate(rows)]
    )
    outcome = measure(tmp_path, rows, model)
    assert value(outcome, "question-answers").value == 0.8
    assert "likeliest choice" in value(outcome, "question-answers").method


def test_categories_stand_apart_and_items_pair_by_question(tmp_path: Path) -> None:
    rows = [row(n, prediction=f"{n} fathoms", category="<script>" if n < 5 else "few") for n in range(8)]
    outcome = measure(tmp_path, rows)
    assert set(scores_of(outcome, "question-answers")) == {"", "<script>"}
    item = next(one for one in outcome.items if one.metric == "question-answers")
    assert item.value == 1.0 and len(set(item.ids)) == 8


def test_a_limit_is_drawn_by_the_seed(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [row(n, prediction=f"{n} fathoms") for n in range(9)], limit=4)
    assert (
        value(outcome, "question-answers").n == 4 and "4 of 9 by the seed" in value(outcome, "question-answers").method
    )


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    for wrong in ({"how": "guess"}, {"match": "near"}, {"prompt": "Tell me"}, {"bins": 0}, {"limit": 0}):
        with pytest.raises(UsageError):
            measure(tmp_path, [row(1, prediction="x"), row(2, prediction="x")], **wrong)


def test_without_a_file_it_says_which_option_is_missing(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["x"])
    with pytest.raises(IncompleteError, match="give questions_file"):
        METRICS.get("question-answers")(Subject(tmp_path, corpus))
