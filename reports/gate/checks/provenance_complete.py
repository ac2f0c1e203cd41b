"""Whether every document says where it comes from, under which licence, and when it was collected."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .columns import batches

NAME = "provenance-complete"
FIELDS = ("source", "licence", "collected")
UNKNOWN = ["", "unknown", "noassertion", "none"]
METHOD = "every document's source, licence and date of collection; empty, unknown and NOASSERTION count as missing"


@CHECKS.register(NAME, source="NIST AI 600-1 GV-1.2-001; template of Art. 53(1)(d), sections 2.1-2.6")
def provenance_complete(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the documents with a source, a licence and a date of collection, together and each alone."""
    found: list[Measurement] = []
    for track in run.tracks():
        corpus = run.corpus(track)
        if corpus is not None and len(corpus):
            found += _shares(corpus.folder, corpus.schema.names, track)
    return found or [NotMeasured(NAME, "the run has no corpus with documents")]


def _shares(folder: Path, names: Sequence[str], track: str) -> list[Measurement]:
    held, total = dict.fromkeys(("all three", *FIELDS), 0), 0
    for batch in batches(folder, [name for name in FIELDS if name in names]):
        total += batch.num_rows
        masks = {name: _known(batch, name) for name in FIELDS}
        whole = masks["source"]
        for mask in masks.values():
            whole = pc.and_(whole, mask)
        for name, mask in {"all three": whole, **masks}.items():
            held[name] += pc.sum(mask).as_py() or 0
    where = {"track": track} if track else {}
    return [share(NAME, count, total, METHOD, "documents", field=name, **where) for name, count in held.items()]


def _known(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name not in batch.schema.names:
        return pa.array([False] * batch.num_rows)
    text = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(pc.cast(batch.column(name), pa.string()), "")))
    return pc.invert(pc.is_in(text, pa.array(UNKNOWN)))
