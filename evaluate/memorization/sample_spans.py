"""The passages of samples that stand in the corpus, found once for all metrics that ask whose they are."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..base import Subject
from .index import Place, Span

MOST_DOCUMENTS = 100
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SampleSpan:
    """A maximal span of one sample. ``places`` are the first 100 documents that hold it, kept ones before removed ones;
    of ``boilerplate``, which stands in more kept documents than the limit, they are left out.
    """

    sample: str
    kind: str
    span: Span
    pattern: bytes
    boilerplate: bool
    places: tuple[Place, ...]


def text_samples(subject: Subject) -> list[Mapping[str, str]]:
    """Samples of text with an output: id, kind, prompt and output."""
    if subject.samples is None or "output" not in subject.samples.schema.names:
        return []
    rows: list[dict[str, str]] = subject.samples.select(["id", "kind", "prompt", "output"]).to_pylist()
    return [row for row in rows if row["output"]]


def sample_spans(subject: Subject, minimum: int, boilerplate: int) -> Sequence[SampleSpan]:
    """Every span of ``minimum`` bytes or more of every sample, in order; made once for a subject."""
    return subject.once(f"sample spans {minimum} {boilerplate}", lambda: list(_spans(subject, minimum, boilerplate)))


def _spans(subject: Subject, minimum: int, boilerplate: int) -> Iterator[SampleSpan]:
    index, samples = subject.index, text_samples(subject)
    with subject.progress.task("passages of samples", len(samples)) as task:
        for sample in samples:
            query = sample["output"].encode("utf-8", "surrogatepass")
            for span in index.spans(sample["output"], minimum):
                pattern = query[span.byte_start : span.byte_end]
                common = index.document_counts(pattern)["kept"] > boilerplate
                places = () if common else tuple(index.documents(pattern, MOST_DOCUMENTS))
                yield SampleSpan(sample["id"], sample["kind"], span, pattern, common, places)
            task.advance(1)


def maximal_ranges(size: int, minimum: int, holds: Callable[[int, int], bool]) -> list[Range]:
    """The maximal ranges within [0, size) of at least ``minimum`` for which ``holds``; both ends rise strictly.

    ``holds(start, end)`` must hold for every part of a range that it holds for. About size / minimum * log(minimum)
    questions are asked.
    """
    found: list[Range] = []
    start, minimum = 0, max(1, minimum)
    while start + minimum <= size:
        end = start + minimum
        if holds(start, end):
            low = start
            end += bisect_left(range(end + 1, size + 1), True, key=lambda place: not holds(low, place))
            found.append((start, end))
            if end == size:
                break
            end += 1
        # no window that begins before this place can hold: it would have the range from there to ``end`` in it
        last = end
        start += 1 + bisect_left(range(start + 1, end), True, key=lambda place: holds(place, last))
    return found


def rest_of(size: int, minimum: int, covered: Sequence[Range]) -> list[Range]:
    """The union of the windows of ``minimum`` in [0, size) that lie in none of the ``covered`` ranges."""
    minimum, rest, start = max(1, minimum), [], 0
    for low, high in (*covered, (size - minimum + 1, 2 * size + minimum)):
        if low > start:
            rest.append((start, low - 1 + minimum))
        start = max(start, high - minimum + 1)
    merged: list[Range] = []
    for low, high in rest:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged
