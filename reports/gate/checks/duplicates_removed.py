"""Whether copies were taken out: exact ones are counted again, near ones need the step that looks for them."""

import hashlib
from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .columns import batches
from .steps import steps_of

NAME = "duplicates-removed"
EXACT = "SHA-256 of every text, white space at the ends aside; a copy of an earlier document counts"
NEAR = {
    "text": ("near-duplicates", "semantic-duplicates", "sequence-identity"),
    "image": ("near-duplicate-images", "similar-images"),
    "table": ("duplicate-rows",),
}


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.10-003; Lee et al. 2022 (arXiv 2107.06499)")
def duplicates_removed(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the texts that are no exact copy of another, and whether a step looked for near copies."""
    found: list[Measurement] = []
    for track in run.tracks():
        corpus, kind = run.corpus(track), run.modality(track)
        if corpus is None or kind is None or not len(corpus):
            continue
        where = {"track": track} if track else {}
        if kind == "text":
            seen = {_digest(text) for batch in batches(corpus.folder, ["text"]) for text in batch.column(0).to_pylist()}
            found.append(share(NAME, len(seen), len(corpus), EXACT, "documents", copies="exact", **where))
        looked = [step for step in steps_of(run, track) if step in NEAR[kind]]
        reason = f"no step looked for near copies; add one of {', '.join(NEAR[kind])} to curate"
        found.append(
            share(NAME, 1, 1, f"steps of curation: {', '.join(looked)}", copies="near", **where)
            if looked
            else NotMeasured(NAME, reason, {"copies": "near", **where})
        )
    return found or [NotMeasured(NAME, "the run has no corpus with documents")]


def _digest(text: str | None) -> bytes:
    return hashlib.sha256((text or "").strip().encode("utf-8", "surrogatepass")).digest()[:16]
