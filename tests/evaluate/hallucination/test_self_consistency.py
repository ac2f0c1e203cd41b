from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of, write_corpus
from made_samples import made_samples

from headwater.core import NotMeasured
from headwater.evaluate import METRICS, Outcome, Subject, mean_interval
from headwater.evaluate.hallucination.ngram_model import sentences
from headwater.evaluate.hallucination.self_consistency import baseline_surprises, prompt_surprises, surprise

LEXICON = [f"word{i}" for i in range(200)]


def babble(seed: int, words: int = 20) -> str:
    return " ".join(np.random.default_rng(seed).choice(LEXICON, words))


def measure(folder: Path, answers: list[list[str]], **options: int) -> Outcome:
    outputs = [answer for own in answers for answer in own]
    pairs = [f"repeat-{i:02d}" for i, own in enumerate(answers) for _ in own]
    samples = made_samples("repeat", outputs, pairs)
    subject = Subject(folder, write_corpus(folder / "corpus", ["x"]), samples=samples)
    return METRICS.get("self-consistency")(subject, **options)


def gain(outcome: Outcome) -> float:
    return scores_of(outcome, "self-consistency")[""].value


def test_an_answer_that_others_repeat_surprises_less_than_one_they_do_not() -> None:
    known, other = sentences("the cat sat on the mat"), sentences("a dog ran off at noon")
    assert surprise(known, [known, known], 20).mean < surprise(known, [known, other], 20).mean
    assert surprise(known, [known, other], 20).mean < surprise(known, [other, other], 20).mean


def test_surprise_is_zero_where_only_one_word_is_possible() -> None:
    """One word, one vocabulary: p = 1 for the single-word answer after the beginning."""
    only = sentences("yes")
    assert surprise(only, [only, only], 1).mean == pytest.approx(0)


def test_the_largest_surprise_is_at_least_the_mean() -> None:
    answers = [sentences(babble(i)) for i in range(4)]
    found = surprise(answers[0], answers[1:], 200)
    assert found.largest >= found.mean


def test_identical_answers_gain_much_and_their_interval_lies_above_zero(tmp_path: Path) -> None:
    score = scores_of(measure(tmp_path, [[babble(i)] * 4 for i in range(8)]), "self-consistency")[""]
    assert score.value > 1 and score.low is not None and score.low > 0 and score.n == 8


def test_unrelated_answers_gain_nothing_on_average() -> None:
    gains, covered = [], 0
    for trial in range(120):
        rng = np.random.default_rng(trial)
        answers = {f"p{i}": [sentences(" ".join(rng.choice(LEXICON, 20))) for _ in range(4)] for i in range(15)}
        own, base = prompt_surprises(answers, 201), baseline_surprises(answers, 201, trial)
        estimate = mean_interval([base[prompt].mean - own[prompt].mean for prompt in answers])
        assert estimate.low is not None and estimate.high is not None
        gains.append(estimate.value)
        covered += estimate.low <= 0 <= estimate.high
    assert abs(np.mean(gains)) < 3 * np.std(gains) / np.sqrt(120) and covered >= 102


def test_the_gain_falls_as_answers_vary_more(tmp_path: Path) -> None:
    def mixed(share: float) -> list[list[str]]:
        return [
            [f"{babble(i, round(20 * share))} {babble(100 + 10 * i + j, 20 - round(20 * share))}" for j in range(4)]
            for i in range(8)
        ]

    gains = [gain(measure(tmp_path / str(share), mixed(share))) for share in (1.0, 0.5, 0.0)]
    assert gains == sorted(gains, reverse=True)


def test_the_gain_is_baseline_minus_surprise(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [[babble(i), babble(i), babble(i + 50)] for i in range(6)])
    own = scores_of(outcome, "self-consistency-mean-surprise")[""].value
    base = scores_of(outcome, "self-consistency-mean-baseline")[""].value
    assert gain(outcome) == pytest.approx(base - own)


def test_one_answer_for_every_prompt_makes_the_baseline_equal() -> None:
    answers = {f"p{i}": [sentences("the same words")] * 3 for i in range(4)}
    own, base = prompt_surprises(answers, 3), baseline_surprises(answers, 3, 0)
    assert {key: value.mean for key, value in own.items()} == pytest.approx({k: v.mean for k, v in base.items()})


def test_the_baseline_depends_on_the_seed_alone() -> None:
    answers = {f"p{i}": [sentences(babble(10 * i + j)) for j in range(3)] for i in range(4)}
    assert baseline_surprises(answers, 200, 1) == baseline_surprises(answers, 200, 1)


def test_empty_answers_do_not_count(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [[babble(i), babble(i), "", " "] for i in range(8)])
    assert isinstance(outcome.scores[0], NotMeasured) and "0 prompts" in outcome.scores[0].reason


def test_few_prompts_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [[babble(i)] * 3 for i in range(3)])
    assert isinstance(outcome.scores[0], NotMeasured) and "3 prompts" in outcome.scores[0].reason


def test_the_order_of_samples_changes_nothing_but_the_last_bit(tmp_path: Path) -> None:
    answers = [[babble(10 * i + j % 2) for j in range(4)] for i in range(6)]
    own = [scores_of(measure(tmp_path / name, [list(order(a)) for a in answers]), "self-consistency-mean-surprise")[""]
           for name, order in (("a", list), ("b", reversed))]  # fmt: skip
    assert own[0].value == pytest.approx(own[1].value)
