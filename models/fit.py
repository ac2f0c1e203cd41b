"""Train any family on any corpus, or pick up where a killed run stopped."""

import copy
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core import SILENT, Corpus, InputError, IntegrityError, Progress, Recipe, library_versions, write_json
from ..curate import call_checked
from .base import Checkpoint
from .checkpoint import RUN, TIMING, read_checkpoint, write_checkpoint
from .families import FAMILIES, Prepared
from .order import StepPlan
from .plan import Plan, check_recipe, make_plan, store_plan, stored_plan
from .pretrained import is_base
from .pretrained_checkpoint import PretrainedCheckpoint
from .start import by_hash, tuning_recipe
from .state import STATE, StateFile
from .training import History, Settings, measure_steps, step_plan, train

HISTORY_POINTS = 200
LIBRARIES = ("headwater", "numpy", "safetensors", "tokenizers", "torch")


def fit(corpus: Corpus, recipe: Recipe, folder: Path, *, progress: Progress = SILENT) -> Checkpoint:
    """Train a model of ``recipe.family`` on ``corpus`` and leave the checkpoint in ``folder``.

    A run that was killed goes on from its last saved state and ends in the same bytes. A finished folder of the same
    corpus and recipe is loaded and returned; one of another raises :class:`IntegrityError`. Raises
    :class:`ConfigError` for a wrong recipe, :class:`InputError` for a corpus of the wrong modality,
    :class:`EmptyCorpus` where there is nothing to train on and :class:`IncompleteError` at a loss that is not finite.
    """
    folder = Path(folder)
    check_recipe(recipe)
    if recipe.start is not None:
        recipe = tuning_recipe(recipe)
    family = call_checked(FAMILIES.get(recipe.family, "model.family"), recipe.options, "model.options")
    recipe = recipe.with_defaults(family.defaults)
    if corpus.modality != family.modality:
        raise InputError(
            f"{corpus.folder}: holds {corpus.modality}, but family {recipe.family!r} is for {family.modality}"
        )
    corpus.require_documents()
    kept = by_hash(recipe)
    plan = stored_plan(folder, corpus, kept)
    if plan and (folder / RUN).is_file():
        return load(folder, corpus)
    corpus.verify()
    _sweep(folder)
    began = time.monotonic()
    prepared = family.prepare(corpus, recipe, progress)
    plan = plan or make_plan(corpus, kept, family.mixed, lambda kind: _measure(prepared, recipe, kind))
    settings = _settings(prepared, recipe, plan.precision)
    order = step_plan(settings, prepared.examples, plan.steps)
    store_plan(folder, plan)
    state = StateFile(folder / STATE, plan.hash)
    history = History(("",))
    if plan.steps:
        history = train(prepared.network, prepared.examples, settings, plan.steps, state, progress)
    _finish(folder, recipe, plan, order, prepared, history)
    _note_time(folder, time.monotonic() - began)
    return load(folder, corpus)


def load(folder: Path, corpus: Corpus | None = None) -> Checkpoint:
    """Read a checkpoint and verify every hash in it; with ``corpus``, also that it was trained on that corpus.

    A Hugging Face folder or a GGUF file gives a checkpoint too, of which no training is known.
    """
    folder = Path(folder)
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


def _measure(prepared: Prepared, recipe: Recipe, precision: str) -> int:
    settings, budget = _settings(prepared, recipe, precision), recipe.budget or 0.0
    return measure_steps(copy.deepcopy(prepared.network), prepared.examples, settings, budget)


def _finish(folder: Path, recipe: Recipe, plan: Plan, order: StepPlan, prepared: Prepared, history: History) -> None:
    ledger, losses = prepared.ledger(order), history.main
    run: dict[str, Any] = {
        "family": recipe.family,
        "corpus": plan.corpus,
        "recipe": plan.recipe,
        "steps": plan.steps,
        "precision": plan.precision,
        "parameters": sum(parameter.numel() for parameter in prepared.network.parameters()),
        "examples": order.examples,
        "planted_examples": order.planted,
        "loss": _loss(prepared, history),
        "versions": library_versions(LIBRARIES),
        **prepared.facts,
        **prepared.summary(prepared.network, losses),
    }
    extras = prepared.extras(folder, prepared.network)
    write_checkpoint(folder, prepared.network, ledger, prepared.canaries, prepared.files, run, extras)
    shutil.rmtree((folder / STATE).parent, ignore_errors=True)


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
    return found


def _sweep(folder: Path) -> None:
    """Remove what a kill in the middle of a write left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for stray in [*folder.glob(".*.tmp"), *(folder / STATE).parent.glob(".*.tmp")]:
        stray.unlink(missing_ok=True)


def _note_time(folder: Path, seconds: float) -> None:
    write_json(folder / TIMING, {"seconds_of_last_process": round(seconds, 3)})
