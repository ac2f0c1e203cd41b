from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_tables import people, scores_of, subject_of, values
from trained_tables import trained_rows, trained_subject

from headwater.core import NotMeasured, generator
from headwater.evaluate import Outcome, clopper_pearson, measure_row_copies
from headwater.evaluate.tables.row_copies import nearer_to_training
from headwater.evaluate.tables.row_distances import Axis, nearest_weights


def by_metric(outcome: Outcome, place: str = "") -> dict[str, Any]:
    return {
        score.metric: score
        for score in outcome.scores
        if not isinstance(score, NotMeasured) and " ".join(score.slice.values()) == place
    }


def test_copies_of_training_rows_are_all_found_and_named(tmp_path: Path) -> None:
    real = people(900, 1)
    trained = trained_rows(tmp_path / "known", real)
    outcome = measure_row_copies(trained_subject(tmp_path / "run", real, trained[:200]))
    scores = by_metric(outcome)
    assert scores["exact-copies"].value == 1.0
    assert (scores["exact-copies"].low, scores["exact-copies"].high) == clopper_pearson(200, 200)
    assert scores["closest-record-distance"].value == 0.0
    assert scores["nearest-in-training"].value == 1.0
    assert scores["nearest-in-training-excess"].low > 0
    assert by_metric(outcome, "real against real")["exact-copies"].value < 0.05
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-M030", "high")
    assert len(finding.document_ids) == 100 and len(finding.examples) == 20


def test_fresh_rows_are_no_copies(tmp_path: Path) -> None:
    outcome = measure_row_copies(trained_subject(tmp_path, people(900, 1), people(400, 2)))
    scores = by_metric(outcome)
    for name in ("exact-copies", "row-copies", "nearest-in-training"):
        assert scores[f"{name}-excess"].low < 0 < scores[f"{name}-excess"].high or name == "exact-copies"
    assert outcome.findings == ()


def test_one_planted_copy_in_a_hundred_thousand_rows_is_found(tmp_path: Path) -> None:
    real, made = (
        [{"a": round(a, 6), "b": round(b, 6), "c": "xyz"[k % 3]} for k, (a, b) in enumerate(side.tolist())]
        for side in (generator(seed, "points").normal(size=(n, 2)) for seed, n in ((1, 100_000), (2, 300)))
    )
    made[123] = dict(real[77_777])
    outcome = measure_row_copies(subject_of(tmp_path, real, made))
    assert by_metric(outcome)["exact-copies"].value == pytest.approx(1 / 300)
    (finding,) = outcome.findings
    ids = subject_of(tmp_path / "ids", real[77_777:77_778], made[:1]).corpus.ids()
    assert finding.examples[0].id == "row-000123"
    assert finding.document_ids[0].split("-")[0] == ids[0].split("-")[0]  # the content half of the id
    assert len(finding.document_ids) == 1


def test_the_order_of_rows_on_both_sides_does_not_matter(tmp_path: Path) -> None:
    real, made = people(200, 1), people(150, 2)
    made[:5] = real[:5]
    order, other = generator(0, "a").permutation(200), generator(0, "b").permutation(150)
    one = measure_row_copies(subject_of(tmp_path / "one", real, made))
    two = measure_row_copies(subject_of(tmp_path / "two", [real[i] for i in order], [made[i] for i in other]))
    assert values(one) == values(two)


def test_without_held_out_rows_each_row_is_left_out_and_sides_are_not_measured(tmp_path: Path) -> None:
    outcome = measure_row_copies(subject_of(tmp_path, people(300, 1), people(200, 2)))
    assert "each left out in turn" in scores_of(outcome)[""].method
    (missing,) = [score for score in outcome.scores if isinstance(score, NotMeasured)]
    assert missing.metric == "nearest-in-training" and "held out" in missing.reason
    again = measure_row_copies(subject_of(tmp_path / "twins", [*people(150, 1), *people(150, 1)], people(200, 2)))
    assert by_metric(again, "real against real")["exact-copies"].value == 1.0  # a twin stays when one is left out


