"""Models of tables: stopped at any step and resumed, a run ends in the bytes of one that was not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_tables import TABLE_RECIPE, people, table_corpus
from test_fit import StopAt, content

from headwater.core import Corpus, Recipe, generator
from headwater.models import fit

SHORT = replace(TABLE_RECIPE, steps=12, batch=16, checkpoint_every=3)
RECIPES: dict[str, Recipe] = {
    "tvae": SHORT,
    "conditional": replace(SHORT, accumulate=2, options={"conditional": "city", "beta": 0.5, "components": 3}),
}
KILLS = [(name, int(step)) for name in RECIPES for step in sorted(set(generator(0, "kills", name).integers(1, 12, 6)))]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return table_corpus(tmp_path_factory.mktemp("table") / "corpus", people(150))


@pytest.fixture(scope="module")
def whole(table: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {name: content(fit(table, recipe, tmp_path_factory.mktemp(name)).folder) for name, recipe in RECIPES.items()}


@pytest.mark.parametrize(("name", "step"), KILLS)
def test_a_run_stopped_at_any_step_and_resumed_ends_in_the_same_bytes(
    name: str, step: int, table: Corpus, whole: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(table, RECIPES[name], tmp_path, progress=StopAt(step))
    fit(table, RECIPES[name], tmp_path)
    assert content(tmp_path) == whole[name]


@pytest.mark.parametrize("family", ["gaussian-mixture", "copying"])
def test_what_is_computed_comes_out_in_the_same_bytes(family: str, table: Corpus, tmp_path: Path) -> None:
    recipe = Recipe(family=family, held_out=0.1)
    one, two = (content(fit(table, recipe, tmp_path / name).folder) for name in "ab")
    assert one == two
