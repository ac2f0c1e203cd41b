import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, kstest
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio

from headwater.curate.audits.association_tests import at_most, log_odds, npmi, odds_ratio, permutation_test

RNG = np.random.default_rng(0)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 100))
def test_npmi_stays_within_its_bounds(only_a: int, only_b: int, both: int, neither: int) -> None:
    value = float(npmi(both, only_a + both, only_b + both, only_a + only_b + both + neither))
    assert -1 <= value <= 1


def test_npmi_of_independent_events_is_zero() -> None:
    assert float(npmi(6, 20, 30, 100)) == pytest.approx(0)


def test_npmi_of_events_that_always_meet_is_one() -> None:
    assert npmi([10, 100], [10, 100], [10, 100], 100).tolist() == [1, 1]


def test_npmi_of_events_that_never_meet_is_minus_one() -> None:
    assert float(npmi(0, 5, 5, 100)) == -1


def test_npmi_of_an_event_that_never_happens_is_undefined() -> None:
    assert np.isnan(npmi(0, 0, 5, 100))


def test_the_odds_ratio_is_that_of_the_corrected_table() -> None:
    label = np.repeat([True, False], [30, 70])
    attribute = np.concatenate([np.arange(30) < 20, np.arange(70) < 10])
    value, low, high = odds_ratio(label, attribute, np.arange(100))
    assert value == pytest.approx((20.5 * 60.5) / (10.5 * 10.5))
    sample = scipy_odds_ratio([[20, 10], [10, 60]], kind="sample")
    bounds = sample.confidence_interval(0.95)
    assert low == pytest.approx(bounds.low, rel=0.15) and high == pytest.approx(bounds.high, rel=0.15)


def test_the_complementary_label_inverts_the_odds_ratio() -> None:
    label, attribute, documents = RNG.random(200) < 0.3, RNG.random(200) < 0.4, np.arange(200) // 4
    one, other = odds_ratio(label, attribute, documents), odds_ratio(~label, attribute, documents)
    assert one[0] == pytest.approx(1 / other[0]) and one[1] == pytest.approx(1 / other[2])


def test_sentences_of_one_document_count_less_than_of_many() -> None:
    label = np.tile([True, False], 50)
    attribute = label ^ (RNG.random(100) < 0.2)
    repeated = np.tile(np.arange(10), 10)
    order = np.argsort(repeated, kind="stable")
    label, attribute = label[order], np.repeat(attribute[:10], 10)
    _, low_one, high_one = odds_ratio(label, attribute, np.sort(repeated))
    _, low_many, high_many = odds_ratio(label, attribute, np.arange(100))
    assert high_one / low_one >= high_many / low_many


def test_p_values_of_single_sentences_are_those_of_fisher() -> None:
    label = np.repeat([True, False], [20, 40])[:, None]
    attribute = np.concatenate([np.arange(20) < 12, np.arange(40) < 10])[:, None]
    found = permutation_test(label, attribute, np.arange(60), 9999)
    exact = fisher_exact([[12, 8], [10, 30]]).pvalue
    assert found.observed[0, 0] == 12 and found.expected[0, 0] == pytest.approx(20 * 22 / 60)
    assert found.p[0, 0] == pytest.approx(exact, rel=0.35)


def test_the_expected_count_is_the_mean_over_shuffles() -> None:
    documents = np.sort(RNG.integers(0, 40, 100))
    labels, attributes = RNG.random((100, 2)) < 0.4, RNG.random((100, 3)) < 0.3
    found = permutation_test(labels, attributes, documents, 1)
    rng, total = np.random.default_rng(1), np.zeros((2, 3))
    _, begins, lengths = np.unique(documents, return_index=True, return_counts=True)
    for _ in range(2000):
        moved = np.arange(100)
        for length in np.unique(lengths):
            same = begins[lengths == length]
            for target, origin in zip(same, rng.permutation(same), strict=True):
                moved[target : target + length] = np.arange(origin, origin + length)
        total += labels[moved].T.astype(float) @ attributes
    assert found.expected == pytest.approx(total / 2000, abs=0.3)


