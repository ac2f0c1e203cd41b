"""Learning from synthetic rows: as good as real ones, as bad as nothing, labels, groups, bad input."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, mean_prediction
from fakes import FakeLedger
from made_tables import people, scores_of, subject_of, values

from headwater.core import IncompleteError, NotMeasured, held_out
from headwater.evaluate import Subject, by_group, measure_train_on_synthetic
from headwater.evaluate.tables import two_tables
from headwater.evaluate.tables.group_gaps import _chance


def test_rows_of_the_same_kind_teach_as_well_as_real_ones(tmp_path: Path) -> None:
    outcome = measure_train_on_synthetic(subject_of(tmp_path, people(1_200, 1), people(1_200, 2)), label="rich")
    found = scores_of(outcome)
    gap = found["synthetic minus real"]
    assert gap.low < 0 < gap.high
    assert gap.value == pytest.approx(found[""].value - found["real rows"].value)
    assert found[""].low > found["nothing: the commonest label"].high
    assert outcome.findings == ()
    assert len(outcome.items[0].ids) == 1_200
    assert outcome.items[0].numerators.mean() == pytest.approx(found[""].value)


def test_labels_that_go_with_nothing_teach_nothing(tmp_path: Path) -> None:
    made = people(800, 2)
    order = np.random.default_rng(0).permutation(len(made))
    made = [{**row, "rich": made[k]["rich"]} for row, k in zip(made, order, strict=True)]
    outcome = measure_train_on_synthetic(subject_of(tmp_path, people(800, 1), made), label="rich")
    found = scores_of(outcome)
    assert found["area synthetic rows"].value < 0.65 < 0.9 < found["area real rows"].value
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-Q064", "high")
    assert finding.document_ids


def test_a_model_that_knows_one_label_only_is_right_as_often_as_that_label(tmp_path: Path) -> None:
    real = people(300, 1)
    made = [{**row, "rich": "yes"} for row in people(300, 2)]
    found = scores_of(measure_train_on_synthetic(subject_of(tmp_path, real, made), label="rich"))
    assert found[""].value == sum(row["rich"] == "yes" for row in real) / 300
    assert found["area synthetic rows"].value == 0.5


def test_the_label_has_to_be_named_unless_a_column_is_called_so(tmp_path: Path) -> None:
    real, made = people(200, 1), people(200, 2)
    (only,) = measure_train_on_synthetic(subject_of(tmp_path / "a", real, made)).scores
    assert isinstance(only, NotMeasured)
    assert "{train-on-synthetic: {label: COLUMN}}" in only.reason
    named = [[{**row, "Target": row["rich"]} for row in rows] for rows in (real, made)]
    assert "label Target" in scores_of(measure_train_on_synthetic(subject_of(tmp_path / "b", *named)))[""].method


def test_order_of_rows_changes_no_score(tmp_path: Path) -> None:
    real, made = people(150, 1), people(120, 2)
    one = measure_train_on_synthetic(subject_of(tmp_path / "a", real, made), label="rich", groups=["sex"])
    two = measure_train_on_synthetic(subject_of(tmp_path / "b", real[::-1], made[::-1]), label="rich", groups=["sex"])
    assert values(one) == values(two)


def test_a_group_whose_rows_teach_the_wrong_thing_is_found(tmp_path: Path) -> None:
    made = people(1_500, 2)
    for row in made:
        if row["sex"] == "f":
            row["rich"] = "no" if row["rich"] == "yes" else "yes"
    outcome = measure_train_on_synthetic(
        subject_of(tmp_path, people(1_500, 1), made, groups=["sex"]), label="rich", minimum=50
    )
    found = scores_of(outcome)
    assert found["sex f"].high < 0.5 < found["sex m"].low
    assert found["sex gap"].value == pytest.approx(found["sex m"].value - found["sex f"].value)
    assert {one.code for one in outcome.findings} == {"HW-Q064", "HW-Q065"}


def test_the_gap_that_chance_makes_is_that_of_shuffled_answers() -> None:
    """Published case: five groups of 1,000, accuracy 0.80: mean gap 0.030, 95 % quantile 0.049; one of 20: 0.178."""
    assert _chance(4_000, [1_000] * 5, 0, "x") == pytest.approx(0.049, abs=0.005)
    assert _chance(3_216, [1_000] * 4 + [20], 0, "x") == pytest.approx(0.178, abs=0.03)


def test_what_cannot_be_learnt_is_said_in_one_sentence(tmp_path: Path) -> None:
    real = [{**row, "one": "x"} for row in people(120, 1)]
    made = [{**row, "one": "x"} for row in people(120, 2)]
    subject = subject_of(tmp_path / "a", real, made)
    with pytest.raises(IncompleteError, match="all real rows have one label, 'x'"):
        measure_train_on_synthetic(subject, label="one")
    with pytest.raises(IncompleteError, match="there is no such column; did you mean .rich."):
        measure_train_on_synthetic(subject, label="ritch")
    with pytest.raises(IncompleteError, match="more than 50 classes"):
        measure_train_on_synthetic(subject, label="income")
    with pytest.raises(IncompleteError, match="5 real and 5 synthetic rows have a label; 30 are needed"):
        measure_train_on_synthetic(subject_of(tmp_path / "b", real[:5], made[:5]), label="rich")


def trained_on(subject: Subject, conditional: str | None = None) -> Subject:
    """The same with a model that learnt from seven tenths of the rows."""
    ids = subject.corpus.ids()
    seen = {name: 1 for name, held in zip(ids, held_out(ids, 0.3, 0), strict=True) if not held}
    run = {"recipe": {"held_out": 0.3, "seed": 0, "options": {"conditional": conditional}}}
    model: Any = SimpleNamespace(run=run, ledger=FakeLedger(seen), capabilities=frozenset({"rows"}))
    return Subject(subject.folder, subject.corpus, model, subject.samples)


def test_a_model_of_ours_is_tested_on_held_out_rows_and_its_condition_is_the_label(tmp_path: Path) -> None:
    subject = trained_on(subject_of(tmp_path, people(900, 1), people(500, 2)), "rich")
    score = scores_of(measure_train_on_synthetic(subject))[""]
    held = int(held_out(subject.corpus.ids(), 0.3, 0).sum())
    assert score.n == held
    assert f"tested on the {held} rows that were held out of training; real: 500 of training rows" in score.method
    assert "label rich" in score.method


def test_copies_of_training_rows_are_held_against_held_out_ones(tmp_path: Path) -> None:
    real = people(900, 1)
    subject = trained_on(subject_of(tmp_path, real, real))
    tables = two_tables(subject)
    assert tables.trained is not None
    assert not set(tables.trained) & set(tables.rows)
    assert len(tables.trained) + len(tables.rows) == 900


def test_accuracies_of_groups_and_their_gap_are_those_of_fairlearn(tmp_path: Path) -> None:
    real = people(400, 1)
    subject = subject_of(tmp_path, real, people(300, 2))
    outcome = measure_train_on_synthetic(subject, "rich", ["sex"])
    whole = next(one for one in outcome.items if not one.slice)
    sex = {name: row["sex"] for name, row in zip(subject.corpus.ids(), real, strict=True)}
    groups = [sex[name] for name in whole.ids]
    frame = MetricFrame(metrics=mean_prediction, y_true=whole.numerators, y_pred=whole.numerators,
                        sensitive_features=groups)  # fmt: skip
    found = scores_of(outcome)
    assert found["sex gap"].value == pytest.approx(frame.difference())
    assert [found[f"sex {name}"].value for name in "fm"] == pytest.approx(frame.by_group[["f", "m"]].tolist())
    sizes = [groups.count(name) for name in "fm"]
    dealt = _chance(int(whole.numerators.sum()), sizes, 0, "sex")
    assert dealt == pytest.approx(by_group(whole.numerators, groups).chance, abs=0.015)
