"""The stage report of a training: a pure function of the checkpoint, so it can be made again at any time."""

import math
from collections.abc import Mapping
from typing import Any

from ..core import Cell, Chart, Exhibit, Finding, Series, StageReport, Table
from .base import Checkpoint
from .diffusion_report import diffusion_exhibits, diffusion_findings, diffusion_scores
from .gan_report import gan_exhibits, gan_findings, gan_scores
from .image_report import image_exhibits
from .table_report import table_exhibits, table_facts, table_findings, table_scores
from .tuning_report import tuning_facts, tuning_findings, tuning_scores, tuning_tables

MANY_PASSES = 4.0
"""Up to four passes are nearly as good as new data; beyond, a model gains little and memorizes (Muennighoff et al.
2023, arXiv 2305.16264)."""
ACTIVE_SHARE = 0.25


def training_report(checkpoint: Checkpoint) -> StageReport:
    """Facts, loss curve, canaries and findings of one training."""
    run = checkpoint.run
    return StageReport(
        stage="training",
        title="Training",
        facts=_facts(run),
        scores=(*tuning_scores(run), *gan_scores(run), *diffusion_scores(run), *table_scores(run)),
        findings=(*_findings(run), *table_findings(checkpoint)),
        exhibits=_exhibits(checkpoint),
        detail={
            "checkpoint": checkpoint.hash,
            "corpus": run["corpus"],
            "recipe": run["recipe"],
            "network": run["network"],
            "diagnostics": run["diagnostics"],
            "versions": run["versions"],
        },
    )


def _findings(run: Mapping[str, Any]) -> tuple[Finding, ...]:
    common = (finding for finding in (_diverged(run), _collapsed(run), _passes(run)) if finding)
    return (*common, *tuning_findings(run), *gan_findings(run), *diffusion_findings(run))


def _facts(run: Mapping[str, Any]) -> dict[str, Cell]:
    facts: dict[str, Cell] = {
        "family": run["family"],
        **_dial(run),
        "parameters": run["parameters"],
        "steps": run["steps"],
        "documents trained on": run["documents"]["trained"],
        "documents held out": run["documents"]["held_out"],
        "passes over the data": round(passes(run), 2),
        _loss_label(run): round(run["final_loss"] or 0.0, 4),
        "precision": run["precision"] + (", channels last" if run.get("layout") == "channels_last" else ""),
        **tuning_facts(run),
    }
    if not run["steps"]:
        del facts[_loss_label(run)]
        if run["family"] == "fine-tuned":  # the weights are as they came: the documents are there to be scored
            for name in ("documents trained on", "documents held out", "passes over the data"):
                del facts[name]
    if "tokens" in run:
        facts["tokens of text"] = run["tokens"]["stream"]
        if "context" in run["network"]:
            facts["tokens trained on"] = run["steps"] * run["recipe"]["batch"] * run["recipe"]["context"]
        facts["vocabulary"] = run["network"]["vocabulary"]
        if run["steps"]:
            facts["bits per byte (training)"] = round(run["bits_per_byte_train"], 4)
            facts["bits per byte (held out, at the end)"] = _held_out(run, "bits_per_byte")
        if "entropy_bits_per_token" in (run["loss"].get("measured") or [{}])[-1]:
            facts["entropy of predictions (held out, bits per token)"] = _held_out(run, "entropy_bits_per_token")
    if "weighting" in run:
        asked = ((run["weighting"]["weights"], "weights"), (run["weighting"]["balance"], "balanced by"))
        facts |= {label: column for column, label in asked if column}
        facts["effective documents"] = round(run["weighting"]["effective_documents"], 1)
    if "bits_per_dimension_train" in run:
        facts["bits per dimension (training)"] = round(run["bits_per_dimension_train"], 4)
    if "bits_per_dimension_held_out" in run["diagnostics"]:
        bits, images = (run["diagnostics"][key] for key in ("bits_per_dimension_held_out", "held_out_images"))
        facts[f"bits per dimension ({images} held-out images)"] = round(bits, 4)
    if "active_units" in run["diagnostics"]:
        facts["active units"] = f"{run['diagnostics']['active_units']} of {run['diagnostics']['latent']}"
    return {**facts, **table_facts(run)}


def _dial(run: Mapping[str, Any]) -> dict[str, Cell]:
    """The one number that says how large a model is: a size, or what its family has in place of one."""
    network = run["network"]
    if "records" in network or "tuning" in run:
        return {}
    if "components" in network and "latent" not in network:
        return {"components": network["components"]}
    return {"order": network["order"]} if "order" in network else {"size": run["recipe"]["size"]}


def _loss_label(run: Mapping[str, Any]) -> str:
    """Where several networks are trained, the loss is that of the one whose curve is the main one."""
    loss = run["loss"]
    main = [name for name, points in loss.get("phases", {}).items() if points == loss["history"]]
    return f"final loss of the {main[0]} (per image, training)" if main else f"final loss ({loss['unit']}, training)"


def _held_out(run: Mapping[str, Any], name: str) -> Cell:
    points = run["loss"].get("measured")
    return round(points[-1][name], 4) if points else "not measured: no document is held out"


def passes(run: Mapping[str, Any]) -> float:
    """How often each example was seen, on average; planted ones, seen once each, left out."""
    return float((run["steps"] * run["recipe"]["batch"] - run["planted_examples"]) / run["examples"])


