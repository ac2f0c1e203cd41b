"""Train any family on any corpus, or pick up where a killed run stopped."""

import copy
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..core import (
    SILENT,
    ConfigError,
    Corpus,
    EnergyFactors,
    InputError,
    IntegrityError,
    Progress,
    Recipe,
    library_versions,
)
from ..curate import call_checked
from .adapters import is_external, load_external
from .base import Checkpoint
from .checkpoint import RUN, read_checkpoint, write_checkpoint
from .energy_meter import Meter
from .families import FAMILIES, Prepared, modalities_of
from .kept import KEPT, Keeper
from .order import StepPlan
from .plan import Plan, check_recipe, make_plan, store_plan, stored_plan
from .pretrained import is_base
from .pretrained_checkpoint import PretrainedCheckpoint
from .start import by_hash, tuning_recipe
from .state import STATE, StateFile
from .training import History, Settings, measure_steps, step_plan, train

HISTORY_POINTS = 200
HOUR = 3_600.0
LIBRARIES = ("headwater", "numpy", "safetensors", "tokenizers", "torch")


def fit(
    corpus: Corpus,
    recipe: Recipe,
    folder: Path,
    *,
    progress: Progress = SILENT,
    energy: EnergyFactors = EnergyFactors(),  # noqa: B008  frozen
) -> Checkpoint:
    """Train a model of ``recipe.family`` on ``corpus`` and leave the checkpoint in ``folder``.

    A run that was killed goes on from its last saved state and ends in the same bytes. A finished folder of the same
    corpus and recipe is loaded and returned; one of another raises :class:`IntegrityError`. ``energy`` is what is
    declared of machine and grid: what the training used stands in ``timing.json``, outside of every hash. Raises
    :class:`ConfigError` for a wrong recipe, :class:`InputError` for a corpus of the wrong modality,
    :class:`EmptyCorpus` where there is nothing to train on and :class:`IncompleteError` at a loss that is not finite.
    """
    folder = Path(folder)
    check_recipe(recipe)
    if recipe.start is not None:
        recipe = tuning_recipe(recipe)
    family = call_checked(FAMILIES.get(recipe.family, "model.family"), recipe.options, "model.options")
    recipe = recipe.with_defaults(family.defaults)
    if corpus.modality not in modalities_of(family):
        known = " or ".join(modalities_of(family))
        raise InputError(f"{corpus.folder}: holds {corpus.modality}, but family {recipe.family!r} is for {known}")
    corpus.require_documents()
    kept = by_hash(recipe)
    plan = stored_plan(folder, corpus, kept)
    if plan and (folder / RUN).is_file():
        return load(folder, corpus)
    corpus.verify()
    _sweep(folder)
    meter = Meter(folder, energy)
    prepared = family.prepare(corpus, recipe, progress)
    measure = partial(_measure, prepared, recipe)
    plan = plan or make_plan(corpus, kept, family.mixed, measure, prepared.layouts, prepared.steps)
    _lay_out(prepared.network, plan.layout)
    settings = _settings(prepared, recipe, plan.precision)
    order = step_plan(settings, prepared.examples, plan.steps)
    store_plan(folder, plan)
    state = StateFile(folder / STATE, plan.hash)
    keeper = _keeper(folder, recipe, plan, settings, prepared)
    history = History(("",))
    if prepared.learn is not None:
        history = prepared.learn(order)
    elif plan.steps:
        network, examples = prepared.network, prepared.examples
        history = train(network, examples, settings, plan.steps, state, progress, meter.note, prepared.monitor, keeper)
    keeper.check()
    _finish(folder, recipe, plan, order, prepared, history, keeper)
    meter.note()
    return load(folder, corpus)


