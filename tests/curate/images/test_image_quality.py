from typing import Any

import numpy as np
import pytest

from headwater.core import ConfigError, NotMeasured, wilson
from headwater.curate import build_audits, image_quality

from .conftest import smooth


def mixed() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    sharp = [rng.integers(60, 256, (40, 40, 3), np.uint8) for _ in range(6)]
    return [*sharp, np.zeros((40, 40, 3), np.uint8), np.full((40, 40, 3), 255, np.uint8), smooth(3, 40)]


def test_shares_are_those_of_the_filter(images: Any, examine: Any) -> None:
    corpus = images(mixed())
    report = examine("image-quality", corpus)
    from headwater.core import SILENT

    notes = image_quality().judge_corpus(corpus, SILENT).annotations
    for score in report.scores[1:]:
        count = sum(note.label == score.slice["rule"] for note in notes)
        assert (score.value, score.low, score.high) == (count / 9, *wilson(count, 9))
    assert report.scores[0].value == len({note.id for note in notes}) / 9


def test_nothing_is_taken_out_and_the_worst_are_shown_first(images: Any, examine: Any) -> None:
    corpus = images(mixed())
    report = examine("image-quality", corpus)
    (finding,) = report.findings
    assert finding.code == "HW-A139" and set(finding.document_ids) <= set(corpus.ids()) and len(corpus) == 9
    gallery = report.exhibits[-1]
    assert {tile.caption.partition(":")[0] for tile in gallery.tiles} >= {"dark", "bright", "low-information"}


def test_good_images_give_no_finding(images: Any, examine: Any) -> None:
    report = examine("image-quality", images(mixed()[:6]))
    assert report.findings == () and report.scores[0].value == 0.0


def test_wrong_limit_ends_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match="brightness"):
        build_audits([("image-quality", {"minimum_brightness": 2.0})])


def test_texts_are_not_measured(make_corpus: Any, examine: Any) -> None:
    assert isinstance(examine("image-quality", make_corpus(["a"])).scores[0], NotMeasured)
