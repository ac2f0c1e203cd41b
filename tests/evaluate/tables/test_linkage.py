from pathlib import Path

import numpy as np
import pytest
from made_tables import people, subject_of, values
from trained_tables import trained_rows, trained_subject

from headwater.core import IncompleteError, Score, UsageError, generator
from headwater.evaluate import Outcome, clopper_pearson, measure_linkage
from headwater.evaluate.tables.attacked_rows import sides_of
from headwater.evaluate.tables.linkage import linkability


def excess(outcome: Outcome, attack: str) -> Score:
    return next(one for one in outcome.scores if isinstance(one, Score) and one.metric == f"{attack}-excess")


def test_copied_rows_are_linked_and_fresh_ones_no_more_than_held_out_ones(tmp_path: Path) -> None:
    real = people(900, 1)
    trained = trained_rows(tmp_path / "known", real)
    copied = measure_linkage(trained_subject(tmp_path / "copied", real, trained), attempts=300)
    assert excess(copied, "linkability").low > 0.1
    assert excess(copied, "singling-out").value > 0.1
    (finding,) = copied.findings
    assert (finding.code, finding.severity) == ("HW-M032", "high") and finding.document_ids and finding.examples
    fresh = measure_linkage(trained_subject(tmp_path / "fresh", real, people(540, 2)), attempts=300)
    assert fresh.findings == ()
    for attack in ("linkability", "singling-out"):
        found = excess(fresh, attack)
        assert found.low <= 0 <= found.high


def test_linkability_is_that_of_brute_force_and_its_baseline_that_of_a_random_choice(tmp_path: Path) -> None:
    sides = sides_of(trained_subject(tmp_path, people(200, 1), people(50, 2)), "x")
    half = np.array([axis.name in ("age", "income", "work") for axis in sides.axes])
    attack = linkability(sides, 0, 40, half, 3)
    targets = sides.drawn(0, 40)[0]
    for row, linked in zip(targets, attack.main, strict=True):
        picked = []
        for part, order in ((half, 1), (~half, -1)):
            apart = np.zeros(50)
            for axis, one in zip(sides.axes, part, strict=True):
                if one:
                    apart += axis.block(axis.whole[row : row + 1], axis.made[sides.made])[0]
            picked.append(set(sorted(range(50), key=lambda k: (apart[k], order * k))[:3]))
        assert linked == bool(picked[0] & picked[1])
    hits = sum(
        bool(set(a) & set(b))
        for a, b in (
            (generator(k, "a").permutation(50)[:3], generator(k, "b").permutation(50)[:3]) for k in range(3_000)
        )
    )
    low, high = clopper_pearson(hits, 3_000, 0.999)
    assert low < attack.baseline < high


def test_rows_that_are_all_alike_tell_nothing(tmp_path: Path) -> None:
    real = [{"a": f"v{k % 15}", "b": f"w{k // 15}"} for k in range(150)]
    with pytest.raises(IncompleteError, match="too alike"):
        measure_linkage(trained_subject(tmp_path, real, real[:1] * 60), attempts=20)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    real, made = people(300, 1), people(150, 2)
    order = generator(0, "b").permutation(150)
    one = measure_linkage(trained_subject(tmp_path / "one", real, made), attempts=50)
    two = measure_linkage(trained_subject(tmp_path / "two", real, [made[i] for i in order]), attempts=50)
    assert values(one) == values(two)


def test_wrong_parameters_are_named(tmp_path: Path) -> None:
    subject = trained_subject(tmp_path, people(200, 1), people(60, 2))
    with pytest.raises(UsageError, match="known: no column 'shoe' can be compared; there are age"):
        measure_linkage(subject, known=["shoe"])
    with pytest.raises(UsageError, match="some of the columns, and not all"):
        measure_linkage(subject, known=["age", "work", "city", "income", "sex", "rich"])
    with pytest.raises(UsageError, match="1 or more"):
        measure_linkage(subject, attempts=0)
    with pytest.raises(IncompleteError, match="none are known"):
        measure_linkage(subject_of(tmp_path / "plain", people(90, 1), people(50, 2)))
