from pathlib import Path

import numpy as np
import pytest
from made_tables import people, scores_of, subject_of, values
from trained_tables import trained_rows, trained_subject

from headwater.core import IncompleteError, NotMeasured, generator
from headwater.evaluate import measure_attribute_disclosure
from headwater.evaluate.tables.attacked_rows import sides_of
from headwater.evaluate.tables.attribute_disclosure import guesses
from headwater.evaluate.tables.row_distances import UNIT


def test_copied_rows_give_every_column_away_and_fresh_ones_none(tmp_path: Path) -> None:
    real = people(900, 1)
    trained = trained_rows(tmp_path / "known", real)
    copied = measure_attribute_disclosure(trained_subject(tmp_path / "copied", real, trained))
    scores = scores_of(copied)
    assert set(scores) == {"", "age", "work", "city", "income", "sex", "rich"}
    assert scores["sex"].value > 0.3 and scores[""].low > 0.1
    (finding,) = copied.findings
    assert (finding.code, finding.severity) == ("HW-M031", "high") and finding.document_ids
    fresh = measure_attribute_disclosure(trained_subject(tmp_path / "fresh", real, people(540, 2)))
    assert scores_of(fresh)[""].low < 0 < scores_of(fresh)[""].high
    assert fresh.findings == ()


def test_each_guess_is_that_of_brute_force(tmp_path: Path) -> None:
    subject = trained_subject(tmp_path, people(120, 1), people(60, 2))
    sides = sides_of(subject, "x")
    targets = sides.drawn(0, 20)
    for place, one in enumerate(guesses(sides, targets, 0.05)):
        axis = sides.axes[place]
        assert axis.name == one.column
        for row, right in zip(one.targets[0], one.trained, strict=True):
            apart = np.zeros(len(sides.made))
            for other in sides.axes:
                if other is not axis:
                    apart += other.block(other.whole[row : row + 1], other.made[sides.made])[0]
            nearest = sides.made[int(apart.argmin())]
            gap = axis.pairs(axis.whole[row : row + 1], axis.made[nearest : nearest + 1])[0]
            assert right == (gap <= (int(0.05 * UNIT) if axis.is_number else 0))


def test_the_order_of_rows_does_not_matter_and_a_missing_secret_is_no_secret(tmp_path: Path) -> None:
    real, made = people(300, 1), people(150, 2)
    other = generator(0, "b").permutation(150)
    one = measure_attribute_disclosure(trained_subject(tmp_path / "one", real, made))
    two = measure_attribute_disclosure(trained_subject(tmp_path / "two", real, [made[i] for i in other]))
    assert values(one) == values(two)
    assert scores_of(one)["work"].n < scores_of(one)["age"].n


def test_without_rows_held_out_of_training_it_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="held out of its training, and none are known"):
        measure_attribute_disclosure(subject_of(tmp_path / "a", people(90, 1), people(50, 2)))
    with pytest.raises(IncompleteError, match="needs 30 trained, held-out and synthetic rows"):
        measure_attribute_disclosure(trained_subject(tmp_path / "b", people(90, 1), people(5, 2)))
    alone = [{"a": k % 7} for k in range(120)]
    (score,) = measure_attribute_disclosure(trained_subject(tmp_path / "c", alone, alone)).scores
    assert isinstance(score, NotMeasured) and "another column" in score.reason


def test_repeated_rows_do_not_make_a_leak_of_chance(tmp_path: Path) -> None:
    """Synthetic rows that know nothing of the training rows, which stand twenty times each in the corpus."""
    flagged = 0
    for trial in range(12):
        rng = generator(trial, "repeated")
        rows, made = (
            [{"a": f"v{a}", "b": f"w{b}", "c": c} for a, b, c in rng.integers([8, 8, 50], size=(n, 3)).tolist()]
            for n in (60, 200)
        )
        subject = trained_subject(tmp_path / str(trial), rows * 20, made)
        flagged += bool(measure_attribute_disclosure(subject).findings)
    assert flagged <= 2
