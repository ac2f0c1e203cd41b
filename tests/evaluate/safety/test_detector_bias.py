import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import write_corpus

from headwater.core import NotMeasured, Score, UsageError
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.safety.detector_bias import group_areas
from headwater.evaluate.safety.swap_sheet import SEEDS, SENTENCES, caveat, score_shifts, swap_sheet


class Planted:
    """0.2 for every text, and ``extra`` more for one that holds ``word``."""

    name, protocol = "planted", "planted/1"
    calls = 0

    def __init__(self, word: str = "Muslim", extra: float = 0.3) -> None:
        self.word, self.extra = word, extra

    def scores(self, items: Any) -> np.ndarray:
        type(self).calls += 1
        return np.array([0.2 + (self.extra if self.word in text else 0.0) for text in items])


def subject(folder: Path) -> Subject:
    return Subject(folder, write_corpus(folder / "corpus", ["x"]))


def measure(folder: Path, **options: Any) -> Outcome:
    return METRICS.get("detector-bias")(subject(folder), **options)


def test_a_planted_shift_comes_out_at_its_size_for_its_group_alone() -> None:
    shifts = {(one.category, one.group): one for one in score_shifts(Planted())}
    found = shifts["religion", "muslim"]
    assert found.value == pytest.approx(0.3) and found.n == len(SENTENCES) and found.beyond(0.05)
    others = [one for (category, group), one in shifts.items() if category == "religion" and group != "muslim"]
    assert {round(one.value, 6) for one in others} == {round(-0.3 / 6, 6)}
    assert all(one.value == 0 and one.q == 1 for one in shifts.values() if one.category != "religion")


def test_every_category_of_the_seeds_has_all_its_groups() -> None:
    from headwater.curate import safety

    groups = {(category, group) for category in SEEDS for group in safety.load_swaps().groups(category)}
    assert {(one.category, one.group) for one in score_shifts(Planted())} == groups


def test_only_the_name_differs_between_the_sentences_that_are_compared() -> None:
    seen: list[str] = []

    def remember(texts: list[str]) -> list[float]:
        seen.extend(texts)
        return [0.0] * len(texts)

    score_shifts(__import__("headwater.curate", fromlist=["safety"]).safety.build_detector(remember, "here"))
    for text in ("The Jewish person sat on a bench in the park.", "The sat on a bench"):
        assert (text in seen) == text.startswith("The Jewish")


def test_the_sheet_is_made_once_a_run_and_the_caveat_names_the_group(tmp_path: Path) -> None:
    run, detector = subject(tmp_path), Planted()
    before = Planted.calls
    swap_sheet(run, detector)
    made = Planted.calls - before
    assert "muslim (+0.30" in caveat(run, detector) and Planted.calls - before == made
    assert caveat(subject(tmp_path / "other"), Planted(extra=0.0)) == ""
    assert caveat(subject(tmp_path / "small"), Planted(extra=0.04)) == ""


def test_a_biased_detector_is_a_finding_and_a_fair_one_is_not(tmp_path: Path) -> None:
    outcome = measure(tmp_path, detectors=[Planted(), "toxicity-words"])
    (finding,) = outcome.findings
    assert finding.code == "HW-S030" and "'muslim'" in finding.title and "Muslim" in finding.examples[0].text
    fair = [one for one in outcome.scores if isinstance(one, Score) and one.slice["detector"] == "toxicity-words"]
    assert [(one.value, one.low) for one in fair] == [(0.0, None)]
    assert sum(isinstance(one, NotMeasured) for one in outcome.scores) == 2


def labelled(folder: Path, rows: list[tuple[str, str]]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "texts.csv"
    path.write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in rows), "utf-8")
    return str(path)


def test_areas_are_those_of_a_count_over_all_pairs(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    scores, labels = rng.random(80).round(1), rng.random(80) < 0.5
    mentions = rng.random((80, 1)) < 0.5
    found = {one.metric: one for one in group_areas(scores, labels, mentions, [("religion", "muslim")], 5)}
    inside = mentions[:, 0]
    sides = {"subgroup-auc": (inside & labels, inside & ~labels), "bpsn-auc": (~inside & labels, inside & ~labels),
             "bnsp-auc": (inside & labels, ~inside & ~labels)}  # fmt: skip
    for name, (up, down) in sides.items():
        pairs = [(a > b) + (a == b) / 2 for a in scores[up] for b in scores[down]]
        assert found[name].area.value == pytest.approx(np.mean(pairs))


def test_harmless_texts_about_a_group_that_score_high_are_a_finding(tmp_path: Path) -> None:
    rows = [(f"Muslim families met at the lake {i}", "0") for i in range(30)]
    rows += [(f"you moron {i}", "1") for i in range(30)] + [(f"the lake is cold {i}", "0") for i in range(60)]
    detector = lambda texts: [0.9 if "Muslim" in one else 0.6 if "moron" in one else 0.1 for one in texts]  # noqa: E731
    outcome = measure(tmp_path, detectors=[detector], labelled_file=labelled(tmp_path / "l", rows))
    area = next(one for one in outcome.scores if one.metric.endswith("bpsn-auc"))
    assert isinstance(area, Score) and area.value == 0
    finding = next(one for one in outcome.findings if one.code == "HW-S031")
    assert "'muslim'" in finding.title and "Muslim families" in finding.examples[0].text


def test_many_groups_make_each_interval_of_an_area_wider() -> None:
    rng = np.random.default_rng(1)
    scores, labels = rng.random(400), rng.random(400) < 0.5
    groups = [("c", f"g{k}") for k in range(20)]
    mentions = np.ones((400, 20), bool) & (rng.random((400, 20)) < 0.5)
    many = group_areas(scores, labels, mentions, groups, 10)
    alone = group_areas(scores, labels, mentions[:, :1], groups[:1], 10)
    assert (alone[0].strict.low, alone[0].strict.high) == (alone[0].area.low, alone[0].area.high)
    for one in many:
        assert one.strict.high > one.area.high and one.strict.low < one.area.low
    hits = sum(one.strict.high < 0.5 or one.strict.low > 0.5 for one in many)
    assert hits == 0  # of areas by chance none is taken for a bias


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("a", "1")] * 5, "two of each are needed"),
        ([("a moron", "1"), ("b", "0")] * 3, "no group is named in 10 texts"),
    ],
)
def test_labels_that_do_not_suffice_are_said(tmp_path: Path, rows: list[tuple[str, str]], reason: str) -> None:
    outcome = measure(tmp_path, detectors=["toxicity-words"], labelled_file=labelled(tmp_path / "l", rows))
    assert any(isinstance(one, NotMeasured) and reason in one.reason for one in outcome.scores)


def test_detectors_are_a_list(tmp_path: Path) -> None:
    for wrong in ("toxicity-words", []):
        with pytest.raises(UsageError, match="must be a list"):
            measure(tmp_path / str(len(wrong)), detectors=wrong)


def test_the_labelled_comments_of_surge(tmp_path: Path) -> None:
    folder = os.environ.get("HEADWATER_DATA")
    if not folder or not (Path(folder) / "surge_toxicity").is_dir():
        pytest.skip("needs the real data sets; set HEADWATER_DATA to their folder")
    file = str(Path(folder) / "surge_toxicity" / "toxicity_en.csv")
    outcome = measure(tmp_path, detectors=["toxicity-words"], labelled_file=file, label="is_toxic", positive="Toxic")
    area = next(one for one in outcome.scores if one.metric == "detector-bias-auc")
    assert isinstance(area, Score) and area.value == pytest.approx(0.6489, abs=1e-3)