def _exhibits(checkpoint: Checkpoint) -> tuple[Exhibit, ...]:
    exhibits: list[Exhibit] = [_loss_curve(checkpoint.run)] if checkpoint.run["steps"] else []
    exhibits += [*_held_out_curve(checkpoint.run), *tuning_tables(checkpoint.run)]
    if checkpoint.canaries:
        exhibits.append(_canary_table(checkpoint))
    if checkpoint.run.get("weighting", {}).get("groups"):
        exhibits.append(_group_table(checkpoint.run))
    if "kl_per_dimension" in checkpoint.run["diagnostics"]:
        exhibits.append(_divergence_chart(checkpoint.run))
    run = checkpoint.run
    shown = (*image_exhibits(checkpoint), *table_exhibits(checkpoint))
    return (*exhibits, *gan_exhibits(run), *diffusion_exhibits(run), *shown)


def _loss_curve(run: Mapping[str, Any]) -> Chart:
    stretch = int(run["loss"]["history"][0][0])
    note = "Loss of each step's batch." if stretch == 1 else f"Mean over stretches of {stretch} steps."
    curves = run["loss"].get("phases") or {"training loss": run["loss"]["history"]}
    series = tuple(
        Series(name, tuple(float(step) for step, _ in points), tuple(loss for _, loss in points))
        for name, points in curves.items()
    )
    return Chart("training-loss", "Training loss", "line", "step", run["loss"]["unit"], series, note)


def _held_out_curve(run: Mapping[str, Any]) -> list[Chart]:
    points = run["loss"].get("measured")
    units = {"bits_per_byte": "bits per byte", "nats_per_row": "nats per row"}
    name = next((name for name in units if points and name in points[0]), None)
    if not points or len(points) < 2 or name is None:
        return []
    steps = tuple(float(point["step"]) for point in points)
    series = Series(units[name], steps, tuple(point[name] for point in points))
    note = (
        f"{_measured_on(run)} each time. A curve that rises while the training loss falls says that the model learns "
        "its documents by heart."
    )
    title = "Loss on documents that training never sees"
    return [Chart("held-out-loss", title, "line", "step", units[name], (series,), note)]


def _measured_on(run: Mapping[str, Any]) -> str:
    if "validation" in run:
        text = run["validation"]
        return f"The same {text['documents']:,} held-out documents ({text['bytes']:,} bytes)"
    return "The bound on the same held-out rows, by few importance samples,"


def _canary_table(checkpoint: Checkpoint) -> Table:
    rows = tuple(
        (canary.id, canary.prefix.strip(), canary.repetitions, len(checkpoint.ledger.steps_of(canary.id)))
        for canary in checkpoint.canaries
    )
    note = (
        "Secrets planted in the training stream, never in the corpus, and shown this often in the whole training. "
        "Those shown 0 times tell what a guess looks like."
    )
    columns = ("canary", "prefix", "times shown", "steps that saw it")
    return Table("canaries", "Planted canaries", columns, rows, note)


def _group_table(run: Mapping[str, Any]) -> Table:
    groups = run["weighting"]["groups"]
    rows = tuple((name, one["documents"], one["share"], one["weighted_share"]) for name, one in groups.items())
    note = f"By {run['weighting']['balance']}. Windows with documents of two groups are counted by their tokens."
    columns = ("group", "documents", "share of the data", "share of the training")
    return Table("balance", "Groups in equal shares", columns, rows, note)


def _divergence_chart(run: Mapping[str, Any]) -> Chart:
    nats = sorted(run["diagnostics"]["kl_per_dimension"], reverse=True)
    series = Series("divergence", tuple(str(rank + 1) for rank in range(len(nats))), tuple(nats))
    note = f"A dimension at 0 nats carries nothing about the {_example(run)}."
    return Chart(
        "latent-divergence",
        "What each latent dimension carries",
        "bar",
        "latent dimension, by rank",
        "nats",
        (series,),
        note,
    )


def _example(run: Mapping[str, Any]) -> str:
    """What one example is: an image or a row."""
    return str(run["loss"]["unit"]).rsplit(" ", 1)[-1]


def _diverged(run: Mapping[str, Any]) -> Finding | None:
    first, final = run["loss"]["first"], run["final_loss"]
    if run.get("tuning", {}).get("ids"):
        return None  # a first batch says little of a model that can do something; held-out documents do (HW-T053)
    if not run["steps"] or not run["loss"]["falls"] or (math.isfinite(final) and final < first):
        return None
    return Finding(
        code="HW-T001",
        severity="high",
        title="Training diverged",
        meaning=f"The loss ended at {final:.3f}, not below the {first:.3f} at the start: the model learned nothing.",
        advice="Lower model.learning_rate and model.matrix_learning_rate, or train for more steps.",
    )


def _collapsed(run: Mapping[str, Any]) -> Finding | None:
    diagnostics = run["diagnostics"]
    if "active_units" not in diagnostics or diagnostics["active_units"] >= ACTIVE_SHARE * diagnostics["latent"]:
        return None
    active, latent = diagnostics["active_units"], diagnostics["latent"]
    return Finding(
        code="HW-T002",
        severity="medium" if active else "high",
        title="The latent space has collapsed",
        meaning=f"Only {active} of {latent} latent dimensions carry anything about the {_example(run)}: samples will "
        "look alike.",
        advice="Train for more steps or choose a smaller model.size.",
    )


def _passes(run: Mapping[str, Any]) -> Finding | None:
    count = passes(run)
    if not run["steps"]:
        return None
    if count < 1:
        return Finding(
            code="HW-T003",
            severity="low",
            title="Training ended before every document was seen",
            meaning=f"The steps cover {count:.0%} of the training data; the ledger says which documents were seen.",
            advice="Raise model.steps, or lower model.documents.",
        )
    if count <= MANY_PASSES:
        return None
    return Finding(
        code="HW-T004",
        severity="info",
        title="Each document was seen many times",
        meaning=f"The training data were passed {count:.1f} times. Beyond about {MANY_PASSES:.0f} passes a model gains "
        "little and begins to memorize.",
        advice="Train on more documents or for fewer steps, and read the memorization scores.",
    )
