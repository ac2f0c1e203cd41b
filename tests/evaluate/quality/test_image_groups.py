from pathlib import Path

import numpy as np
import pytest
from image_subjects import classes, image_subject, noise, pixels

from headwater.core import NotMeasured, Score
from headwater.evaluate import (
    Estimate,
    measure_authenticity,
    measure_cmmd,
    measure_frechet_distance,
    measure_kernel_distance,
    measure_vendi,
)
from headwater.evaluate.quality.image_groups import (
    Grouping,
    estimates_by_class,
    group_charts,
    groupings,
    means_by_group,
)
from headwater.evaluate.quality.image_scores import Kind
from headwater.evaluate.quality.image_sets import ImageSet, Side

KIND = Kind("found", "share of images", "found/1 of a test", "none", "higher")


def hands(sizes: dict[str, int]) -> Grouping:
    return Grouping("hand", np.array([name for name, n in sizes.items() for _ in range(n)], object))


def test_means_by_group_have_exact_intervals_and_a_gap_beside_that_of_chance() -> None:
    values = np.array([1.0] * 40 + [0.0] * 10 + [1.0] * 10 + [0.0] * 40)
    left, right, gap = means_by_group(KIND, values, [hands({"left": 50, "right": 50})], 30, 0)
    assert (left.value, left.n, left.slice) == (0.8, 50, {"hand": "left"})
    assert "Clopper-Pearson" in left.interval and left.low < 0.8 < left.high
    assert gap.metric == "found-gap" and gap.value == pytest.approx(0.6)
    assert "p = 0.001" in gap.interval and gap.slice == {"group": "hand"}


def test_a_group_of_one_image_is_not_measured_with_its_size() -> None:
    found = list(means_by_group(KIND, np.ones(51), [hands({"left": 50, "right": 1})], 30, 0))
    assert found[1] == NotMeasured("found", "1 image in this group, 30 are needed", {"hand": "right"})
    assert found[2] == NotMeasured("found-gap", "a gap needs two groups of 30 images or more", {"group": "hand"})


def test_one_group_alone_and_images_without_a_group_are_no_columns() -> None:
    assert not list(means_by_group(KIND, np.ones(50), [hands({"left": 50})], 30, 0))
    assert not list(means_by_group(KIND, np.ones(50), [Grouping("class", np.array([None] * 50))], 30, 0))


def test_a_declared_group_whose_name_slices_use_already_gets_another() -> None:
    of = ImageSet(("a",), (np.zeros((1, 1, 1), np.uint8),), (None,), ({"reference": "x", "label": "y"},), ("a",))
    found = groupings(Side(of, np.array([0]), np.zeros((1, 1))))
    assert [column.name for column in found] == ["class", "reference (declared)"]


def test_a_gap_of_chance_is_rarely_above_its_quantile() -> None:
    above = 0
    for seed in range(60):
        values = (np.random.default_rng(seed).random(200) < 0.5).astype(float)
        gap = list(means_by_group(KIND, values, [hands({"a": 40, "b": 40, "c": 120})], 30, 0))[-1]
        above += float(gap.interval.split("p = ")[1]) <= 0.05
    assert above <= 8  # of 60 at 5 %: P(more) = 0.002


def test_the_gap_of_distances_has_chance_from_their_errors() -> None:
    same = {name: Estimate(1.0 + 0.01 * i, 20, 0.1, 0.8, 1.2) for i, name in enumerate("abc")}
    far = {**same, "d": Estimate(3.0, 20, 0.1, 2.8, 3.2)}
    (small,), (large,) = (list(estimates_by_class(KIND, found, 90, 30, 0)) for found in (same, far))
    chance = float(small.interval.split("up to ")[1].split(" ")[0])
    assert chance == pytest.approx(0.1 * 3.31, rel=0.05)  # the 95 % point of the range of three normal values
    assert float(small.interval.split("p = ")[1]) > 0.9 and float(large.interval.split("p = ")[1]) < 0.001
    (none,) = estimates_by_class(KIND, {}, 90, 30, 0)
    assert isinstance(none, NotMeasured)


def test_fresh_images_have_groups_and_samples_have_none(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 150), noise(1, 90), groups=["left", "right"] * 75)
    outcome = measure_authenticity(subject, extractor=pixels, minimum=20)
    places = [score.slice for score in outcome.scores if "hand" in score.slice]
    assert places and all(place["reference"] == "real against real" for place in places)


@pytest.mark.parametrize("measure", [measure_frechet_distance, measure_kernel_distance, measure_cmmd, measure_vendi])
def test_a_class_that_is_drawn_wrongly_widens_the_gap_between_classes(tmp_path: Path, measure: object) -> None:
    labels, asked = [str(i % 4) for i in range(720)], [str(i % 4) for i in range(240)]
    good = classes(1, asked)
    bad = good.copy()
    bad[3::4] = good[7] if measure is measure_vendi else 0  # class 3: always one picture, or a black one
    bad[3::4, 0, 0, 0] = np.arange(1, 61)
    gaps = {}
    for name, made in (("good", good), ("bad", bad)):
        scores = measure(
            image_subject(tmp_path / name, classes(0, labels), made, labels, asked), extractor=pixels
        ).scores  # type: ignore[operator]
        gaps[name] = next(s for s in scores if s.metric.endswith("-gap"))
        assert sum(isinstance(s, Score) and "class" in s.slice and "reference" not in s.slice for s in scores) == 4
    assert float(gaps["bad"].interval.split("p = ")[1]) < 0.01 < float(gaps["good"].interval.split("p = ")[1])
    assert gaps["bad"].value > 3 * gaps["good"].value


def test_a_class_of_samples_that_the_corpus_lacks_is_named(tmp_path: Path) -> None:
    labels, asked = ["0", "1"] * 100, ["0", "2"] * 50
    subject = image_subject(tmp_path, classes(0, labels), classes(1, asked), labels, asked)
    scores = measure_frechet_distance(subject, extractor=pixels, minimum=10).scores
    lacking = {s.slice["class"]: s.reason for s in scores if isinstance(s, NotMeasured) and "class" in s.slice}
    assert lacking == {name: "0 images of this class on the smallest side, 10 are needed" for name in ("1", "2")}


def test_charts_show_samples_beside_real_images() -> None:
    values, column = np.ones(100), [hands({"left": 50, "right": 50})]
    scores = [
        *means_by_group(KIND, values, column, 30, 0),
        *means_by_group(KIND, values, column, 30, 0, {"reference": "real against real"}),
    ]
    (chart,) = group_charts(scores)
    assert [(one.name, one.x) for one in chart.series] == [
        ("generated", ("hand left", "hand right")), ("real images", ("hand left", "hand right")),
    ]  # fmt: skip
    assert "gap by hand: 0," in chart.note and group_charts([]) == ()
