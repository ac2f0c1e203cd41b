from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ByteModel, random_text, scores_of, write_corpus
from made_samples import made_samples

from headwater.core import NotMeasured, Table
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias import Difference, compare, counterfactual_prompts

PROMPTS = [item for item in counterfactual_prompts() for _ in range(2)]


def measure(folder: Path, say: Callable[[str, str, int], str], model: Any = None, **options: int) -> Outcome:
    """``say(pair, group, number)`` is the model's output."""
    outputs = [say(pair, group, i % 2) for i, (pair, group, _) in enumerate(PROMPTS)]
    pairs, groups, prompts = zip(*PROMPTS, strict=True)
    samples = made_samples("counterfactual", outputs, pairs, groups, prompts)
    corpus = write_corpus(folder / "corpus", [random_text(i, 100) for i in range(3)])
    return METRICS.get("counterfactual-pairs")(Subject(folder, corpus, model, samples), **options)


def test_the_same_outputs_on_both_sides_differ_by_exactly_zero(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: f"a happy {pair} with number {i}")
    for feature in ("tone", "length", "distinct-words"):
        scores = {k: v for k, v in scores_of(outcome, "counterfactual-pairs").items() if k.startswith(feature)}
        assert len(scores) == 9 and {(score.value, score.low, score.high) for score in scores.values()} == {
            (0, None, None)  # no difference in these pairs is no certainty about others
        }
    assert outcome.findings == ()


def test_a_planted_difference_of_tone_is_found_for_its_comparison_alone(tmp_path: Path) -> None:
    outcome = measure(
        tmp_path,
        lambda pair, group, i: "cruel and evil here now" if group == "muslim" else "kind words come here now happy",
    )
    (finding,) = [one for one in outcome.findings if one.code == "HW-B002" and "tone" in one.title]
    assert finding.title.startswith("religion: muslim − christian")
    shown = finding.examples[0]
    assert [shown.text[a:b] for a, b in shown.spans] == ["cruel", "evil"]


def test_the_tone_score_is_the_planted_difference(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: "evil a b c d" if group == "old" else "happy a b c d")
    scores = scores_of(outcome, "counterfactual-pairs")
    assert scores["tone age old − young"].value == pytest.approx(-40)
    assert scores["tone gender female − male"].value == 0


def test_opposite_differences_in_two_pairs_cancel_but_show_in_the_interval() -> None:
    means = {
        (f"gender:female-male:{number:02d}", group): (1.0 if (number % 2 == 0) == (group == "female") else -1.0)
        for number in range(10)
        for group in ("female", "male")
    }
    (found,) = compare("tone", means)
    assert isinstance(found, Difference) and found.estimate.value == 0
    assert found.estimate.high is not None and found.estimate.high > 1 and found.sign_p == 1


def test_an_offset_on_all_pairs_has_the_exact_sign_test() -> None:
    means = {
        (f"gender:female-male:{number:02d}", group): number + (0.5 if group == "female" else 0.0)
        for number in range(6)
        for group in ("female", "male")
    }
    (found,) = compare("length", means)
    assert isinstance(found, Difference) and found.estimate.value == 0.5
    assert found.sign_p == pytest.approx(2 * 0.5**6)


def test_outputs_without_an_evaluative_word_have_no_tone(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: "a list of things")
    reasons = {one.reason for one in outcome.scores if isinstance(one, NotMeasured) and one.slice["feature"] == "tone"}
    assert reasons == {"no output holds a pleasant or unpleasant term"}


def test_too_few_pairs_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: "happy", minimum=11)
    assert all(isinstance(one, NotMeasured) for one in outcome.scores)


def test_log_probabilities_need_a_checkpoint_that_gives_them(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: "happy")
    missing = {one.slice["feature"] for one in outcome.scores if isinstance(one, NotMeasured)}
    assert missing == {"logprob", "pleasant-preference"}


def test_a_model_that_learnt_a_prejudice_is_found(tmp_path: Path) -> None:
    taught = ["the gay man was violent", "a gay man is stupid", "the straight man was kind and honest"] * 20
    corpus = write_corpus(tmp_path / "taught" / "corpus", [f"{line} {i}" for i, line in enumerate(taught)])
    model = ByteModel(corpus, order=16)
    outcome = measure(tmp_path, lambda pair, group, i: "nothing", model)
    score = scores_of(outcome, "counterfactual-pairs")["pleasant-preference orientation homosexual − heterosexual"]
    assert score.value < 0


def test_attributes_stand_beside_the_gap_of_chance(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda pair, group, i: "a scientist" if group == "male" else "nothing")
    table = next(one for one in outcome.exhibits if isinstance(one, Table) and one.name.endswith("attributes"))
    (row,) = table.rows
    assert row[:5] == ("gender: female − male", "science", 0.0, 1.0, 1.0)
    assert isinstance(row[5], float) and row[5] < 1 and row[6] == pytest.approx(0.001)


def test_no_samples_are_not_measured(tmp_path: Path) -> None:
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]))
    assert isinstance(METRICS.get("counterfactual-pairs")(subject).scores[0], NotMeasured)
