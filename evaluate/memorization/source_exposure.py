"""What the model repeats, by the source and the licence of the documents that it stands in."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...core import IncompleteError, Measurement, Score, Table
from ...curate import redact
from ...models import training_is_known
from ..base import METRICS, Outcome, Subject
from ..lineage import times_seen
from ..statistics import clopper_pearson
from .sample_spans import SampleSpan, sample_spans

SHOWN, SCORED = 100, 20
Owner = tuple[str, str]


@dataclass(slots=True)
class SourceUse:
    """One source under one licence: its documents, what training saw of them, and the samples that repeat them.

    ``free`` and ``prompted`` are ids of samples that repeat ``minimum`` bytes or more; ``repeated`` counts for each
    document the samples that repeat it; ``longest`` is the longest such span in bytes. ``times`` sums over the
    documents the optimizer steps that saw one, None where that is unknown.
    """

    source: str
    licence: str
    kept: int = 0
    removed: int = 0
    characters: int = 0
    trained: int | None = None
    times: int | None = None
    free: set[str] = field(default_factory=set)
    prompted: set[str] = field(default_factory=set)
    repeated: Counter[str] = field(default_factory=Counter)
    longest: int = 0


def source_uses(subject: Subject, minimum: int = 50, boilerplate: int = 50) -> tuple[SourceUse, ...]:
    """Every source and licence of the corpus, those that most samples repeat first.

    Spans that stand in more than ``boilerplate`` kept documents are nobody's and left out. Raises
    :class:`IncompleteError` for a corpus that is not text.
    """
    if subject.corpus.modality != "text":
        raise IncompleteError(f"spans are matched in text, and this corpus holds {subject.corpus.modality}s")
    return subject.once(f"source uses {minimum} {boilerplate}", lambda: _uses(subject, minimum, boilerplate))


def _uses(subject: Subject, minimum: int, boilerplate: int) -> tuple[SourceUse, ...]:
    owners: dict[str, Owner] = {}
    uses: dict[Owner, SourceUse] = {}
    for kept, part in ((True, subject.corpus), (False, subject.removed)):
        for batch in part.batches(["id", "source", "licence", "text"]) if part else ():
            for row in batch.to_pylist():
                owner = owners[row["id"]] = (row["source"] or "unknown", row["licence"] or "unknown")
                use = uses.setdefault(owner, SourceUse(*owner))
                use.kept, use.removed = use.kept + kept, use.removed + (not kept)
                use.characters += len(row["text"] or "") * kept
    _add_training(subject, owners, uses)
    touched: set[tuple[str, str]] = set()
    for found in sample_spans(subject, minimum, boilerplate):
        touched.update((found.sample, name) for name in _add_span(found, owners, uses))
    for _, name in sorted(touched):
        uses[owners[name]].repeated[name] += 1
    key = lambda use: (-len(use.free | use.prompted), -use.longest, -use.characters, use.source, use.licence)  # noqa: E731
    return tuple(sorted(uses.values(), key=key))


def _add_training(subject: Subject, owners: Mapping[str, Owner], uses: Mapping[Owner, SourceUse]) -> None:
    if subject.checkpoint is None or not training_is_known(subject.checkpoint):
        return
    for use in uses.values():
        use.trained = use.times = 0
    for name, times in times_seen(subject.checkpoint).items():
        if name in owners:
            use = uses[owners[name]]
            use.trained, use.times = (use.trained or 0) + 1, (use.times or 0) + times


def _add_span(found: SampleSpan, owners: Mapping[str, Owner], uses: Mapping[Owner, SourceUse]) -> Iterator[str]:
    """Count a span for whom it belongs to; gives the documents that hold it."""
    for place in found.places:
        if place.document_id not in owners:
            continue  # a planted canary belongs to nobody
        use = uses[owners[place.document_id]]
        (use.free if found.kind == "free" else use.prompted).add(found.sample)
        use.longest = max(use.longest, len(found.pattern))
        yield place.document_id


@METRICS.register(
    "source-exposure",
    source="suffix array of Manber & Myers 1993; joined with the record of curation and the ledger of training",
    unit="share of free samples",
    range="[0, 1]",
    needs="sample",
    protocol=(
        "free samples that hold a maximal byte span of at least the minimum length which stands in a document of the "
        "source, over all free samples; spans in more kept documents than the boilerplate limit belong to no source"
    ),
    pitfalls=(
        "A passage that stands in several sources counts for each of them. A source that no sample repeats may still "
        "be memorized: samples show what was said, not what could be."
    ),
)
def measure_source_exposure(subject: Subject, minimum: int = 50, boilerplate: int = 50) -> Outcome:
    """For each source and licence: documents, what training saw, and how many samples repeat ``minimum`` bytes or more.

    Free samples are what the model says by itself; prompted ones were given the beginning of a document or another
    prompt, and count apart. Spans in more than ``boilerplate`` kept documents are left out.
    """
    samples = [row for row in subject.samples_of("free") if row["output"]]
    if not samples:
        raise IncompleteError("there are no free samples; set sample.free above 0")
    uses = source_uses(subject, minimum, boilerplate)
    method = (
        f"source-exposure/1 maximal byte spans of at least {minimum} bytes, in at most {boilerplate} kept documents"
    )
    scores: list[Measurement] = [_score(use, len(samples), method) for use in uses[:SCORED] if use.free]
    touched = [use for use in uses if use.free]
    scores.append(
        Score(
            "sources-repeated", len(touched) / len(uses), len(uses), "share of sources", method, direction="lower",
            interval="every source was looked at",
        )
    )  # fmt: skip
    return Outcome(tuple(scores), exhibits=(exposure_table(uses, minimum),))


def _score(use: SourceUse, n: int, method: str) -> Score:
    low, high = clopper_pearson(len(use.free), n)
    return Score(
        "source-exposure", len(use.free) / n, n, "share of free samples", method, low, high,
        interval="Clopper-Pearson", direction="lower", example_ids=tuple(sorted(use.free))[:SCORED],
        slice={"source": redact(use.source), "licence": use.licence},
    )  # fmt: skip


def exposure_table(uses: Sequence[SourceUse], minimum: int) -> Table:
    """One row for each source and licence, the most repeated first."""
    columns = (
        "source", "licence", "kept documents", "removed documents", "characters", "documents trained on",
        "times seen", "free samples", "prompted samples", "documents repeated", "longest span (bytes)",
    )  # fmt: skip
    rows = tuple(
        (redact(use.source), use.licence, use.kept, use.removed, use.characters, use.trained, use.times,
         len(use.free), len(use.prompted), len(use.repeated), use.longest or None)
        for use in uses[:SHOWN]
    )  # fmt: skip
    more = f"; {len(uses) - SHOWN:,} more sources are left out" if len(uses) > SHOWN else ""
    tells = "'headwater trace RUN --source NAME' tells the rest"
    note = f"samples that repeat {minimum} bytes or more word for word{more}; {tells}"
    return Table("source-exposure", "What the model repeats, by source and licence", columns, rows, note)
