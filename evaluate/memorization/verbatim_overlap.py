"""How much of what the model says by itself stands word for word in the corpus."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...core import Chart, Example, Finding, IncompleteError, Score, Series, Severity, Table, wilson
from ...curate import example, excerpt
from ...models import training_is_known
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..lineage import times_seen
from ..statistics import mean_interval
from .index import Place, Span, SuffixIndex

EXAMPLES, MOST_DOCUMENTS = 20, 10_000
LONG = 200
"""Bytes: two or three sentences. A repeated span of this length is no figure of speech."""
EDGES = (75, 100, 150, 200, 300, 500)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A span of a sample with the number of documents that hold it, by origin.

    ``seen``: whether training saw one of them; True where nobody knows.
    """

    span: Span
    documents: Mapping[str, int]
    seen: bool = True

    @property
    def length(self) -> int:
        """Bytes."""
        return self.span.byte_end - self.span.byte_start


@dataclass(frozen=True, slots=True)
class Overlap:
    """One sample: its repeated spans, and which of them are boilerplate (in more than so many kept documents)."""

    id: str
    text: str
    spans: tuple[Repeated, ...]
    boilerplate: tuple[Repeated, ...]

    @property
    def share(self) -> float:
        """Share of the characters that repeated spans cover, boilerplate left out. Range [0, 1]."""
        return covered(self.spans) / len(self.text)

    @property
    def longest(self) -> int:
        """Bytes of the longest repeated span; 0 if none."""
        return max((repeated.length for repeated in self.spans), default=0)


def overlap(
    name: str, text: str, index: SuffixIndex, minimum: int = 50, boilerplate: int = 50,
    seen: Collection[str] | None = None,
) -> Overlap:  # fmt: skip
    """The maximal spans of ``text`` of at least ``minimum`` bytes that occur in the corpus.

    Spans held by more than ``boilerplate`` kept documents (licence texts, templates) are set apart. ``seen`` are the
    documents and canaries that training saw, None where that is unknown.
    """
    query = text.encode("utf-8", "surrogatepass")
    found = []
    for span in index.spans(text, minimum):
        pattern = query[span.byte_start : span.byte_end]
        known = seen is None or any(place.document_id in seen for place in index.documents(pattern, MOST_DOCUMENTS))
        found.append(Repeated(span, index.document_counts(pattern), known))
    common = tuple(repeated for repeated in found if repeated.documents["kept"] > boilerplate)
    return Overlap(name, text, tuple(repeated for repeated in found if repeated not in common), common)


def covered(spans: Sequence[Repeated]) -> int:
    """Characters in the union of the spans (which come in order)."""
    total = end = 0
    for repeated in spans:
        total += max(0, repeated.span.end - max(end, repeated.span.start))
        end = max(end, repeated.span.end)
    return total


@METRICS.register(
    "verbatim-overlap",
    source="suffix array of Manber & Myers 1993, as used on corpora by Lee et al. 2022 (arXiv 2107.06499)",
    unit="share of output characters",
    range="[0, 1]",
    needs="sample",
    protocol=(
        "characters of free samples in maximal byte spans of at least the minimum length that stand in kept or "
        "removed documents or canaries, over all characters; mean over samples"
    ),
    pitfalls=(
        "Common phrases and licence texts repeat without any memory: the boilerplate limit sets them apart, and a "
        "changed letter hides a copy. It sees what samples happened to say; a model may hold far more."
    ),
)
def measure_verbatim_overlap(subject: Subject, minimum: int = 50, boilerplate: int = 50) -> Outcome:
    """Share of freely sampled text that stands word for word in the corpus, in spans of at least ``minimum`` bytes.

    Searches kept and removed documents and planted canaries. Spans in more than ``boilerplate`` kept documents are
    counted apart. Where training is known, samples whose spans all stand in documents that it never saw are the
    control: they repeat common phrases, not memory. Finding HW-M001 shows the longest and rarest spans of the others
    with their documents.
    """
    samples = [row for row in subject.samples_of("free") if row["output"]]
    if not samples:
        raise IncompleteError(subject.why_no_samples("free"))
    index, found, seen = subject.index, [], _seen(subject)
    with subject.progress.task("verbatim overlap", len(samples)) as task:
        for row in samples:
            found.append(overlap(str(row["id"]), str(row["output"]), index, minimum, boilerplate, seen))
            task.advance(1)
    scores = _scores(found, minimum, boilerplate)
    items = _items(found, scores)
    if seen is not None:
        scores = (*scores, _control(found, minimum, boilerplate))
    exhibits = (_chart(found, minimum), _table(found, minimum))
    return Outcome(scores, _finding(found, index, scores, minimum), exhibits, items)


def _seen(subject: Subject) -> Collection[str] | None:
    if subject.checkpoint is None or not training_is_known(subject.checkpoint):
        return None
    checkpoint = subject.checkpoint
    return subject.once("times seen", lambda: times_seen(checkpoint)).keys()


def _control(found: Sequence[Overlap], minimum: int, boilerplate: int) -> Score:
    """Samples that repeat the corpus, and nothing of it that training saw."""
    hits = [item.id for item in found if item.spans and not any(repeated.seen for repeated in item.spans)]
    low, high = wilson(len(hits), len(found))
    method = (
        f"verbatim-overlap/1 maximal byte spans of at least {minimum} bytes in kept and removed documents, spans in "
        f"more than {boilerplate} kept documents left out; in no document that training saw"
    )
    return Score(
        "samples-with-overlap", len(hits) / len(found), len(found), "share of samples", method, low, high,
        interval="Wilson", direction="none", example_ids=tuple(hits)[:EXAMPLES],
        slice={"documents": "never seen in training"},
    )  # fmt: skip


