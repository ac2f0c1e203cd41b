"""What a training run is, fixed before its first step and kept beside it, so that a resumed run is the same run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ..core import (
    CanaryPlan,
    ConfigError,
    Corpus,
    IntegrityError,
    LoRAPlan,
    Recipe,
    canonical_json,
    did_you_mean,
    read_json,
    sha256,
    write_json,
)
from .kept import MOST_KEPT
from .lora import LARGEST_RANK
from .weighting import weights_hash

PLAN = "plan.json"
PRECISIONS = ("auto", "fastest", "float32", "bfloat16")
LAYOUTS = ("contiguous", "channels_last")


@dataclass(frozen=True, slots=True)
class Plan:
    """The corpus by its hash, the recipe, and what was resolved from it: steps, precision, layout in memory.

    ``weights`` is the hash of what the recipe's columns say of the documents; None where it names none.
    """

    corpus: str
    recipe: dict[str, Any]
    steps: int
    precision: str
    layout: str = LAYOUTS[0]
    weights: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        data = asdict(self)
        return data if self.weights is not None else {key: data[key] for key in data if key != "weights"}

    @property
    def hash(self) -> str:
        """SHA-256 of all of it."""
        return sha256(canonical_json(self.to_json()))


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Plain JSON values."""
    data: dict[str, Any] = json.loads(canonical_json(asdict(recipe)))
    return data


def recipe_from_json(data: dict[str, Any]) -> Recipe:
    """The recipe that :func:`recipe_to_json` wrote."""
    canaries, lora = data["canaries"], data.get("lora")
    plan = CanaryPlan(tuple(canaries["repetitions"]), canaries["per_level"]) if canaries else None
    adapters = LoRAPlan(**{**lora, "targets": tuple(lora["targets"])}) if lora else None
    return Recipe(**{**data, "canaries": plan, "lora": adapters, "freeze": tuple(data.get("freeze", ()))})


def check_recipe(recipe: Recipe) -> None:
    """Raise :class:`ConfigError` for a value that cannot be trained with."""
    if (recipe.steps is None) == (recipe.budget is None):
        raise ConfigError("model: set either steps or budget, not both and not neither")
    if recipe.start is None and (recipe.freeze or recipe.lora):
        raise ConfigError("model: freeze and lora are for a model to go on from; name it with start")
    if recipe.lora is not None:
        _check_lora(recipe.lora)
    as_it_is = recipe.start is not None and recipe.steps == 0
    for name in (
        *(() if as_it_is else ("steps",)),
        "budget",
        "batch",
        "context",
        "learning_rate",
        "matrix_learning_rate",
        "documents",
    ):
        value = getattr(recipe, name)
        if value is not None and not 0 < value < float("inf"):
            raise ConfigError(f"model.{name}: {value} must be more than 0")
    for name in ("threads", "checkpoint_every", "accumulate"):
        if getattr(recipe, name) < 1:
            raise ConfigError(f"model.{name}: {getattr(recipe, name)} must be 1 or more")
    if not 0 <= recipe.keep_checkpoints <= MOST_KEPT:
        raise ConfigError(f"model.keep_checkpoints: {recipe.keep_checkpoints} must be from 0 to {MOST_KEPT}")
    for name in ("dropout", "held_out"):
        if not 0 <= getattr(recipe, name) < 1:
            raise ConfigError(f"model.{name}: {getattr(recipe, name)} must be from 0 to below 1")
    if recipe.precision not in PRECISIONS:
        hint = did_you_mean(recipe.precision, PRECISIONS)
        raise ConfigError(f"model.precision: no precision {recipe.precision!r}; {hint}known: {', '.join(PRECISIONS)}")


def _check_lora(lora: LoRAPlan) -> None:
    if not 1 <= lora.rank <= LARGEST_RANK:
        raise ConfigError(f"model.lora.rank: {lora.rank} must be from 1 to {LARGEST_RANK}")
    if lora.alpha is not None and not 0 < lora.alpha < float("inf"):
        raise ConfigError(f"model.lora.alpha: {lora.alpha} must be more than 0")
    if not 0 <= lora.dropout < 1:
        raise ConfigError(f"model.lora.dropout: {lora.dropout} must be from 0 to below 1")


def stored_plan(folder: Path, corpus: Corpus, recipe: Recipe) -> Plan | None:
    """The plan of a run that was begun in this folder, or None; another corpus or recipe is an error."""
    if not (folder / PLAN).is_file():
        return None
    data = read_json(folder / PLAN)
    try:
        plan = Plan(**data)
    except TypeError as error:
        raise IntegrityError(f"{folder / PLAN}: not a training plan ({error}); remove {folder}") from None
    if plan.corpus != corpus.hash:
        raise IntegrityError(f"{folder}: holds a model of another corpus ({plan.corpus[:12]}); remove it to train anew")
    changed = _changes(plan.recipe, recipe_to_json(recipe))
    if changed:
        raise IntegrityError(f"{folder}: holds a model of another recipe ({changed}); remove it to train anew")
    if plan.weights != weights_hash(corpus, recipe):
        raise IntegrityError(f"{folder}: holds a model that saw documents by other weights; remove it to train anew")
    return plan


def make_plan(
    corpus: Corpus,
    recipe: Recipe,
    mixed: bool,
    measure: Callable[[str, str], int],
    layouts: Sequence[str] = LAYOUTS[:1],
    steps: int | None = None,
) -> Plan:
    """Resolve steps, precision and layout, once.

    ``mixed``: the family can train in bfloat16; ``steps``: it needs so many. ``measure`` tells how many steps fit in a
    budget with a precision and a layout on this machine, or in an hour where there is none.
    """
    precision, layout = resolve_arithmetic(recipe.precision, mixed, layouts, measure)
    if steps is None:
        steps = recipe.steps if recipe.steps is not None else measure(precision, layout)
    return Plan(corpus.hash, recipe_to_json(recipe), steps, precision, layout, weights_hash(corpus, recipe))


def store_plan(folder: Path, plan: Plan) -> None:
    """Write down what a resumed run has to follow."""
    write_json(folder / PLAN, plan.to_json())


def resolve_arithmetic(
    wanted: str, mixed: bool, layouts: Sequence[str], measure: Callable[[str, str], int]
) -> tuple[str, str]:
    """Precision and layout. ``fastest`` tries them all for some steps; like a budget it is resolved once and recorded.

    Everything else goes by rule: convolutions in float32 are faster channels last, those in bfloat16 are not.
    """
    if wanted != "fastest":
        precision = resolve_precision(wanted, mixed)
        return precision, layouts[-1] if precision == "float32" else layouts[0]
    options = [(precision, layout) for precision in PRECISIONS[2 : 4 if mixed else 3] for layout in layouts]
    return max(options, key=lambda option: measure(*option)) if len(options) > 1 else options[0]


def resolve_precision(wanted: str, mixed: bool) -> str:
    """``float32`` or ``bfloat16``: ``auto`` goes by what the processor can do, never by a clock."""
    if not mixed or wanted == "float32":
        return "float32"
    return "bfloat16" if wanted == "bfloat16" or _bfloat16_instructions() else "float32"


def _bfloat16_instructions() -> bool:
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, probe, lambda: False)() for probe in probes)


def _changes(old: dict[str, Any], new: dict[str, Any]) -> str:
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return ", ".join(f"{name}: {old.get(name)} there, {new.get(name)} now" for name in names)
