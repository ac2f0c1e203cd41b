"""The filter ``near-duplicate-images``."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.fft import dctn
from sklearn.datasets import load_digits

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, Gallery, UsageError, record_batch, text_record
from headwater.curate import Judgement, curate, near_duplicate_images, read_source
from headwater.curate.duplicates.image_hashes import (
    OFFSETS,
    coarse,
    cosine_hashes,
    difference_hashes,
    resized,
    standardised,
    views,
)
from headwater.curate.sources.images import image_record

DIGITS = np.rint(load_digits().images * (255 / 16)).astype(np.uint8)[:, :, :, None]


def photo(seed: int, side: int = 48, channels: int = 3) -> np.ndarray:
    """A smooth random picture: coarse noise, enlarged."""
    coarse = np.random.default_rng(seed).integers(30, 225, (6, 6, channels), dtype=np.uint8)
    parts = [np.asarray(Image.fromarray(coarse[:, :, c]).resize((side, side))) for c in range(channels)]
    return np.stack(parts, axis=2)


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def corpus_of(folder: Path, images: list[np.ndarray], licences: list[str] | None = None) -> Corpus:
    names = licences or ["unknown"] * len(images)
    rows = [image_record(image, f"i:{place}", "i", licence=names[place]) for place, image in enumerate(images)]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def judge(folder: Path, images: list[np.ndarray], **options: Any) -> tuple[Any, Judgement, list[str]]:
    corpus = corpus_of(folder, images, options.pop("licences", None))
    step = near_duplicate_images(**options)
    return step, step.judge_corpus(corpus, SILENT), corpus.ids()


def removed(judgement: Judgement, ids: list[str]) -> list[tuple[int, int]]:
    """Places of (copy, image that stays)."""
    return [(ids.index(one.id), ids.index(one.duplicate_of or "")) for one in judgement.decisions]


@pytest.mark.parametrize(
    "copy",
    [
        lambda image: np.clip(image.astype(int) + 20, 0, 255).astype(np.uint8),
        lambda image: (image * 0.9).astype(np.uint8),
        lambda image: jpeg(image, 50),
        lambda image: np.roll(image, (1, -1), (0, 1)),
        lambda image: np.asarray(Image.fromarray(image).resize((96, 96))),
        lambda image: np.asarray(Image.fromarray(image).convert("L"))[:, :, None],
    ],
    ids=["brighter", "paler", "jpeg", "moved", "scaled", "grey"],
)
def test_an_altered_copy_is_removed_and_the_first_stays(copy: Any, tmp_path: Path) -> None:
    images = [photo(seed) for seed in range(8)]
    _, judgement, ids = judge(tmp_path, [*images, copy(images[3])], brightness=64)
    assert removed(judgement, ids) == [(8, 3)]
    (decision,) = judgement.decisions
    assert (decision.rule, decision.limit, decision.evidence) == ("image-distance", 0.12, "cluster of 2 images")
    assert decision.measured is not None and 0 <= decision.measured <= 0.12


def test_a_digit_moved_by_a_pixel_is_found_among_all_digits_and_others_stay(tmp_path: Path) -> None:
    moved = np.pad(DIGITS[700], ((1, 0), (0, 1), (0, 0)))[:8, 1:]
    _, judgement, ids = judge(tmp_path, [*DIGITS, moved], threshold=0.1)
    assert removed(judgement, ids) == [(len(DIGITS), 700)]


def test_the_distance_is_that_of_the_correlation(tmp_path: Path) -> None:
    first = photo(1, 32, 1)
    second = np.clip(first + np.random.default_rng(0).normal(0, 6, first.shape), 0, 255).astype(np.uint8)
    _, judgement, _ = judge(tmp_path, [first, second], threshold=0.5)
    r = np.corrcoef(first.reshape(-1).astype(float), second.reshape(-1).astype(float))[0, 1]
    assert judgement.decisions[0].measured == pytest.approx(np.sqrt(2 * (1 - r)), abs=2e-4)


def test_a_pair_farther_apart_than_the_threshold_stays(tmp_path: Path) -> None:
    first = photo(1, 32, 1)
    second = np.clip(first + np.random.default_rng(0).normal(0, 6, first.shape), 0, 255).astype(np.uint8)
    _, found, _ = judge(tmp_path / "a", [first, second], threshold=0.5)
    measured = found.decisions[0].measured or 0.0
    _, none, _ = judge(tmp_path / "b", [first, second], threshold=measured - 0.001)
    assert none.decisions == ()


@pytest.mark.parametrize("other", [lambda image: 255 - image, lambda image: image[:, ::-1], lambda image: image[::-1]])
def test_negatives_and_mirror_images_are_no_duplicates(other: Any, tmp_path: Path) -> None:
    image = photo(5)
    _, judgement, _ = judge(tmp_path, [image, np.ascontiguousarray(other(image))])
    assert judgement.decisions == ()


def test_blank_images_of_different_grey_and_of_different_colour_stay(tmp_path: Path) -> None:
    blanks = [np.full((16, 16, 3), level, np.uint8) for level in (0, 80, 255)]
    blanks += [np.zeros((16, 16, 3), np.uint8) + np.array(colour, np.uint8) for colour in ([200, 0, 0], [0, 0, 200])]
    _, judgement, _ = judge(tmp_path, blanks)
    assert judgement.decisions == ()


def test_survivor_by_size_and_by_licence(tmp_path: Path) -> None:
    small = photo(2)
    large = np.asarray(Image.fromarray(small).resize((96, 96)))
    _, judgement, ids = judge(tmp_path / "a", [small, large], survivor="largest")
    assert removed(judgement, ids) == [(0, 1)]
    _, judgement, ids = judge(tmp_path / "b", [small, small], survivor="best-licence", licences=["unknown", "CC0-1.0"])
    assert removed(judgement, ids) == [(0, 1)]


def test_an_image_that_reaches_the_kept_one_through_another_only_is_marked_so(tmp_path: Path) -> None:
    base = photo(3, 32, 1).astype(float)
    drift = np.random.default_rng(1).normal(0, 4, base.shape)
    steps = [np.clip(base + drift * factor, 0, 255).astype(np.uint8) for factor in (0, 1, 2)]
    _, judgement, ids = judge(tmp_path, steps, threshold=0.12)
    rules = {ids.index(one.id): one.rule for one in judgement.decisions}
    assert rules == {1: "image-distance", 2: "image-distance-chain"}


def test_annotate_removes_nothing_and_labels_each_copy(tmp_path: Path) -> None:
    image = photo(4)
    _, judgement, ids = judge(tmp_path, [image, jpeg(image, 80)], action="annotate")
    assert judgement.decisions == ()
    assert [(note.id, note.label) for note in judgement.annotations] == [
        (ids[0], "near-duplicate-image-cluster"),
        (ids[1], f"near-duplicate-image-of:{ids[0]}"),
    ]


def test_the_gallery_shows_the_kept_image_beside_its_copy(tmp_path: Path) -> None:
    image = photo(6, 32, 1)
    step, judgement, ids = judge(tmp_path, [image, image // 2 + 60], brightness=255)
    (gallery,) = judgement.galleries
    assert isinstance(gallery, Gallery)
    (tile,) = gallery.tiles
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(tile.png))))
    assert (tile.id, tile.caption[:8]) == (ids[1], "distance")
    assert np.array_equal(shown[::3, :96:3], image[:, :, 0])
    assert np.array_equal(shown[::3, 102::3], image[:, :, 0] // 2 + 60)


def test_records_that_hold_no_image_of_their_size_are_counted_and_left_alone(tmp_path: Path) -> None:
    rows = [image_record(photo(7, 16), f"i:{place}", "i") for place in range(4)]
    rows[0] |= {"height": 2_000_000_000}
    rows[1] |= {"image": None}
    rows[2] |= {"channels": 0}
    with CorpusWriter(tmp_path, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    judgement = near_duplicate_images().judge_corpus(Corpus(tmp_path), SILENT)
    assert (judgement.decisions, judgement.tallies["not compared"]) == ((), 3)


def test_one_pixel_images_and_strips_are_compared(tmp_path: Path) -> None:
    images = [np.full((1, 1, 1), 9, np.uint8), np.full((1, 40, 1), 9, np.uint8), np.full((500, 1, 1), 200, np.uint8)]
    _, judgement, ids = judge(tmp_path, images)
    assert removed(judgement, ids) == [(1, 0)]


def test_many_equal_images_are_one_cluster(tmp_path: Path) -> None:
    _, judgement, ids = judge(tmp_path, [photo(8, 8)] * 300)
    assert {one.duplicate_of for one in judgement.decisions} == {ids[0]}
    assert len(judgement.decisions) == 299


class SmallBatches(Corpus):
    """Hands its rows out seven at a time."""

    def map(self, call: Any, columns: Any = None) -> Iterator[Any]:
        return map(call, self.batches(columns, rows=7))


def test_batches_do_not_matter(tmp_path: Path) -> None:
    images = [photo(seed, side) for seed in range(20) for side in (20, 40)]
    _, judgement, _ = judge(tmp_path, images, threshold=0.5)
    assert len(judgement.decisions) >= 10
    assert near_duplicate_images(threshold=0.5).judge_corpus(SmallBatches(tmp_path), SILENT) == judgement


@given(st.integers(0, 1_000), st.integers(4, 30), st.sampled_from(OFFSETS))
def test_a_moved_picture_shows_the_same_part_and_has_the_same_hashes(
    seed: int, side: int, offset: tuple[int, int]
) -> None:
    large = np.random.default_rng(seed).integers(0, 256, (1, side + 2, side + 2), dtype=np.uint8)
    down, right = offset
    still, moved = large[:, 1:-1, 1:-1], large[:, 1 - down : side + 1 - down, 1 - right : side + 1 - right]
    first, second = views(still, offset)[0], views(moved, offset)[1]
    assert np.array_equal(first, second)
    assert difference_hashes(first) == difference_hashes(second)
    assert cosine_hashes(first) == cosine_hashes(second)


@given(st.integers(0, 1_000), st.integers(1, 40), st.integers(1, 40))
def test_small_versions_are_never_farther_apart_than_the_pictures(seed: int, height: int, width: int) -> None:
    pair = np.random.default_rng(seed).integers(0, 256, (2, height, width), dtype=np.uint8)
    grids = standardised(pair, 4.0).astype(float)
    small = coarse(grids).astype(float)
    whole = np.sqrt(((grids[0] - grids[1]) ** 2).mean())
    assert np.sqrt(((small[0] - small[1]) ** 2).sum()) <= whole + 1e-5


@given(st.integers(0, 1_000), st.integers(1, 50), st.integers(1, 32))
def test_area_means_keep_the_mean_and_are_the_block_means_where_sizes_divide(seed: int, size: int, cells: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (1, size * cells, size), dtype=np.uint8)
    blocks = image.reshape(1, cells, size, size).mean(axis=(2, 3))
    assert np.allclose(resized(image, cells, 1)[:, :, 0], blocks)
    assert resized(image, 7, 5).mean() == pytest.approx(image.mean())


def test_the_cosine_hash_is_that_of_scipy() -> None:
    images = np.stack([photo(seed, 32, 1)[:, :, 0] for seed in range(20)])
    coefficients = dctn(images.astype(float), axes=(1, 2))[:, :8, :8].reshape(20, 64)
    above = coefficients[:, 1:] > np.median(coefficients[:, 1:], axis=1, keepdims=True)
    found = np.unpackbits(cosine_hashes(images).astype(">u8").view(np.uint8).reshape(20, 8), axis=1)[:, 1:]
    assert (found == above).mean() > 0.995  # the cosines are rounded to 1/1024


def test_texts_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.write(record_batch([text_record("a", "t:1", "t")]))
    with pytest.raises(UsageError, match="compares images, and this corpus holds records of kind 'text'"):
        near_duplicate_images().judge_corpus(Corpus(tmp_path), SILENT)


@pytest.mark.parametrize("options", [{"threshold": -0.1}, {"threshold": 1.1}, {"brightness": 256}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="must be from 0 to"):
        near_duplicate_images(**options)  # type: ignore[arg-type]


def test_pictures_reach_the_report_of_a_run_once_and_never_in_the_tallies(tmp_path: Path) -> None:
    image = photo(6, 32, 1)[:, :, 0]
    for place, one in enumerate((image, image // 2 + 60)):
        Image.fromarray(one).save(tmp_path / f"{place}.png")
    source = read_source("image-folder", path=str(tmp_path / "*.png"), mode="L")
    report = curate(source, [near_duplicate_images(brightness=255)], tmp_path / "run", seed=1)
    galleries = [exhibit for exhibit in report.exhibits if isinstance(exhibit, Gallery)]
    assert [(one.name, one.group, len(one.tiles)) for one in galleries] == [
        ("near-duplicate-images", "Step 1: near-duplicate-images", 1)
    ]
    stored = (tmp_path / "run" / "curation.json").read_text("utf-8")
    assert stored.count(galleries[0].tiles[0].png) == 1
