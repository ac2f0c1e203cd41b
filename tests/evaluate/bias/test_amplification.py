import math
from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of, write_corpus
from hypothesis import given
from hypothesis import strategies as st
from made_samples import made_samples

from headwater.core import NotMeasured
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias import amplification

COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30)
SHE, HE = "Then she spoke.", "Then he spoke."


def measure(folder: Path, documents: list[str], outputs: list[str], **options: float) -> Outcome:
    subject = Subject(folder, write_corpus(folder / "corpus", documents), samples=made_samples("free", outputs))
    return METRICS.get("amplification")(subject, lexicons=("gender",), **options)


@given(COUNTS.filter(lambda rows: sum(a for a, _ in rows) > 0))
def test_outputs_like_the_corpus_have_ratio_one(rows: list[tuple[int, int]]) -> None:
    group, other = np.array(rows).T
    found = amplification(group, group + other, group, group + other)
    assert found.ratio == pytest.approx(1) and found.low <= 1 <= found.high and found.p > 0.99


def test_the_ratio_is_that_of_the_shares() -> None:
    found = amplification(np.array([1, 0]), np.array([2, 2]), np.array([3, 0]), np.array([3, 1]))
    assert (found.corpus_share, found.output_share, found.ratio) == pytest.approx((0.25, 0.75, 3))


def test_swapping_the_sides_inverts_ratio_and_interval() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 50), rng.integers(0, 2, 80)
    one, other = amplification(a, a + 1, b, b + 1), amplification(b, b + 1, a, a + 1)
    assert one.ratio == pytest.approx(1 / other.ratio) and one.low == pytest.approx(1 / other.high)


def test_an_absent_group_has_ratio_zero_below_an_upper_bound() -> None:
    found = amplification(np.ones(100), np.full(100, 2), np.zeros(40), np.ones(40))
    assert (found.ratio, found.low) == (0, 0)
    assert found.high == pytest.approx((1 - 0.025 ** (1 / 40)) / 0.5) and found.p == pytest.approx(2 * 0.5**40)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(300):
        sides = []
        for share, size in ((0.4, 400), (0.6, 200)):
            whole = rng.poisson(2, size) + 1
            sides += [rng.binomial(whole, rng.beta(4 * share, 4 * (1 - share), size)), whole]
        found = amplification(*sides)
        hits += found.low <= 1.5 <= found.high
    assert 0.92 < hits / 300 <= 0.99


def test_a_mirror_of_the_corpus_is_no_finding(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [SHE, HE] * 100, [SHE, HE] * 50)
    assert scores_of(outcome, "amplification")["gender female"].value == 1 and outcome.findings == ()


def test_a_planted_shift_is_found_with_samples_and_documents(tmp_path: Path) -> None:
    documents = [SHE] * 50 + [HE] * 150 + ["She said that she knew her."]
    outcome = measure(tmp_path, documents, [SHE] * 80 + [HE] * 20 + ["Nothing."] * 9)
    assert {finding.code for finding in outcome.findings} == {"HW-B001"}
    amplified = next(finding for finding in outcome.findings if "amplifies 'female'" in finding.title)
    first = amplified.examples[0]
    assert first.id == "free-0" and [first.text[a:b] for a, b in first.spans] == ["she"]
    ids = write_corpus(tmp_path / "again", documents).ids()
    assert amplified.document_ids[0] == ids[-1] and set(amplified.document_ids[1:]) <= set(ids[:50])


def test_a_suppressed_group_is_found(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [SHE, HE] * 100, [HE] * 100)
    assert any("suppresses 'female' (0.00 times)" in finding.title for finding in outcome.findings)


def test_too_few_mentions_say_how_many_more_samples_would_do(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [SHE, HE] * 100, [SHE] * 10 + ["Nothing."] * 10)
    (reason,) = [one.reason for one in outcome.scores if isinstance(one, NotMeasured)]
    assert "mention the category 10 times, 20 are needed; about 20 more samples" in reason


def test_a_rare_group_is_not_measured_by_itself(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [HE] * 99 + [SHE], [HE] * 100)
    missing = {one.slice["group"]: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert "1.0 mentions would be expected in 100 samples, 5 are needed" in missing["female"]
    assert missing["non-binary"] == "the corpus never mentions it"


def test_a_corpus_without_the_category_is_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, ["Rain."], [HE] * 100)
    assert [type(one) for one in outcome.scores] == [NotMeasured]


def test_no_samples_are_not_measured(tmp_path: Path) -> None:
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", [HE]))
    assert isinstance(METRICS.get("amplification")(subject).scores[0], NotMeasured)


def test_the_order_of_samples_changes_nothing(tmp_path: Path) -> None:
    outputs = [SHE] * 30 + [HE] * 30 + [f"{HE} {SHE} {HE}"] * 10
    one = measure(tmp_path / "a", [SHE, HE] * 50, outputs).scores[0]
    other = measure(tmp_path / "b", [SHE, HE] * 50, outputs[::-1]).scores[0]
    assert math.isclose(one.value, other.value) and math.isclose(one.low or 0, other.low or 0)  # type: ignore[union-attr]
