"""Samples that were made elsewhere, read into the table that metrics look at."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from ..core import Corpus, InputError, Progress, did_you_mean
from ..curate import Rejected, columns_from, columns_of, redact
from ..models import FinishedSamples
from .base import IMAGE_SAMPLE_SCHEMA, SAMPLE_SCHEMA, TABLE_SAMPLE_SCHEMA

MOST_ROWS, MOST_NAMED = 1_000_000, 10
KINDS = ("free", "prefix", "repeat", "counterfactual")
TAKEN = ("id", "kind", "prompt", "reference", "document_id", "group", "pair")


def read_samples(model: FinishedSamples, progress: Progress) -> pa.Table:
    """The samples of a file or folder: :data:`SAMPLE_SCHEMA`, or that of images or tables.

    A row without a kind is ``free``. Nothing is left out in silence: a row that cannot be read raises
    :class:`InputError` with its place and the rule that it breaks.
    """
    rejected: list[Rejected] = []
    source = model.source()
    rows: list[dict[str, Any]] = []
    for batch in source.batches(rejected.append, progress):
        for record in batch.to_pylist():
            rows.append(MAKERS[model.modality][0](record, len(rows), model))
        if len(rows) > MOST_ROWS:
            raise InputError(f"{model.name}: more than {MOST_ROWS:,} samples; give a part of them")
    if rejected:
        first = rejected[0]
        raise InputError(
            f"{first.locator}: {first.rule}: {redact(first.evidence)}; {len(rejected)} sample(s) cannot be "
            "read, correct or remove them"
        )
    if not rows:
        raise InputError(f"{model.name}: holds no samples")
    return pa.Table.from_pylist(rows, schema=MAKERS[model.modality][1])


def check_columns(model: FinishedSamples, samples: pa.Table, corpus: Corpus) -> None:
    """Raise :class:`InputError` where synthetic rows lack columns of the table that they are held against."""
    if corpus.modality != "table":
        raise InputError(f"{model.name}: holds rows of a table, and the corpus holds {corpus.modality}s")
    real, made = columns_of(corpus).found, columns_from(samples.select(["table"]).to_batches()).found
    missing = [name for name in real if name not in made]
    if missing:
        shown = ", ".join(repr(redact(name)) for name in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
        hint = did_you_mean(missing[0], made)
        raise InputError(
            f"{model.name}: lacks the column(s) {shown}{more} of the real table; {hint}rename or add them, or take "
            "them out of the real table"
        )


def _text(record: Mapping[str, Any], number: int, model: FinishedSamples) -> dict[str, Any]:
    values = json.loads(record["table"])
    place = dict(record["attributes"] or ()).get("locator") or f"row {number + 1}"
    output = values.get(model.output)
    if not isinstance(output, str):
        hint = did_you_mean(model.output, values)
        listed = ", ".join(sorted(values)[:20])
        raise InputError(
            f"{place}: no text in the column {model.output!r}; {hint}name it with output: (it has {listed})"
        )
    taken = {name: None if values.get(name) in (None, "") else str(values[name]) for name in TAKEN}
    kind = taken["kind"] or "free"
    if kind not in KINDS:
        raise InputError(f"{place}: no kind of sample {kind!r}; kinds: {', '.join(KINDS)}")
    seed = values.get("seed")
    return {
        **taken,
        "id": taken["id"] or f"sample-{number:06d}",
        "kind": kind,
        "output": output,
        "seed": seed if isinstance(seed, int) and not isinstance(seed, bool) and abs(seed) < 2**63 else None,
        "model": model.hash,
        "parameters": json.dumps(dict(_others(values, model.output)), sort_keys=True, ensure_ascii=False),
    }


def _others(values: Mapping[str, Any], output: str) -> Iterator[tuple[str, Any]]:
    """Columns that have no place of their own, numbers and short texts."""
    for name, value in values.items():
        if name not in (*TAKEN, "seed", output) and (not isinstance(value, str) or len(value) <= 200):
            yield name, value


def _image(record: Mapping[str, Any], number: int, model: FinishedSamples) -> dict[str, Any]:
    sizes = {side: record[side] for side in ("height", "width", "channels")}
    label = dict(record["attributes"] or ()).get("label")
    return {"id": f"image-{number:05d}", "image": record["image"], **sizes, "label": label, "model": model.hash}


def _row(record: Mapping[str, Any], number: int, model: FinishedSamples) -> dict[str, Any]:
    return {"id": f"row-{number:06d}", "table": record["table"], "model": model.hash}


MAKERS: Mapping[str, tuple[Callable[[Mapping[str, Any], int, FinishedSamples], dict[str, Any]], pa.Schema]] = {
    "text": (_text, SAMPLE_SCHEMA),
    "image": (_image, IMAGE_SAMPLE_SCHEMA),
    "table": (_row, TABLE_SAMPLE_SCHEMA),
}
