from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_models import TEXT_RECIPE, text_corpus

from headwater.core import ConfigError, Corpus, IntegrityError
from headwater.models import Recipe
from headwater.models.plan import (
    check_recipe,
    make_plan,
    recipe_from_json,
    recipe_to_json,
    resolve_arithmetic,
    resolve_precision,
    store_plan,
    stored_plan,
)


@pytest.mark.parametrize("recipe", [TEXT_RECIPE, replace(TEXT_RECIPE, canaries=None), Recipe(steps=None, budget=9.5)])
def test_a_recipe_round_trips_through_json(recipe: Recipe) -> None:
    assert recipe_from_json(recipe_to_json(recipe)) == recipe


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 3.0}, "set either steps or budget"),
        ({"steps": None}, "set either steps or budget"),
        ({"steps": 0}, "model.steps: 0"),
        ({"batch": -1}, "model.batch: -1"),
        ({"learning_rate": float("nan")}, "model.learning_rate: nan"),
        ({"held_out": 1.0}, "model.held_out: 1.0"),
        ({"dropout": -0.1}, "model.dropout: -0.1"),
        ({"threads": 0}, "model.threads: 0"),
        ({"documents": 0}, "model.documents: 0"),
        ({"precision": "float23"}, "no precision 'float23'; did you mean \"float32\""),
    ],
)
def test_a_value_that_cannot_be_trained_with_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_recipe(replace(TEXT_RECIPE, **change))


def test_a_budget_is_resolved_once(corpus: Corpus, tmp_path: Path) -> None:
    recipe = replace(TEXT_RECIPE, steps=None, budget=5.0)
    made = make_plan(corpus, recipe, False, lambda precision, layout: 17)
    store_plan(tmp_path, made)
    assert made.steps == 17
    assert stored_plan(tmp_path, corpus, recipe) == made


def test_no_plan_is_stored_before_the_first_run(corpus: Corpus, tmp_path: Path) -> None:
    assert stored_plan(tmp_path, corpus, TEXT_RECIPE) is None


def test_another_recipe_is_refused_with_what_changed(corpus: Corpus, tmp_path: Path) -> None:
    store_plan(tmp_path, make_plan(corpus, TEXT_RECIPE, False, lambda precision, layout: 1))
    with pytest.raises(IntegrityError, match="seed: 3 there, 4 now"):
        stored_plan(tmp_path, corpus, replace(TEXT_RECIPE, seed=4))


def test_another_corpus_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    store_plan(tmp_path / "m", make_plan(corpus, TEXT_RECIPE, False, lambda precision, layout: 1))
    with pytest.raises(IntegrityError, match="another corpus"):
        stored_plan(tmp_path / "m", text_corpus(tmp_path / "c", ["sea"]), TEXT_RECIPE)


def test_a_plan_that_is_none_is_an_integrity_error(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"steps": 3}')
    with pytest.raises(IntegrityError, match="not a training plan"):
        stored_plan(tmp_path, corpus, TEXT_RECIPE)


def test_a_family_that_cannot_mix_precisions_trains_in_float32() -> None:
    assert resolve_precision("bfloat16", mixed=False) == "float32"
    assert resolve_precision("bfloat16", mixed=True) == "bfloat16"
    assert resolve_precision("float32", mixed=True) == "float32"
    assert resolve_precision("auto", mixed=True) in ("float32", "bfloat16")


def test_the_fastest_of_all_arithmetics_is_found_by_trying_and_recorded(corpus: Corpus, tmp_path: Path) -> None:
    speeds = {("float32", "contiguous"): 5, ("float32", "channels_last"): 7, ("bfloat16", "contiguous"): 9}
    recipe = replace(TEXT_RECIPE, precision="fastest")

    def measure(precision: str, layout: str) -> int:
        return speeds.get((precision, layout), 1)

    made = make_plan(corpus, recipe, True, measure, ("contiguous", "channels_last"))
    assert (made.precision, made.layout, made.steps) == ("bfloat16", "contiguous", recipe.steps)
    assert resolve_arithmetic("fastest", False, ("contiguous", "channels_last"), measure) == (
        "float32",
        "channels_last",
    )
    store_plan(tmp_path, made)
    speeds.clear()  # another machine, another day: the plan stands
    assert stored_plan(tmp_path, corpus, recipe) == made


def test_without_the_clock_the_layout_follows_from_the_precision() -> None:
    def never(precision: str, layout: str) -> int:
        raise AssertionError("measured")

    both = ("contiguous", "channels_last")
    assert resolve_arithmetic("float32", True, both, never) == ("float32", "channels_last")
    assert resolve_arithmetic("bfloat16", True, both, never) == ("bfloat16", "contiguous")
    assert resolve_arithmetic("float32", True, both[:1], never) == ("float32", "contiguous")
    assert resolve_arithmetic("fastest", False, both[:1], never) == ("float32", "contiguous")
