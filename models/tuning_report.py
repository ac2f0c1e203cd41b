"""What the report of a training says of a fine-tuning: parent, what trained, the loss before and after, findings."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core import Cell, Exhibit, Finding, Measurement, NotMeasured, Score, Table, generator

METRIC = "held-out-loss"
RESAMPLES, SHOWN = 2_000, 10
INTERVAL = "percentile bootstrap over documents, 2,000 resamples (Efron & Tibshirani 1993, chapter 13)"


def tuning_facts(run: Mapping[str, Any]) -> dict[str, Cell]:
    """Facts of a fine-tuning; empty for other trainings."""
    if "tuning" not in run:
        return {}
    return {
        "parent": run["parent"][:12],
        "parent is": {"gguf": "a GGUF file", "hugging-face": "a Hugging Face folder"}.get(
            run["base"]["kind"], "a headwater checkpoint"
        ),
        "trainable parameters": run["trainable_parameters"],
        "share that trains": f"{run['trainable_parameters'] / run['parameters']:.2%}",
    }


def tuning_scores(run: Mapping[str, Any]) -> tuple[Measurement, ...]:
    """Bits per byte on held-out documents before and after, and the change of each document's."""
    if "tuning" not in run:
        return ()
    tuning = run["tuning"]
    if not tuning["ids"]:
        return (NotMeasured(METRIC, "no document is held out that the parent was not trained on; raise held_out"),)
    sizes = np.array(tuning["bytes"], np.float64)
    bits = {side: np.array(tuning[side]) / math.log(2) for side in ("before", "after")}
    change = bits["after"] - bits["before"]
    return tuple(_score(values, sizes, run, side) for side, values in {**bits, "after - before": change}.items())


def tuning_tables(run: Mapping[str, Any]) -> tuple[Exhibit, ...]:
    """The measured documents, those that changed most first, and the corpus against the parent's."""
    if "tuning" not in run:
        return ()
    tuning, rows = run["tuning"], []
    for name, size, before, after in zip(*(tuning[key] for key in ("ids", "bytes", "before", "after")), strict=True):
        bits = [nats / math.log(2) / size for nats in (before, after)]
        rows.append((name, size, *(round(value, 4) for value in (*bits, bits[1] - bits[0]))))
    rows.sort(key=lambda row: -abs(row[4]))
    columns = ("held-out document", "bytes", "before", "after", "after - before")
    note = "Bits per byte of documents that were not trained on, here or, as far as is known, in the parent."
    tables = [Table("held-out-before-after", "Held-out documents before and after", columns, tuple(rows[:SHOWN]), note)]
    if "lineage" in run:
        counts = tuple((name, run["lineage"][name]) for name in ("kept", "reweighted", "removed", "added"))
        note = "Of the documents trained on. Reweighted: kept, but with another number of places. See lineage.json."
        tables.append(Table("lineage", "The corpus against the parent's", ("documents", "number"), counts, note))
    return tuple(tables)


def tuning_findings(run: Mapping[str, Any]) -> tuple[Finding, ...]:
    """HW-T050 to HW-T053."""
    if "tuning" not in run:
        return ()
    return tuple(finding for finding in (_known(run), _removed(run), _unknown(run), _worse(run)) if finding)


def _score(values: np.ndarray, sizes: np.ndarray, run: Mapping[str, Any], side: str) -> Score:
    """Sum of bits over sum of bytes, resampled by document."""
    n = len(values)
    rows = generator(int(run["recipe"]["seed"]), "bootstrap").integers(0, n, (RESAMPLES, n))
    drawn = values[rows].sum(1) / sizes[rows].sum(1)
    low, high = (float(bound) for bound in np.quantile(drawn, [0.025, 0.975]))
    bounds = {"low": low, "high": high, "interval": INTERVAL} if n > 1 else {"interval": "one document has no interval"}
    method = f"{METRIC}/1 corpus level, disjoint windows of {run['recipe']['context']} tokens, first 1000 characters"
    value = float(values.sum() / sizes.sum())
    return Score(METRIC, value, n, "bits per byte", method, direction="lower", slice={"model": side}, **bounds)


def _known(run: Mapping[str, Any]) -> Finding | None:
    known = run["tuning"]["known"]
    if not known:
        return None
    ids = tuple(run["tuning"]["known_ids"])
    return Finding(
        code="HW-T050",
        severity="high",
        title="Held-out documents were trained on by the parent",
        meaning=f"{known:,} documents are held out here, but the parent had them in training: scores that set trained "
        "against held-out documents are too good. The loss before and after leaves them out.",
        advice="Take the parent's seed and model.held_out, so that the same documents are held out.",
        document_ids=ids,
    )


def _removed(run: Mapping[str, Any]) -> Finding | None:
    removed = run.get("lineage", {}).get("removed", 0)
    if not removed:
        return None
    return Finding(
        code="HW-T051",
        severity="medium",
        title="Documents that were taken out are still in the parent's weights",
        meaning=f"{removed:,} documents of the parent's training are not in this one. Going on without a document does "
        "not make a model forget it; lineage.json lists them.",
        advice="Measure memorization of the removed documents. Where they must be gone, train anew without them.",
        document_ids=tuple(run["lineage"]["removed_ids"]),
    )


def _unknown(run: Mapping[str, Any]) -> Finding | None:
    if run["base"]["corpus"] is not None:
        return None
    return Finding(
        code="HW-T052",
        severity="info",
        title="What the parent was trained on is not known",
        meaning="The parent was made elsewhere. Held-out documents may have been in its training, and what it "
        "memorized of other texts cannot be seen from here.",
        advice="Read the parent's own documentation; take held-out documents that are younger than the parent.",
    )


def _worse(run: Mapping[str, Any]) -> Finding | None:
    scores = [score for score in tuning_scores(run) if isinstance(score, Score)]
    change = next((score for score in scores if score.slice["model"] == "after - before"), None)
    if change is None or change.low is None or change.low <= 0:
        return None
    tuning = run["tuning"]
    rises = [(b - a, name) for a, b, name in zip(tuning["before"], tuning["after"], tuning["ids"], strict=True)]
    worst = [name for rise, name in sorted(rises, reverse=True)[:5] if rise > 0]
    return Finding(
        code="HW-T053",
        severity="high",
        title="Fine-tuning made the model worse on held-out documents",
        meaning=f"The loss on documents that were not trained on rose by {change.value:.3f} bits per byte.",
        advice="Lower model.learning_rate, train for fewer steps, or let less train (lora with a smaller rank).",
        scores=(change,),
        document_ids=tuple(worst),
    )
