from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from fakes import scores_of, subject_of, write_corpus

from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, IncompleteError, document_id, record_batch
from headwater.evaluate import IMAGE_SAMPLE_SCHEMA, Subject, measure_frechet_distance
from headwater.evaluate.quality.image_sets import generated_images
from headwater.models import feature_net

SIDE = 8


def bars(seed: int, n: int, upright: bool) -> np.ndarray:
    """Images of one bright bar, upright or lying, on noise: uint8 (n, 8, 8, 1)."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 60, (n, SIDE, SIDE, 1)).astype(np.uint8)
    for image, place in zip(images, rng.integers(0, SIDE, n), strict=True):
        image[:, place] = 255
    return images if upright else images.transpose(0, 2, 1, 3)


def image_rows(images: np.ndarray) -> list[dict]:
    return [
        {"id": f"image-{i}", "image": image.tobytes(), "height": SIDE, "width": SIDE, "channels": 1, "seed": 0}
        for i, image in enumerate(images)
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("run") / "corpus"
    rows = [
        {**row, "id": document_id(row["image"], row["id"]), "source": "bars", "groups": [], "attributes": []}
        for row in image_rows(bars(1, 160, upright=True))
    ]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


@pytest.fixture(scope="module", autouse=True)
def one_short_training(corpus: Corpus) -> Iterator[None]:
    """The real extractor, trained once for all tests and not for as long."""
    net = feature_net(corpus, 0, steps=40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headwater.evaluate.extractors.own.feature_net", lambda *_, **__: net)
        yield


def subject(corpus: Corpus, images: np.ndarray) -> Subject:
    samples = pa.Table.from_pylist([{**row, "model": "fake"} for row in image_rows(images)], IMAGE_SAMPLE_SCHEMA)
    return Subject(corpus.folder.parent, corpus, None, samples)


def test_images_of_the_same_kind_are_as_near_as_real_ones_and_others_are_far(corpus: Corpus) -> None:
    same = scores_of(measure_frechet_distance(subject(corpus, bars(2, 80, upright=True))), "frechet-distance")
    turned = scores_of(measure_frechet_distance(subject(corpus, bars(3, 80, upright=False))), "frechet-distance")
    null = same["real against real"]
    assert same[""].low < null.high
    assert turned[""].low > 3 * max(null.high, same[""].high)
    assert null == turned["real against real"]


def test_both_distances_have_the_same_number_of_images_and_one_protocol(corpus: Corpus) -> None:
    outcome = measure_frechet_distance(subject(corpus, bars(2, 500, upright=True)), images=40)
    assert {score.n for score in outcome.scores} == {40}
    assert len({score.method for score in outcome.scores}) == 1
    assert "feature-net" in outcome.scores[0].method


def test_the_gallery_holds_real_pictures(corpus: Corpus) -> None:
    import base64
    import io

    from PIL import Image

    images = bars(2, 30, upright=True)
    gallery = measure_frechet_distance(subject(corpus, images)).exhibits[1]
    shown = Image.open(io.BytesIO(base64.b64decode(gallery.tiles[5].png)))
    assert np.array_equal(np.asarray(shown), images[5 * 30 // 24, :, :, 0])


def test_samples_come_back_as_they_were_drawn(corpus: Corpus) -> None:
    images = bars(4, 5, upright=True)
    assert np.array_equal(np.stack(generated_images(subject(corpus, images)).images), images)


def test_features_may_come_from_a_function(corpus: Corpus) -> None:
    outcome = measure_frechet_distance(
        subject(corpus, bars(2, 60, upright=True)), extractor=lambda x: x.mean(2)[:, :, 0]
    )
    assert "8 features of <lambda>" in outcome.scores[0].method


def test_a_corpus_of_texts_has_no_frechet_distance(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="needs images"):
        measure_frechet_distance(subject_of(write_corpus(tmp_path / "corpus", ["river"])))


def test_without_generated_images_nothing_is_measured(corpus: Corpus) -> None:
    with pytest.raises(IncompleteError, match="no generated images"):
        measure_frechet_distance(Subject(corpus.folder.parent, corpus))