def test_p_values_are_uniform_without_an_association_even_inside_clusters() -> None:
    """Label and attribute are constant in each document: a test that took sentences as independent would fail."""
    p = []
    for trial in range(300):
        rng = np.random.default_rng(trial)
        documents = np.repeat(np.arange(60), 5)
        label, attribute = (np.repeat(rng.random(60) < 0.5, 5)[:, None] for _ in range(2))
        p.append(permutation_test(label, attribute, documents, 199, trial).p[0, 0])
    # discrete p-values lie a little above uniform ones, never below
    assert kstest(p, "uniform", alternative="greater").pvalue > 0.01
    assert np.mean(np.array(p) <= 0.05) < 0.09


def test_a_planted_association_has_the_smallest_p() -> None:
    label = RNG.random((400, 1)) < 0.5
    attribute = label & (RNG.random((400, 1)) < 0.5)
    assert permutation_test(label, attribute, np.arange(400), 999).p[0, 0] == 1 / 1000


def test_sums_of_numbers_are_tested_like_counts() -> None:
    """Scaled indicators have the p-values of the indicators; real numbers those of a plain loop of shuffles."""
    documents = np.sort(RNG.integers(0, 30, 80))
    labels, attributes = RNG.random((80, 2)) < 0.4, RNG.random((80, 2)) < 0.3
    one, other = (
        permutation_test(labels, attributes, documents, 299),
        permutation_test(labels, attributes * 2.5, documents, 299),
    )
    assert (one.p == other.p).all() and other.observed == pytest.approx(one.observed * 2.5)
    values = np.where(attributes, RNG.normal(size=(80, 2)), 0.0)
    found = permutation_test(labels, values, documents, 4999)
    _, begins, lengths = np.unique(documents, return_index=True, return_counts=True)
    rng, beyond = np.random.default_rng(3), np.zeros((2, 2))
    for _ in range(3000):
        moved = np.arange(80)
        for length in np.unique(lengths):
            same = begins[lengths == length]
            for target, origin in zip(same, rng.permutation(same), strict=True):
                moved[target : target + length] = np.arange(origin, origin + length)
        beyond += abs(labels[moved].T @ values - found.expected) >= abs(labels.T @ values - found.expected) - 1e-9
    assert found.p == pytest.approx(beyond / 3000, abs=0.04)


def test_the_same_seed_gives_the_same_p() -> None:
    labels, attributes, documents = RNG.random((50, 2)) < 0.5, RNG.random((50, 2)) < 0.5, np.arange(50) // 2
    one, other = (permutation_test(labels, attributes, documents, 99, 7) for _ in range(2))
    assert (one.p == other.p).all()


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 4))
def test_no_document_gives_more_than_the_limit(documents: list[int], limit: int) -> None:
    ordered = np.sort(np.array(documents, np.int64))
    chosen = at_most(ordered, limit, 0)
    counts = np.bincount(ordered, minlength=6)
    assert np.bincount(ordered[chosen], minlength=6).tolist() == np.minimum(counts, limit).tolist()
    assert (np.diff(chosen) > 0).all()


def test_log_odds_by_hand() -> None:
    delta, z = log_odds(30, 100, 10, 200, 0.1, 20)  # the prior adds 2 sentences with and 18 without
    by_hand = np.log(32 / 88) - np.log(12 / 208)
    assert delta == pytest.approx(by_hand)
    assert z == pytest.approx(by_hand / np.sqrt(1 / 32 + 1 / 12))


def test_log_odds_equal_those_of_dirichlet_counts() -> None:
    # Monroe et al. 2008 over a vocabulary of two: y_w + a_w over the rest of n + a_0
    counts, others, prior = np.array([7.0, 53.0]), np.array([9.0, 31.0]), np.array([1.5, 8.5])
    odds = [(y + prior)[0] / ((y + prior).sum() - (y + prior)[0]) for y in (counts, others)]
    assert log_odds(7, 60, 9, 40, 0.15, 10)[0] == pytest.approx(np.log(odds[0]) - np.log(odds[1]))


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50), st.floats(0.01, 0.99))
def test_log_odds_change_their_sign_where_the_groups_are_swapped(a: int, b: int, c: int, d: int, share: float) -> None:
    forward, back = log_odds(a, a + b, c, c + d, share, 20), log_odds(c, c + d, a, a + b, share, 20)
    assert forward == pytest.approx((-back[0], -back[1]))


def test_a_stronger_prior_pulls_a_rare_attribute_to_zero() -> None:
    deltas = [log_odds(2, 50, 0, 50, 0.02, strength)[0] for strength in (1, 20, 400, 1e9)]
    assert deltas == sorted(deltas, reverse=True)
    assert deltas[-1] == pytest.approx(0, abs=1e-6)
