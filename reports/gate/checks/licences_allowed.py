"""Whether every document stands under a licence that the policy allows."""

from collections import Counter
from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ....curate import redact
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .columns import batches

NAME = "licences-allowed"
METHOD = "the SPDX expression of every document against the policy's list, letter case aside"
SHOWN = 20


@CHECKS.register(NAME, source="NIST AI 600-1 MP-4.1-010, GV-6.1-001; Regulation (EU) 2024/1689 Art. 53(1)(c)")
def licences_allowed(run: JudgedRun, allow: Sequence[str] = ()) -> Sequence[Measurement]:
    """Share of the documents whose licence is one of those in ``allow``; by licence for those that are not."""
    if not allow:
        return [NotMeasured(NAME, "the policy names no licences; give options: {allow: [MIT, CC-BY-4.0]}")]
    counts: Counter[str] = Counter()
    for track in run.tracks():
        corpus = run.corpus(track)
        if corpus is not None and "licence" in corpus.schema.names:
            for batch in batches(corpus.folder, ["licence"]):
                counts.update(value or "unknown" for value in batch.column("licence").to_pylist())
    total = sum(counts.values())
    if not total:
        return [NotMeasured(NAME, "the run has no corpus with licences")]
    allowed = {name.casefold() for name in allow}
    others = [(name, count) for name, count in counts.most_common() if name.casefold() not in allowed]
    held = total - sum(count for _, count in others)
    named = ", ".join(f"{redact(name[:80])} {count:,}" for name, count in others[:SHOWN])
    slice = {"not allowed": named} if named else {}
    return [share(NAME, held, total, METHOD, "documents", **slice)]
