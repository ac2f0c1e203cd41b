from typing import Any

import numpy as np
import pytest

from headwater.core import NotMeasured, wilson

from .conftest import smooth


def split_corpus(images: Any, copies: int = 3, train: int = 20, test: int = 10) -> Any:
    """Test images of which some are brighter copies of training images."""
    own = [smooth(seed) for seed in range(train)]
    near = [np.clip(own[place].astype(int) + 10, 0, 255).astype(np.uint8) for place in range(copies)]
    others = [smooth(seed) for seed in range(100, 100 + test - copies)]
    told = [{"split": "train", "label": "a"}] * train + [{"split": "test", "label": "a"}] * test
    told[train] = {"split": "test", "label": "b"}
    return images([*own, *near, *others], told)


def test_share_of_test_images_with_a_copy_in_training_is_the_planted_one(images: Any, examine: Any) -> None:
    corpus = split_corpus(images)
    report = examine("image-leakage", corpus)
    found = report.scores[0]
    assert found.slice == {"split": "test", "other": "train"}
    assert (found.value, found.n, found.low, found.high) == (0.3, 10, *wilson(3, 10))
    (finding,) = report.findings
    assert finding.code == "HW-A137" and sorted(finding.document_ids) == sorted(corpus.ids()[20:23])
    assert report.facts == {"Pairs of images across splits": 3, "Of them with different labels": 1}


def test_pairs_are_shown_side_by_side_with_both_ids(images: Any, examine: Any) -> None:
    corpus = split_corpus(images)
    exhibits = {one.name: one for one in examine("image-leakage", corpus).exhibits}
    ids = corpus.ids()
    assert len(exhibits["image-leakage-pairs"].tiles) == 3
    assert {(row[0], row[3]) for row in exhibits["image-leakage-rows"].rows} == {
        (ids[n], ids[20 + n]) for n in range(3)
    }


def test_copies_inside_one_split_are_no_leak(images: Any, examine: Any) -> None:
    picture = smooth(1)
    report = examine(
        "image-leakage", images([picture, picture, smooth(2)], [{"split": "train"}] * 2 + [{"split": "test"}])
    )
    assert all(one.value == 0.0 for one in report.scores) and report.findings == ()


@pytest.mark.parametrize("told", [{}, {"split": "train"}])
def test_one_split_or_none_is_not_measured(images: Any, examine: Any, told: dict[str, str]) -> None:
    (found,) = examine("image-leakage", images([smooth(1), smooth(2)], [told, told])).scores
    assert isinstance(found, NotMeasured) and "split" in found.reason


def test_images_without_a_split_are_not_compared(images: Any, examine: Any) -> None:
    same = smooth(1)
    told: list[dict[str, str]] = [{"split": "train"}, {}, {"split": "test"}]
    report = examine("image-leakage", images([same, same, smooth(5)], told))
    assert report.findings == () and "1 images name no split" in report.exhibits[0].note


def test_hostile_names_of_splits_are_redacted(images: Any, examine: Any) -> None:
    same = smooth(1)
    told = [{"split": "train"}, {"split": "jane.doe@corp-mail.org"}]
    report = examine("image-leakage", images([same, same], told))
    assert report.findings and "jane.doe" not in str(report.to_json())
