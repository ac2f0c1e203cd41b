import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, UsageError, generator, record_batch
from headwater.evaluate import IMAGE_SAMPLE_SCHEMA, SamplingPlan, draw_samples
from headwater.models import ImageCheckpoint, Recipe, fit


def sample_pixels(table: pa.Table) -> np.ndarray:
    """The images of a table of samples, all of one shape."""
    side = (*(table[name][0].as_py() for name in ("height", "width", "channels")),)
    return np.frombuffer(b"".join(table["image"].to_pylist()), np.uint8).reshape(len(table), *side)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImageCheckpoint, Corpus]:
    folder = tmp_path_factory.mktemp("pictures")
    rng, rows = generator(0, "pictures"), []
    for k in range(40):
        row: dict[str, object] = {name: None for name in IMAGE_SCHEMA.names}
        image = rng.integers(0, 256, (8, 8, 1)).astype(np.uint8)
        row |= {"id": f"{k:016x}-00000000", "image": image.tobytes(), "height": 8, "width": 8, "channels": 1}
        rows.append(row | {"source": "tests", "groups": [("label", "ab"[k % 2])], "attributes": []})
    with CorpusWriter(folder / "corpus", IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    corpus = Corpus(folder / "corpus")
    recipe = Recipe(family="vae", steps=3, held_out=0.0, options={"conditional": True, "components": 2})
    made = fit(corpus, recipe, folder / "model")
    assert isinstance(made, ImageCheckpoint)
    return made, corpus


def test_each_image_stands_with_the_label_it_was_drawn_for(
    model: tuple[ImageCheckpoint, Corpus], tmp_path: Path
) -> None:
    checkpoint, corpus = model
    table = draw_samples(checkpoint, corpus, SamplingPlan(images=150), tmp_path, seed=3)
    assert table.schema == IMAGE_SAMPLE_SCHEMA and table.num_rows == 150
    seed = table["seed"][0].as_py()
    assert table["label"].to_pylist() == checkpoint.sample_labels(150, seed)
    np.testing.assert_array_equal(sample_pixels(table), checkpoint.sample_images(150, seed))


def test_the_plan_chooses_the_sampler_and_the_table_says_so(
    model: tuple[ImageCheckpoint, Corpus], tmp_path: Path
) -> None:
    checkpoint, corpus = model
    table = draw_samples(checkpoint, corpus, SamplingPlan(images=5, sampler="ex-post"), tmp_path)
    assert json.loads(table["parameters"][0].as_py()) == {"sampler": "ex-post"}
    seed = table["seed"][0].as_py()
    np.testing.assert_array_equal(sample_pixels(table), checkpoint.sample_images(5, seed, sampler="ex-post"))


def test_a_sampler_that_the_model_has_not_is_refused(model: tuple[ImageCheckpoint, Corpus], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sampler 'heun'; known: prior, ex-post"):
        draw_samples(*model, SamplingPlan(images=5, sampler="heun"), tmp_path)
    with pytest.raises(UsageError, match=r"sampler_steps: must be 1 or more"):
        SamplingPlan(sampler_steps=0)
