"""What a checkpoint answers on the command line: its corpus, its canaries, its energy, and what each step saw."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core import InputError, UsageError, read_json
from .prompts import open_checkpoint
from .show import one_line

KINDS = {"gguf": "a GGUF file", "hugging-face": "a Hugging Face folder", "headwater": "a headwater checkpoint"}


def model_story(target: Path) -> dict[str, Any]:
    """Everything that the checkpoint of a run folder, or a checkpoint folder, says of its origin."""
    checkpoint = open_checkpoint(target)
    run = checkpoint.run
    return {
        "folder": str(checkpoint.folder),
        "model": checkpoint.hash,
        "family": checkpoint.family,
        "modality": checkpoint.modality,
        "capabilities": sorted(checkpoint.capabilities),
        "parameters": run["parameters"],
        "corpus": run["corpus"],
        "ledger": run["ledger"]["root"],
        "documents": run["documents"],
        "steps": run["steps"],
        "batch": run["recipe"]["batch"],
        "seed": run["recipe"]["seed"],
        "weighting": run.get("weighting"),
        "loss": {"unit": run["loss"]["unit"], "first": run["loss"]["first"], "final": run["final_loss"]},
        "canaries": [
            {"id": one.id, "repetitions": one.repetitions, "steps": list(checkpoint.ledger.steps_of(one.id))}
            for one in checkpoint.canaries
        ],
        "energy": {**checkpoint.energy.to_json(), "method": checkpoint.energy.method},
        "parent": run["parent"],
        "ancestors": ancestors(checkpoint.folder, run),
        "trainable_parameters": run.get("trainable_parameters"),
        "lineage": run.get("lineage"),
        "versions": run["versions"],
    }


def ancestors(folder: Path, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models that this one came from, the nearest first, as far as they lie in its folder."""
    found: list[dict[str, Any]] = []
    while run.get("parent"):
        base = run.get("base", {})
        found.append({"model": run["parent"], "kind": base.get("kind", "unknown"), "corpus": base.get("corpus")})
        folder /= "base"
        if not (folder / "run.json").is_file():
            break
        run = read_json(folder / "run.json")
    return found


def model_lines(story: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"{story['family']}  {story['parameters']:,} parameters, {story['modality']}"
    yield f"Model     {story['model']}"
    yield f"Corpus    {story['corpus']}"
    yield from _origin(story)
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in story["documents"].items())
    yield f"Documents {told}"
    order = f"seed {story['seed']}, ledger {story['ledger'][:16]}"
    yield f"Steps     {story['steps']:,} of {story['batch']} examples, {order}"
    asked = story["weighting"] or {}
    for name in ("weights", "balance"):
        if asked.get(name):
            yield f"{name.capitalize():<9} {asked[name]}"
    loss = story["loss"]
    if loss["final"] is not None:
        yield f"Loss      {loss['first']:.4f} at first, {loss['final']:.4f} at the end ({loss['unit']}, training)"
    yield from _energy(story["energy"])
    for canary in story["canaries"]:
        steps = ", ".join(map(str, canary["steps"][:8])) + (" ..." if len(canary["steps"]) > 8 else "")
        yield f"Canary    {canary['id']}  shown {canary['repetitions']} times" + (
            f", at steps {steps}" if steps else ""
        )
    yield "Ask       headwater trace RUN --step N, headwater trace RUN --document ID"


def _origin(story: Mapping[str, Any]) -> Iterator[str]:
    if not story["ancestors"]:
        yield "Parent    none: trained from nothing"
        return
    for place, one in enumerate(story["ancestors"]):
        known = f"corpus {one['corpus']}" if one["corpus"] else "its corpus is not known"
        name = "Parent" if place == 0 else "Of which"
        yield f"{name:<9} {one['model']}  ({KINDS.get(one['kind'], one['kind'])}; {known})"
    moving = story["trainable_parameters"]
    if moving is not None:
        yield f"Trains    {moving:,} of its parameters" if moving else "Trains    nothing: the model was taken as it is"
    if story["lineage"]:
        told = ", ".join(f"{story['lineage'][name]:,} {name}" for name in ("kept", "reweighted", "removed", "added"))
        yield f"Against   the parent's corpus: {told} documents"


def _energy(energy: Mapping[str, Any]) -> Iterator[str]:
    if not energy["processes"]:
        yield "Energy    not recorded"
        return
    kwh, grams = (f"{energy[name] * 1000:.3g}" for name in ("kwh", "kgco2e"))
    low, high = (f"{energy[name] * 1000:.3g}" for name in ("kwh_low", "kwh_high"))
    yield f"Energy    {kwh} Wh ({low} to {high}), {grams} g CO2e, {energy['cpu_seconds']:,.1f} s of CPU"
    number = energy["processes"]
    yield f"          {number} process{'' if number == 1 else 'es'}: {energy['method']}"


def documents_at(folder: Path, step: int) -> dict[str, Any]:
    """The documents of one training step, with what there is to know of each; texts are redacted."""
    from ..evaluate import document_cards, open_subject

    subject = open_subject(folder)
    if subject.checkpoint is None:
        raise InputError(f"{folder}: no checkpoint there; 'headwater train' makes one")
    steps = int(subject.checkpoint.run["steps"])
    if step >= steps:
        raise UsageError(f"--step {step}: the training had {steps:,} steps, from 0 to {steps - 1:,}")
    names = subject.checkpoint.ledger.documents_at(step)
    cards = document_cards(subject, names, steps=0)
    keys = ("status", "source", "licence", "locator", "step_count", "excerpt")
    return {
        "step": step,
        "steps": steps,
        "documents": [{"id": name, **{key: cards[name][key] for key in keys}} for name in names],
    }


def step_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"Step {told['step']:,} of {told['steps']:,} saw {len(told['documents'])} documents"
    for card in told["documents"]:
        yield f"  {card['id']}  {card['source']}  {card['licence']}  {_times(card['step_count'])}"
        yield f"      {one_line(card['excerpt'])}"


def _times(count: int) -> str:
    return "seen at 1 step" if count == 1 else f"seen at {count:,} steps"
