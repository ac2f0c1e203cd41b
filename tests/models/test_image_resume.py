"""Every family of images: killed after any step and resumed, a run ends in the bytes of one that was not."""

from dataclasses import replace
from pathlib import Path

import pytest
from kills import killed
from small_models import IMAGE_RECIPE, bars, image_corpus
from test_fit import content

from headwater.core import Corpus, Recipe, generator
from headwater.models import fit

SHORT = replace(IMAGE_RECIPE, steps=12, batch=4, checkpoint_every=3)
CHANGED = {"conditional": True, "flip": True, "shift": 1}
RECIPES: dict[str, Recipe] = {
    "vae": replace(SHORT, options={**CHANGED, "likelihood": "bernoulli", "free_bits": 0.1, "beta": 2.0}),
    "gan": replace(SHORT, family="gan", options={**CHANGED, "lazy": 2}),
    "diffusion": replace(SHORT, family="diffusion", dropout=0.2, options={**CHANGED, "label_dropout": 0.3}),
    "diffusion-bfloat16": replace(SHORT, family="diffusion", precision="bfloat16", dropout=0.2),
    "wgan-gp": replace(SHORT, family="gan", accumulate=2, options={"loss": "wgan-gp", "shift": 2}),
}
KILLS = {"diffusion": 10}
STEPS = {
    name: sorted((generator(0, "kills", name).permutation(11)[: KILLS.get(name, 4)] + 1).tolist()) for name in RECIPES
}
CASES = [(name, step) for name, steps in STEPS.items() for step in steps]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return image_corpus(tmp_path_factory.mktemp("small") / "corpus", *bars(40, 8, 8))


@pytest.fixture(scope="module")
def broken(small: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    killed(small, {folder / name / str(step): (RECIPES[name], step) for name, step in CASES})
    return folder


@pytest.fixture(scope="module")
def whole(small: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    folders = {name: tmp_path_factory.mktemp(name) for name in RECIPES}
    return {name: content(fit(small, RECIPES[name], folder).folder) for name, folder in folders.items()}


@pytest.mark.parametrize(("name", "step"), CASES)
def test_a_run_killed_after_any_step_and_resumed_ends_in_the_same_bytes(
    name: str, step: int, small: Corpus, whole: dict[str, dict[str, bytes]], broken: Path
) -> None:
    folder = broken / name / str(step)
    assert not (folder / "run.json").exists() and (folder / "state/state.safetensors").is_file() == (step >= 4)
    fit(small, RECIPES[name], folder)
    assert content(folder) == whole[name]


def test_a_run_killed_again_and_again_ends_in_the_same_bytes(
    small: Corpus, whole: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    for steps in (5, 3, 4):  # of this process, each begins at the last saved state: after 0, 3 and 6 steps
        killed(small, {tmp_path: (RECIPES["diffusion"], steps)})
    fit(small, RECIPES["diffusion"], tmp_path)
    assert content(tmp_path) == whole["diffusion"]


@pytest.mark.parametrize("name", ["vae", "gan", "diffusion"])
def test_augmentation_changes_the_weights(
    name: str, small: Corpus, whole: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """Else the tests above would say nothing of it."""
    options = {**RECIPES[name].options, "flip": False, "shift": 0}
    fit(small, replace(RECIPES[name], options=options), tmp_path)
    assert content(tmp_path)["model.safetensors"] != whole[name]["model.safetensors"]
