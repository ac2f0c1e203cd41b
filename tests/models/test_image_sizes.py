"""Images of any one size from 8 x 8 to 64 x 64, odd ones too: each family trains on them and draws them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_models import IMAGE_RECIPE, bars, image_corpus

from headwater.core import Corpus, Recipe
from headwater.models import ImageCheckpoint, fit

SIZES = [(8, 8, 1), (9, 13, 3), (28, 28, 1), (17, 64, 4), (64, 64, 3)]
TWO_STEPS = replace(IMAGE_RECIPE, steps=2, batch=2, held_out=0.25, checkpoint_every=2)


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: "x".join(map(str, size)))
def sized(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, tuple[int, ...]]:
    pixels, labels = bars(12, *request.param)
    return image_corpus(tmp_path_factory.mktemp("sized") / "corpus", pixels, labels), request.param


@pytest.mark.parametrize("family", ["vae", "gan", "diffusion"])
@pytest.mark.parametrize("conditional", [False, True])
def test_a_family_trains_on_images_of_a_size_and_draws_them(
    family: str,
    conditional: bool,
    sized: tuple[Corpus, tuple[int, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corpus, shape = sized
    recipe: Recipe = replace(TWO_STEPS, family=family, options={"conditional": conditional})
    model = fit(corpus, recipe, tmp_path)
    assert isinstance(model, ImageCheckpoint)
    monkeypatch.setattr(type(model), "chunk", 4)
    assert all(torch.isfinite(tensor).all() for tensor in model.network.state_dict().values())
    images = model.sample_images(3, steps=2 if family == "diffusion" else None)
    assert images.shape == (3, *shape) and images.dtype == np.uint8
    if conditional:
        assert model.sample_images(1, label="row", steps=2 if family == "diffusion" else None).shape == (1, *shape)
    if family == "vae":
        assert np.isfinite(model.log_likelihood(images, k=2, labels=["row"] * 3 if conditional else None)).all()  # type: ignore[attr-defined]
