import copy
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from small_models import IMAGE_RECIPE

from headwater.core import Chart, ConfigError, Corpus, UsageError
from headwater.models import FAMILIES, DiffusionCheckpoint, fit, load, training_report
from headwater.models.noise import Noise
from headwater.models.samplers import DENOISING, choose

RECIPE = replace(
    IMAGE_RECIPE, family="diffusion", steps=150, batch=16, held_out=0.2, options={"conditional": True, "ema": 0.95}
)


@pytest.fixture(scope="module")
def model(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> DiffusionCheckpoint:
    made = fit(pictures, RECIPE, tmp_path_factory.mktemp("diffusion"))
    assert isinstance(made, DiffusionCheckpoint)
    return made


def direction(images: np.ndarray) -> float:
    """How much more lines differ from each other than columns do."""
    pixels = images[..., 0].astype(float)
    return float(pixels.mean(2).std(1).mean() / pixels.mean(1).std(1).mean())


def test_the_family_is_registered_with_its_source_and_a_wrong_option_is_one_sentence() -> None:
    assert "2206.00364" in FAMILIES.describe("diffusion").facts["source"]
    for options in ({"ema": 1.0}, {"label_dropout": -0.1}):
        with pytest.raises(ConfigError, match=next(iter(options))):
            FAMILIES.get("diffusion")(**options)


def test_the_loss_falls_from_one(model: DiffusionCheckpoint) -> None:
    assert model.run["loss"]["first"] == pytest.approx(1, abs=0.2) and model.run["final_loss"] < 0.6
    assert model.run["loss"]["unit"] == "weighted squared error per image"


def test_bars_are_learnt_where_the_label_says_and_guidance_follows_it(model: DiffusionCheckpoint) -> None:
    row, column = (direction(model.sample_images(32, label=label)) for label in ("row", "column"))
    assert row > 1.5 > 1 / 1.5 > column
    guided = direction(model.sample_images(32, label="row", guidance=2.0))
    assert guided > 1.5 and guided != row


@pytest.mark.parametrize("sampler", ["heun", "ddim", "ancestral"])
def test_guidance_1_is_none_and_guidance_0_forgets_the_label(model: DiffusionCheckpoint, sampler: str) -> None:
    def images(**options: Any) -> np.ndarray:
        return model.sample_images(16, seed=2, sampler=sampler, steps=4, **options)

    np.testing.assert_array_equal(images(label="row", guidance=1.0), images(label="row"))
    free = images(label="row", guidance=0.0)
    np.testing.assert_array_equal(free, images(label="column", guidance=0.0))
    with torch.inference_mode():
        alone = model.network.sample(Noise(2, "image", 0, 16), choose(DENOISING, sampler, 4)).permute(0, 2, 3, 1)
    assert np.abs(free.astype(int) - alone.numpy()).max() <= 1  # half as large a batch may round another way
    assert (free != images(label="row")).any()


@pytest.mark.parametrize("sampler", ["heun", "ddim", "ancestral"])
def test_samples_are_the_same_to_the_bit_in_any_number(model: DiffusionCheckpoint, sampler: str) -> None:
    many = model.sample_images(20, seed=1, sampler=sampler, steps=5)
    np.testing.assert_array_equal(many[:3], model.sample_images(3, seed=1, sampler=sampler, steps=5))
    again = load(model.folder).sample_images(4, seed=1, sampler=sampler, steps=5, first=16)
    np.testing.assert_array_equal(many[16:], again)
    assert (many[0] != many[1]).any()


def test_it_has_no_likelihood_and_refuses_guidance_that_means_nothing(model: DiffusionCheckpoint) -> None:
    assert model.capabilities == {"images", "seedable"} and model.network.logprob(None, None) is None
    with pytest.raises(UsageError, match=r"sample.guidance: -1 must be 0 or more"):
        model.sample_images(1, guidance=-1)


def test_weights_and_average_lie_in_the_checkpoint_in_float32(model: DiffusionCheckpoint) -> None:
    with safe_open(model.folder / "model.safetensors", "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    averaged = [name for name in tensors if name.startswith("average.")]
    assert len(averaged) * 2 == len(tensors) and all(tensors[name].dtype == torch.float32 for name in averaged)
    assert not torch.equal(tensors["average.last.weight"], tensors["unet.last.weight"])
    assert model.run["parameters"] == sum(p.numel() for p in model.network.unet.parameters())


def test_precision_and_layout_are_recorded(pictures: Corpus, tmp_path: Path) -> None:
    for precision, layout in (("float32", "channels_last"), ("bfloat16", "contiguous")):
        made = fit(pictures, replace(RECIPE, steps=2, precision=precision), tmp_path / precision)
        assert isinstance(made, DiffusionCheckpoint)
        assert (made.run["precision"], made.run["layout"]) == (precision, layout)
        plan = json.loads((tmp_path / precision / "plan.json").read_text())
        assert plan["layout"] == layout


def test_a_probe_by_the_clock_is_made_once(pictures: Corpus, tmp_path: Path) -> None:
    recipe = replace(RECIPE, steps=2, precision="fastest")
    first = fit(pictures, recipe, tmp_path / "a")
    assert first.run["precision"] in ("float32", "bfloat16")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "plan.json").write_bytes((tmp_path / "a" / "plan.json").read_bytes())
    assert fit(pictures, recipe, tmp_path / "b").hash == first.hash


def test_the_loss_of_each_noise_level_is_told_for_both_sides(model: DiffusionCheckpoint) -> None:
    found = model.run["diagnostics"]["loss_by_noise"]
    assert set(found["sides"]) == {"trained", "held out"}
    assert all(len(side["mean"]) == len(found["edges"]) - 1 for side in found["sides"].values())
    assert found["sides"]["held out"]["n"] == len(model.held_out_ids())
    report = training_report(model)
    chart = next(exhibit for exhibit in report.exhibits if isinstance(exhibit, Chart) and exhibit.name == "noise-loss")
    assert chart.series[0].y == tuple(found["sides"]["trained"]["mean"])
    assert len([score for score in report.scores if score.metric == "noise-level-loss"]) == 14


@pytest.mark.parametrize(("held", "error", "told"), [(0.5, 0.01, True), (0.5, 0.2, False), (0.21, 0.001, False)])
def test_images_that_are_known_are_a_finding(model: DiffusionCheckpoint, held: float, error: float, told: bool) -> None:
    run = copy.deepcopy(dict(model.run))
    sides = run["diagnostics"]["loss_by_noise"]["sides"]
    for side, mean in (("trained", 0.2), ("held out", held)):
        sides[side] |= {"mean": [mean, *[0.2] * 6], "error": [error] * 7}
    kept: dict[str, Any] = {name: getattr(model, name) for name in ("ledger", "canaries", "hash")}
    fake: Any = SimpleNamespace(run=run, capabilities=frozenset(), **kept)
    found = [finding for finding in training_report(fake).findings if finding.code == "HW-T013"]
    assert bool(found) == told
    assert all({score.slice["sigma"] for score in finding.scores} == {"0.01 to 0.03"} for finding in found)
