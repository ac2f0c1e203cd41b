from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_models import IMAGE_RECIPE, bars, image_corpus

from headwater.core import Corpus, InputError, UsageError
from headwater.models import FAMILIES, VAECheckpoint, fit, load


def test_samples_have_the_shape_of_the_training_images(image_checkpoint: VAECheckpoint) -> None:
    images = image_checkpoint.sample_images(5, seed=1)
    assert images.shape == (5, 9, 10, 1) and images.dtype == np.uint8
    assert image_checkpoint.sample_images(0).shape == (0, 9, 10, 1)


def test_an_image_depends_on_its_seed_and_number_alone(image_checkpoint: VAECheckpoint) -> None:
    many, few = image_checkpoint.sample_images(300, seed=1), image_checkpoint.sample_images(7, seed=1)
    np.testing.assert_array_equal(many[:7], few)
    np.testing.assert_array_equal(many[130:137], image_checkpoint.sample_images(7, seed=1, first=130))
    assert (image_checkpoint.sample_images(7, seed=2) != few).any()
    assert (few[0] != few[1]).any()


def test_training_raises_the_bound_of_its_kind_of_image_above_that_of_noise(image_checkpoint: VAECheckpoint) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 9, 10, 1)).astype(np.uint8)
    assert image_checkpoint.elbo(bars(20)[0]).mean() > image_checkpoint.elbo(noise).mean()


def test_the_bound_is_one_finite_number_an_image_and_repeatable(image_checkpoint: VAECheckpoint) -> None:
    images = bars(20)[0]
    values = image_checkpoint.elbo(images, seed=3)
    assert values.shape == (20,) and values.dtype == np.float64 and np.isfinite(values).all()
    np.testing.assert_array_equal(values, load(image_checkpoint.folder).elbo(images, seed=3))  # type: ignore[attr-defined]


def test_images_of_another_shape_are_refused(image_checkpoint: VAECheckpoint) -> None:
    with pytest.raises(InputError, match=r"needs uint8 \(n, 9, 10, 1\)"):
        image_checkpoint.elbo(np.zeros((2, 8, 8, 1), np.uint8))
    with pytest.raises(UsageError, match="n = -1"):
        image_checkpoint.sample_images(-1)
    with pytest.raises(InputError, match="log_likelihood: images are uint8"):
        image_checkpoint.log_likelihood(np.zeros((2, 8, 8, 1), np.uint8))
    with pytest.raises(UsageError, match="k = 0"):
        image_checkpoint.log_likelihood(bars(2)[0], k=0)


@pytest.fixture(scope="module")
def conditional(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> VAECheckpoint:
    recipe = replace(IMAGE_RECIPE, steps=200, learning_rate=3e-3, options={"conditional": True, "components": 3})
    made = fit(pictures, recipe, tmp_path_factory.mktemp("conditional"))
    assert isinstance(made, VAECheckpoint)
    return made


def test_more_importance_samples_raise_the_bound_towards_the_likelihood(image_checkpoint: VAECheckpoint) -> None:
    images = bars(30)[0]
    bounds = [image_checkpoint.log_likelihood(images, k=k, seed=4).mean() for k in (1, 10, 300)]
    assert bounds == sorted(bounds) and bounds[0] < bounds[2]
    assert bounds[0] == pytest.approx(image_checkpoint.elbo(images, seed=5).mean(), rel=0.02)


def test_a_bound_depends_on_the_seed_and_the_row_not_on_the_rows_beside_it(image_checkpoint: VAECheckpoint) -> None:
    images = bars(20)[0]
    together = image_checkpoint.log_likelihood(images, k=7, seed=2)
    np.testing.assert_allclose(image_checkpoint.log_likelihood(images[:3], k=7, seed=2), together[:3], rtol=1e-5)


def test_a_model_without_labels_says_so(image_checkpoint: VAECheckpoint) -> None:
    assert image_checkpoint.sample_labels(3) == [None] * 3
    with pytest.raises(UsageError, match="knows no labels; train it with conditional: true"):
        image_checkpoint.sample_images(1, label="row")
    for options in ({"guidance": 2.0}, {"steps": 4}):
        with pytest.raises(UsageError, match=r"sample\.(guidance|sampler_steps)"):
            image_checkpoint.sample_images(1, **options)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match='did you mean "prior"'):
        image_checkpoint.sample_images(1, sampler="priro")


def test_labels_are_drawn_as_often_as_training_showed_them_and_by_number(conditional: VAECheckpoint) -> None:
    labels = conditional.sample_labels(2_000, seed=1)
    counts = conditional.run["classes"]
    assert set(counts) == {"row", "column"} and sum(counts.values()) == len(conditional.trained_ids())
    assert labels.count("row") / 2_000 == pytest.approx(counts["row"] / sum(counts.values()), abs=0.05)
    assert labels[500:600] == conditional.sample_labels(100, seed=1, first=500)
    with pytest.raises(UsageError, match="no label \"?'?rwo"):
        conditional.sample_images(1, label="rwo")


def test_a_told_label_is_what_is_drawn(conditional: VAECheckpoint) -> None:
    """A row is bright along its width: rows vary from line to line, columns from place to place."""
    for sampler in ("prior", "ex-post"):
        rows = conditional.sample_images(64, label="row", sampler=sampler)[..., 0].astype(float)
        columns = conditional.sample_images(64, label="column", sampler=sampler)[..., 0].astype(float)
        lines = [kind.mean(2).std(1).mean() / kind.mean(1).std(1).mean() for kind in (rows, columns)]
        assert lines[0] > 1.2 > 1 / 1.2 > lines[1]


def test_the_label_of_an_image_raises_its_bound(conditional: VAECheckpoint) -> None:
    images, labels = bars(40)
    right = conditional.elbo(images, labels=labels).mean()
    wrong = conditional.elbo(images, labels=["row" if label == "column" else "column" for label in labels]).mean()
    assert right > wrong
    with pytest.raises(UsageError, match="give one for each image"):
        conditional.elbo(images)


def test_images_without_a_label_cannot_train_a_conditional_model(tmp_path: Path) -> None:
    corpus = image_corpus(tmp_path / "c", bars(10)[0], [None, *bars(10)[1][1:]])
    with pytest.raises(InputError, match=r"1 of \d+ training images carry no attribute or group 'label'"):
        fit(corpus, replace(IMAGE_RECIPE, held_out=0.0, options={"conditional": True}), tmp_path / "m")


def test_the_fitted_density_lies_in_the_checkpoint_and_another_seed_draws_other_images(
    image_checkpoint: VAECheckpoint,
) -> None:
    assert image_checkpoint.network.ex_post.weights.sum() == pytest.approx(1, abs=1e-5)
    drawn = image_checkpoint.sample_images(5, sampler="ex-post")
    assert (drawn != image_checkpoint.sample_images(5, sampler="prior")).any()
    np.testing.assert_array_equal(drawn, load(image_checkpoint.folder).sample_images(5, sampler="ex-post"))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"likelihood": "gausian"}, 'did you mean "gaussian"'), ({"beta": -1}, "beta: -1"), ({"free_bits": -1}, "free_b")],
)
def test_a_wrong_option_is_one_sentence(options: dict, message: str) -> None:
    with pytest.raises(Exception, match=message):
        FAMILIES.get("vae")(**options)
