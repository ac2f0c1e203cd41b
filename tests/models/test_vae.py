import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_models import IMAGE_RECIPE, bars, image_corpus

from headwater.core import Corpus
from headwater.models import FAMILIES, ImageCheckpoint, fit
from headwater.models.conv_vae import ConvVAE, VAEConfig
from headwater.models.image_data import as_tensor
from headwater.models.vae import latent_diagnostics


def test_the_family_is_registered_with_its_source() -> None:
    assert "1312.6114" in FAMILIES.describe("vae").facts["source"]


def test_every_image_is_trained_on_held_out_or_neither_never_both(
    image_checkpoint: ImageCheckpoint, pictures: Corpus
) -> None:
    trained, held = set(image_checkpoint.trained_ids()), set(image_checkpoint.held_out_ids())
    assert trained | held == set(pictures.ids()) and not trained & held and held
    assert image_checkpoint.canaries == ()


def test_training_again_gives_the_same_bytes(
    pictures: Corpus, image_checkpoint: ImageCheckpoint, tmp_path: Path
) -> None:
    assert fit(pictures, IMAGE_RECIPE, tmp_path).hash == image_checkpoint.hash


def test_the_loss_falls_and_is_told_in_bits_per_dimension(image_checkpoint: ImageCheckpoint) -> None:
    run = image_checkpoint.run
    assert run["final_loss"] < run["loss"]["first"]
    assert run["bits_per_dimension_train"] == pytest.approx(run["final_loss"] / math.log(2) / 90)


def test_pictures_of_two_tones_get_a_bernoulli_likelihood(tmp_path: Path) -> None:
    pixels = (bars(30)[0] > 127).astype(np.uint8) * 255
    model = fit(image_corpus(tmp_path / "c", pixels, [None] * 30), replace(IMAGE_RECIPE, steps=3), tmp_path / "m")
    assert model.run["network"]["likelihood"] == "bernoulli"


def test_a_dimension_that_ignores_the_image_is_not_active() -> None:
    network = ConvVAE(VAEConfig(9, 10, 1, 8, 4, "gaussian"), torch.Generator().manual_seed(0))
    pixels = as_tensor(bars(40)[0])
    nothing = latent_diagnostics(network, pixels)  # the posterior layer starts at zero
    assert nothing["active_units"] == 0 and nothing["kl_per_dimension"] == [0.0] * 4
    with torch.no_grad():
        network.posterior.weight[:2].normal_(generator=torch.Generator().manual_seed(1))
    some = latent_diagnostics(network, pixels)
    assert some["active_units"] == 2 and some["latent"] == 4
    assert [nats > 0 for nats in some["kl_per_dimension"]] == [True, True, False, False]