def _scores(found: Sequence[Overlap], minimum: int, boilerplate: int) -> tuple[Score, ...]:
    method = f"verbatim-overlap/1 maximal byte spans of at least {minimum} bytes in kept and removed documents"
    without = f"{method}, spans in more than {boilerplate} kept documents left out"
    unit = "share of output characters"
    mean = mean_interval([item.share for item in found])
    whole = mean_interval([_share_with_boilerplate(item) for item in found])
    hits = sum(1 for item in found if item.spans)
    low, high = wilson(hits, len(found))
    return (
        Score("verbatim-overlap", mean.value, mean.n, unit, without, direction="lower", **mean.bounds(0, 1)),
        Score(
            "verbatim-overlap", whole.value, whole.n, unit, method, direction="lower",
            slice={"boilerplate": "included"}, **whole.bounds(0, 1),
        ),
        Score(
            "samples-with-overlap", hits / len(found), len(found), "share of samples", without, low, high,
            interval="Wilson", direction="lower", example_ids=tuple(item.id for item in found if item.spans)[:EXAMPLES],
        ),
    )  # fmt: skip


def _items(found: Sequence[Overlap], scores: Sequence[Score]) -> tuple[ItemValues, ...]:
    """The samples behind the three scores."""
    values = (
        [item.share for item in found],
        [_share_with_boilerplate(item) for item in found],
        [float(bool(item.spans)) for item in found],
    )
    ids = [item.id for item in found]
    return tuple(
        ItemValues.of_means(score.metric, score.method, score.slice, ids, numbers)
        for score, numbers in zip(scores, values, strict=True)
    )


def _share_with_boilerplate(item: Overlap) -> float:
    spans = sorted((*item.spans, *item.boilerplate), key=lambda repeated: repeated.span.start)
    return covered(spans) / len(item.text)


def _ranked(found: Sequence[Overlap], documents: int) -> list[tuple[float, Repeated, Overlap]]:
    """Every span that training may have seen, longest and rarest first.

    The key: bytes times log2(1 + documents in the index / documents that hold it).
    """
    weighted = [
        (repeated.length * math.log2(1 + documents / max(1, sum(repeated.documents.values()))), repeated, item)
        for item in found
        for repeated in item.spans
        if repeated.seen
    ]
    return sorted(weighted, key=lambda entry: (-entry[0], entry[2].id, entry[1].span.start))


def _finding(
    found: Sequence[Overlap], index: SuffixIndex, scores: tuple[Score, ...], minimum: int
) -> tuple[Finding, ...]:
    ranked = _ranked(found, len(index.ids))
    if not ranked:
        return ()
    items = list({item.id: item for _, _, item in ranked}.values())
    longest = max(repeated.length for _, repeated, _ in ranked)
    severity: Severity = "high" if longest >= LONG else "medium"
    examples = tuple(_example(item, index) for item in items[:EXAMPLES])
    ids = tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids))
    title = f"{len(items)} of {len(found)} free samples repeat {minimum} bytes or more of the corpus word for word"
    meaning = (
        f"Nobody asked for these texts: the model produced them by itself. The longest has {longest} bytes. Each span "
        "is highlighted and leads to the documents that hold it, with their licence and the steps that saw them."
    )
    if others := sum(bool(item.spans) for item in found) - len(items):
        meaning += f" Not counted here: {others} more repeating only what training never saw, as common phrases do."
    advice = (
        "Look at the documents behind the longest spans. Remove or deduplicate what must not be repeated and train "
        "again, or block these spans at generation."
    )
    return (Finding("HW-M001", severity, title, meaning, advice, scores, examples, ids),)


def _example(item: Overlap, index: SuffixIndex) -> Example:
    query = item.text.encode("utf-8", "surrogatepass")
    places: list[Place] = []
    for repeated in sorted(item.spans, key=lambda repeated: -repeated.length):
        places += index.documents(query[repeated.span.byte_start : repeated.span.byte_end], cap=10)
    ranges = [(repeated.span.start, repeated.span.end) for repeated in item.spans]
    note = f"longest span {item.longest} bytes, {100 * item.share:.0f} % of the sample repeated"
    return example(item.id, item.text, ranges, note, [place.document_id for place in places])


def _chart(found: Sequence[Overlap], minimum: int) -> Chart:
    edges = [minimum, *(edge for edge in EDGES if edge > minimum)]
    names = [f"{low} to {high - 1}" for low, high in zip(edges, edges[1:], strict=False)]
    labels = ("none", *names, f"{edges[-1]} up")
    lengths = [item.longest for item in found]
    bounds = [0, *edges, math.inf]
    counts = tuple(
        float(sum(low <= length < high for length in lengths)) for low, high in zip(bounds, bounds[1:], strict=False)
    )
    title = "Longest repeated span of each free sample"
    return Chart("verbatim-overlap", title, "bar", "bytes", "samples", (Series("samples", labels, counts),))


def _table(found: Sequence[Overlap], minimum: int) -> Table:
    rows = []
    for _, repeated, item in _ranked(found, 10**6)[:EXAMPLES]:
        shown, _ = excerpt(item.text[repeated.span.start : repeated.span.end], width=160)
        counts = repeated.documents
        rows.append((shown, repeated.length, counts["kept"], counts["removed"], counts["canary"], item.id))
    columns = ("span", "bytes", "kept documents", "removed documents", "canaries", "sample")
    title = f"Spans of at least {minimum} bytes that free samples repeat, longest and rarest first"
    return Table("repeated-spans", title, columns, tuple(rows))
