import math
from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Corpus, IncompleteError, UsageError
from headwater.evaluate import exposure, exposure_interval, measure_exposure
from headwater.evaluate.memorization.exposure import Ranked, extrapolated_exposure, rank_canary
from headwater.models import Canary

SECRETS = ("193847562", "750192836", "402918375", "918273645", "556677889", "120938475")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 80) for seed in range(12)])


def planted(*repetitions: int) -> list[Canary]:
    return [
        Canary(f"canary-{i}", f"the code of lake {'abcdefgh'[i]} is ", SECRETS[i], times)
        for i, times in enumerate(repetitions)
    ]


def test_the_best_of_1024_has_ten_bits() -> None:
    assert exposure(1.0, np.zeros(1024)) == 10


def test_the_worst_is_just_below_zero() -> None:
    assert exposure(-1.0, np.zeros(1024)) == pytest.approx(math.log2(1024 / 1025))


def test_rank_1001_over_2000() -> None:
    alternatives = np.concatenate([np.full(1000, 1.0), np.full(1000, -1.0)])
    assert exposure(0.0, alternatives) == pytest.approx(0.9986, abs=5e-5)


def test_ties_take_the_middle_rank_whatever_their_order() -> None:
    assert exposure(0.0, [0.0, 0.0, 1.0, -1.0]) == exposure(0.0, [-1.0, 1.0, 0.0, 0.0])
    assert exposure(0.0, [0.0, 0.0, 1.0, -1.0]) == pytest.approx(math.log2(4 / 3))


def test_an_untrained_secret_exceeds_t_bits_with_chance_two_to_the_minus_t() -> None:
    rng = np.random.default_rng(0)
    values = np.array([exposure(*(rng.normal(), rng.normal(size=256))) for _ in range(4000)])
    for bits in (1, 2, 3, 4):
        assert (values >= bits).mean() == pytest.approx(2**-bits, abs=0.02)


def test_the_interval_covers_the_exposure_among_all_secrets() -> None:
    rng, truth, covered = np.random.default_rng(1), 3.0, 0
    for _ in range(400):
        alternatives = np.where(rng.random(300) < 2**-truth, 1.0, -1.0)
        low, high = exposure_interval(0.0, alternatives)
        covered += low <= truth <= high
    assert covered / 400 >= 0.94


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.integers(-3, 3))
def test_value_lies_within_its_interval_and_range(others: list[int], canary: int) -> None:
    value, (low, high) = exposure(canary, others), exposure_interval(canary, others)
    assert low <= value <= high
    assert math.log2(len(others) / (len(others) + 1)) <= value <= math.log2(len(others))


@pytest.mark.parametrize("others", [[], [math.nan], [-math.inf]])
def test_unusable_likelihoods_are_refused(others: list[float]) -> None:
    with pytest.raises(UsageError):
        exposure(0.0, others)


def test_a_copying_model_spells_out_its_canaries_and_ranks_them_first(corpus: Corpus) -> None:
    model = ByteModel(corpus, order=12, canaries=planted(0, 0, 0, 4, 4, 4))
    outcome = measure_exposure(subject_of(corpus, model), alternatives=64)
    scores = scores_of(outcome, "exposure")
    assert scores["4"].value == 6.0
    assert scores["0"].value < 4
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-M003", "high")
    assert set(finding.document_ids) == {"canary-3", "canary-4", "canary-5"}
    assert [finding.examples[0].text[a:b] for a, b in finding.examples[0].spans] == [SECRETS[3]]


def test_a_model_that_saw_no_canary_has_no_finding(corpus: Corpus) -> None:
    canaries = planted(0, 0, 0, 4, 4, 4)
    model = ByteModel(corpus, order=12)
    model.canaries = tuple(canaries)
    outcome = measure_exposure(subject_of(corpus, model), alternatives=64)
    assert outcome.findings == ()


def test_the_trend_is_tested_by_permutation(corpus: Corpus) -> None:
    model = ByteModel(corpus, order=12, canaries=planted(0, 0, 1, 2, 8, 16))
    (trend,) = scores_of(measure_exposure(subject_of(corpus, model), alternatives=64), "exposure-trend").values()
    assert trend.value > 0.5
    assert "permutation" in trend.interval


def test_only_the_tokens_of_the_secret_are_compared(corpus: Corpus) -> None:
    canary = planted(3)[0]
    model = ByteModel(corpus, order=12, canaries=[canary])
    ranked = rank_canary(model, canary, 16, 0)
    logs = model.token_logprobs([canary.text])[0]
    # alternatives are random digits, so some differ from the secret in the first one
    assert ranked.log == pytest.approx(logs[len(canary.prefix) :].sum())


def test_scores_do_not_depend_on_the_batch(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = subject_of(corpus, ByteModel(corpus, order=4, canaries=planted(0, 2)))
    whole = measure_exposure(subject, alternatives=20)
    monkeypatch.setattr("headwater.evaluate.memorization.exposure.BATCH", 7)
    assert measure_exposure(subject, alternatives=20) == whole


def test_the_chance_of_a_rank_is_uniform_for_unseen_secrets() -> None:
    rng = np.random.default_rng(3)
    canary = planted(0)[0]
    p = [Ranked(canary, rng.normal(), rng.normal(size=99), False).p for _ in range(2000)]
    assert np.quantile(p, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.03)


def test_without_canaries_nothing_is_measured(corpus: Corpus) -> None:
    with pytest.raises(IncompleteError, match="no canary"):
        measure_exposure(subject_of(corpus, ByteModel(corpus)))


def test_extrapolation_gives_one_bit_at_the_mean_and_agrees_with_the_rank_in_the_middle() -> None:
    others = np.random.default_rng(3).normal(-30.0, 4.0, 100_000)
    assert extrapolated_exposure(float(others.mean()), others) == pytest.approx(1.0)
    for log in (-34.0, -28.0, -22.0, -20.0):
        assert extrapolated_exposure(log, others) == pytest.approx(exposure(log, others), abs=0.1)


def test_extrapolation_tells_secrets_apart_that_all_rank_first() -> None:
    others = np.random.default_rng(3).normal(-30.0, 4.0, 512)
    logs = (-6.0, -3.0, -0.1)
    assert len({exposure(log, others) for log in logs}) == 1
    values = [extrapolated_exposure(log, others) for log in logs]
    assert values == sorted(values) and len(set(values)) == 3


def test_every_level_is_extrapolated(corpus: Corpus) -> None:
    model = ByteModel(corpus, order=12, canaries=planted(0, 0, 0, 4, 4, 4))
    levels = scores_of(measure_exposure(subject_of(corpus, model), alternatives=64), "exposure-extrapolated")
    assert levels["4"].value > levels["0"].value
