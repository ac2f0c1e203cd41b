"""Every family of images: stopped at any step and resumed, a run ends in the bytes of one that was not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_models import IMAGE_RECIPE
from test_fit import StopAt, content

from headwater.core import Corpus, Recipe, generator
from headwater.models import fit

SHORT = replace(IMAGE_RECIPE, steps=12, batch=8, checkpoint_every=3)
RECIPES: dict[str, Recipe] = {
    "vae": replace(SHORT, options={"conditional": True, "likelihood": "bernoulli", "free_bits": 0.1, "beta": 2.0}),
    "gan": replace(SHORT, family="gan", options={"conditional": True, "lazy": 2}),
    "diffusion": replace(
        SHORT, family="diffusion", dropout=0.2, options={"conditional": True, "flip": True, "label_dropout": 0.3}
    ),
    "diffusion-bfloat16": replace(SHORT, family="diffusion", precision="bfloat16"),
    "wgan-gp": replace(SHORT, family="gan", accumulate=2, options={"loss": "wgan-gp"}),
}
STEPS = {name: sorted(set(generator(0, "kills", name).integers(1, 12, 4).tolist())) for name in RECIPES}


@pytest.fixture(scope="module")
def whole(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folders = {name: tmp_path_factory.mktemp(name) for name in RECIPES}
    return {name: content(fit(pictures, RECIPES[name], folder).folder) for name, folder in folders.items()}


@pytest.mark.parametrize(("name", "step"), [(name, step) for name, steps in STEPS.items() for step in steps])
def test_a_run_stopped_at_any_step_and_resumed_ends_in_the_same_bytes(
    name: str, step: int, pictures: Corpus, whole: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(pictures, RECIPES[name], tmp_path, progress=StopAt(step))
    fit(pictures, RECIPES[name], tmp_path)
    assert content(tmp_path) == whole[name]