@pytest.mark.parametrize(("trained", "levels"), [(20, 0), (27, 0), (27, 6), (27, 2)])
def test_the_chance_of_the_nearest_side_is_that_of_all_assignments(trained: int, levels: int) -> None:
    """Mean and variance against brute force over random assignments of training, with and without equal rows."""
    rng = generator(trained, "assignments")
    real, made = (rng.integers(levels, size=n) if levels else rng.normal(size=n) for n in (30, 50))
    apart = np.abs(made[:, None] - real[None])
    nearest = apart == apart.min(1, keepdims=True)
    weights = (nearest / nearest.sum(1, keepdims=True)).sum(0)
    counts, ps, shares = 4_000, [], []
    for _ in range(counts):
        order = rng.permutation(30)
        rate, chance, p = nearer_to_training(weights, order < trained)
        shares.append(rate.value)
        ps.append(p)
        assert chance == pytest.approx(trained / 30)
    assert np.mean(shares) == pytest.approx(trained / 30, abs=4 * np.std(shares) / counts**0.5 + 1e-12)
    assert np.mean(np.array(ps) < 0.05) < 0.08


def test_rows_that_the_model_did_not_learn_from_are_rarely_called_nearer_to_training(tmp_path: Path) -> None:
    """Few values tie, and equal rows are held out together: ties that count half hide copies where most rows train."""
    found = []
    for trial in range(40):
        rng = generator(trial, "few values")
        real, made = (
            [
                {name: f"v{v}" for name, v in zip("abcd", row, strict=True)}
                for row in rng.integers(6, size=(n, 4)).tolist()
            ]
            for n in (300, 200)
        )
        subject = trained_subject(tmp_path / str(trial), real, made)
        score = by_metric(measure_row_copies(subject))["nearest-in-training-excess"]
        found.append((score.value, float(score.interval.split()[-1])))
    excess, p = np.array(found).T
    assert np.mean(p < 0.05) <= 0.15
    assert abs(excess.mean()) < 4 * excess.std() / len(excess) ** 0.5


def test_weights_of_the_nearest_rows_are_those_of_brute_force() -> None:
    rng = generator(0, "nearest")
    columns = [(rng.integers(3, size=40).astype(np.int32), rng.integers(3, size=25).astype(np.int32)) for _ in range(2)]
    axes = [Axis(str(k), False, right, left) for k, (right, left) in enumerate(columns)]
    apart = sum((left[:, None] != right[None]).astype(int) for right, left in columns)
    wanted = np.zeros(40)
    for row in apart:
        wanted[row == row.min()] += 1 / (row == row.min()).sum()
    found = nearest_weights(axes, [left for _, left in columns], [right for right, _ in columns])
    assert found == pytest.approx(wanted)
    assert found.sum() == pytest.approx(25)


def test_rows_of_one_value_and_few_rows_end_in_a_sentence(tmp_path: Path) -> None:
    same = [{"a": 1, "b": "x"} for _ in range(60)]
    outcome = measure_row_copies(subject_of(tmp_path / "same", same, same))
    assert by_metric(outcome)["exact-copies"].value == 1.0
    assert outcome.findings == ()  # real rows are equal to each other just as much
    with pytest.raises(Exception, match="needs 10 training and synthetic rows, not 5 and 60"):
        measure_row_copies(subject_of(tmp_path / "few", same[:5], same))


def test_the_table_says_what_the_training_row_has_otherwise(tmp_path: Path) -> None:
    real, made = people(100, 1), people(40, 2)
    made[3], made[4] = dict(real[7]), {**real[8], "sex": "x"}
    outcome = measure_row_copies(subject_of(tmp_path, real, made))
    table: Any = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "nearest-training-rows")
    first, second = ({"id": row[0], "other": row[3], "equal": row[6]} for row in table.rows[:2])
    assert first == {"id": "row-000003", "other": "nothing", "equal": "yes"}
    assert second["equal"] == "no" and second["other"] != "nothing"


def test_shown_rows_are_redacted(tmp_path: Path) -> None:
    real = [{"mail": f"anna{k % 7}@river-post.org", "pay": k, "city": "AB"[k % 2]} for k in range(80)]
    outcome = measure_row_copies(subject_of(tmp_path, real, real[:40]))
    shown = str([finding.to_json() for finding in outcome.findings]) + str(outcome.exhibits)
    assert "river-post" not in shown and "[EMAIL]" in shown


def test_where_training_is_unknown_no_row_is_called_a_training_row(tmp_path: Path) -> None:
    real = people(300, 1)
    made = [dict(row) for row in real[:40]]
    (finding,) = measure_row_copies(subject_of(tmp_path, real, made)).findings
    assert "training row" not in finding.title + finding.meaning and "to a corpus row" in finding.title
