"""The filter ``image-quality``."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import convolve
from scipy.stats import entropy as scipy_entropy

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, Table, UsageError, record_batch, text_record
from headwater.curate import image_quality
from headwater.curate.filters.image_measures import entropy, laplacian_variance
from headwater.curate.sources.images import image_record

GOOD = np.random.default_rng(0).integers(20, 236, (40, 40, 3), dtype=np.uint8)


def corpus_of(folder: Path, images: list[np.ndarray], **changes: object) -> Corpus:
    rows = [image_record(image, f"i:{place}", "i") for place, image in enumerate(images)]
    rows[-1] |= changes
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def labels(corpus: Corpus) -> list[str]:
    """Rules that the last image breaks."""
    judgement = image_quality().judge_corpus(corpus, SILENT)
    assert judgement.decisions == ()
    last = corpus.ids()[-1]
    assert {note.id for note in judgement.annotations} <= {last}
    return [note.label for note in judgement.annotations]


@pytest.mark.parametrize(
    ("image", "rules"),
    [
        (GOOD, []),
        (np.asarray(Image.fromarray(GOOD).filter(ImageFilter.GaussianBlur(4))), ["blurred"]),
        (GOOD // 5, ["dark"]),
        (255 - GOOD % 22, ["bright"]),
        (np.where(GOOD > 128, 230, 20).astype(np.uint8)[:, :, :1], ["low-information"]),
        (GOOD[:15], ["odd-aspect"]),
        (np.tile(GOOD, (12, 12, 1)), ["odd-size"]),
        (np.zeros((40, 40, 1), np.uint8), ["blurred", "dark", "low-information"]),
    ],
    ids=["good", "blurred", "dark", "bright", "empty", "long", "huge", "blank"],
)
def test_an_image_breaks_its_rule_and_no_other(image: np.ndarray, rules: list[str], tmp_path: Path) -> None:
    assert labels(corpus_of(tmp_path, [GOOD, GOOD[::-1], GOOD[:, ::-1], image])) == rules


def test_laplacian_and_entropy_are_those_of_scipy() -> None:
    luma = np.random.default_rng(1).integers(0, 256, (17, 9)).astype(float)
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    assert laplacian_variance(luma) == pytest.approx(convolve(luma, kernel)[1:-1, 1:-1].var())
    assert entropy(luma) == pytest.approx(scipy_entropy(np.unique(luma, return_counts=True)[1], base=2))


@pytest.mark.parametrize(("action", "done"), [("remove", "removed"), ("quarantine", "quarantined")])
def test_a_decision_is_by_the_first_broken_rule_and_names_the_others(action: str, done: str, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [GOOD, np.zeros((40, 40, 1), np.uint8)])
    (decision,) = image_quality(action=action).judge_corpus(corpus, SILENT).decisions  # type: ignore[arg-type]
    assert (decision.id, decision.action, decision.rule) == (corpus.ids()[1], done, "blurred")
    assert (decision.measured, decision.limit, decision.evidence) == (0.0, 100.0, "also dark, low-information")


def test_a_record_that_does_not_fill_its_size_is_no_image(tmp_path: Path) -> None:
    assert labels(corpus_of(tmp_path, [GOOD, GOOD], height=2_000_000_000)) == ["no-image"]


def test_a_corpus_without_a_readable_image_is_counted(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [GOOD], channels=0)
    step = image_quality()
    judgement = step.judge_corpus(corpus, SILENT)
    (table,) = step.exhibits(judgement.tallies, 1)
    assert isinstance(table, Table)
    assert ("no-image", 1, 1) in table.rows


def test_one_pixel_is_judged(tmp_path: Path) -> None:
    assert "blurred" in labels(corpus_of(tmp_path, [np.full((1, 1, 1), 128, np.uint8)]))


def test_texts_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.write(record_batch([text_record("a", "t:1", "t")]))
    with pytest.raises(UsageError, match="judges images, and this corpus holds records of kind 'text'"):
        image_quality().judge_corpus(Corpus(tmp_path), SILENT)


@pytest.mark.parametrize(
    "options",
    [{"minimum_brightness": 0.9, "maximum_brightness": 0.1}, {"minimum_entropy": 9}, {"size_factor": 0.5}],
)
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="image-quality"):
        image_quality(**options)  # type: ignore[arg-type]