def load(folder: Path, corpus: Corpus | None = None) -> Checkpoint:
    """Read a checkpoint and verify every hash in it; with ``corpus``, also that it was trained on that corpus.

    The description of a model made elsewhere gives that model; a Hugging Face folder or a GGUF file gives a checkpoint
    of which no training is known.
    """
    folder = Path(folder)
    if is_external(folder):
        return load_external(folder)
    if is_base(folder) and not (folder / RUN).is_file():
        return PretrainedCheckpoint.open(folder)
    parts = read_checkpoint(folder, corpus)
    try:
        family = FAMILIES.get(parts.run["family"], str(folder / RUN))(**parts.run["recipe"]["options"])
        return family.restore(folder, parts)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).split("\n")[0]
        raise IntegrityError(f"{folder}: {RUN} and the weights do not fit each other ({reason}); train again") from None


def curve(losses: Sequence[float]) -> list[list[float]]:
    """At most 200 points [last step of the stretch (from 1), mean loss over the stretch]."""
    stretch = max(1, -(-len(losses) // HISTORY_POINTS))
    parts = [losses[low : low + stretch] for low in range(0, len(losses), stretch)]
    return [[min((k + 1) * stretch, len(losses)), sum(part) / len(part)] for k, part in enumerate(parts)]


def _settings(prepared: Prepared, recipe: Recipe, precision: str) -> Settings:
    return Settings.of(recipe, precision, prepared.unit, prepared.per_example)


def _measure(prepared: Prepared, recipe: Recipe, precision: str, layout: str) -> int:
    settings, network = _settings(prepared, recipe, precision), copy.deepcopy(prepared.network)
    _lay_out(network, layout)
    return measure_steps(network, prepared.examples, settings, recipe.budget or HOUR)


def _lay_out(network: nn.Module, layout: str) -> None:
    if layout == "channels_last":
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _keeper(folder: Path, recipe: Recipe, plan: Plan, settings: Settings, prepared: Prepared) -> Keeper:
    if recipe.keep_checkpoints and prepared.learn is not None:
        raise ConfigError(
            f"model.keep_checkpoints: family {recipe.family!r} is computed, not trained by steps; leave it at 0"
        )
    return Keeper(folder, plan.hash, plan.steps, recipe.keep_checkpoints, settings.warmup)


def _finish(
    folder: Path, recipe: Recipe, plan: Plan, order: StepPlan, prepared: Prepared, history: History, keeper: Keeper
) -> None:
    ledger, losses = prepared.ledger(order), history.main
    run: dict[str, Any] = {
        "family": recipe.family,
        "corpus": plan.corpus,
        "recipe": plan.recipe,
        "steps": plan.steps,
        "precision": plan.precision,
        "layout": plan.layout,
        "parameters": sum(parameter.numel() for parameter in prepared.network.parameters()),
        "examples": order.examples,
        "planted_examples": order.planted,
        "loss": _loss(prepared, history),
        "versions": library_versions(LIBRARIES),
        **_weighting(prepared),
        **({"kept": keeper.facts()} if keeper.files else {}),
        **prepared.facts,
        **prepared.summary(prepared.network, losses),
    }
    extras = [*prepared.extras(folder, prepared.network), *keeper.files]
    write_checkpoint(folder, prepared.network, ledger, prepared.canaries, prepared.files, run, extras)
    shutil.rmtree((folder / STATE).parent, ignore_errors=True)


def _weighting(prepared: Prepared) -> dict[str, Any]:
    told = getattr(prepared.examples, "weighting", None)
    return {"weighting": dict(told)} if told else {}


def _loss(prepared: Prepared, history: History) -> dict[str, Any]:
    losses = history.main
    found = {
        "unit": prepared.loss_unit,
        "falls": prepared.falls,
        "first": losses[0] if losses else None,
        "history": curve(losses),
    }
    if len(history.phases) > 1:
        found["phases"] = {name: curve(history.of(name)) for name in history.phases}
    if history.measured:
        found["measured"] = [{"step": step, **values} for step, values in history.measured.items()]
    return found


def _sweep(folder: Path) -> None:
    """Remove what a kill in the middle of a write left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    strays = (place.glob(".*.tmp") for place in (folder, (folder / STATE).parent, folder / KEPT))
    for stray in (path for found in strays for path in found):
        stray.unlink(missing_ok=True)
