"""How much text, how many different words, and how it reads to a model of the corpus before: one side of a cost."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import UNKNOWN, Corpus, Progress, UsageError
from ..duplicates import split_words
from ..duplicates.shingles import word_hashes
from ..filters.kneser_ney import KneserNey, train
from ..filters.sample import draw

COUNTERFACTUAL_OF = "counterfactual-of"
FIXED = 50_000
SAMPLE = 20_000
VOCABULARY = 50_000


@dataclass(frozen=True, slots=True)
class TextSide:
    """One corpus: totals, documents by source, and of each document its words (int64) and its place in the draw."""

    documents: int
    words: int
    distinct: int
    sources: Counter[str]
    sizes: np.ndarray
    places: np.ndarray


def read_side(corpus: Corpus, seed: int, progress: Progress) -> TextSide:
    """One pass; memory: 16 bytes a document and 8 a different word. Of a table's row the JSON text is counted."""
    distinct, sources = np.zeros(0, np.uint64), Counter[str]()
    sizes, places = [np.zeros(0, np.int64)], [np.zeros(0)]
    kind = corpus.modality
    with progress.task("cost of mitigation", len(corpus)) as task:
        for batch in corpus.batches(["id", "source", *([kind] if kind != "image" else [])]):
            sources.update(batch.column("source").fill_null(UNKNOWN).to_pylist())
            if kind != "image":
                words = split_words(_texts(batch, kind))
                sizes.append(np.diff(words.borders))
                distinct = np.union1d(distinct, word_hashes(words))
                places.append(draw(batch.column("id").to_pylist(), seed))
            task.advance(batch.num_rows)
    found = np.concatenate(sizes)
    return TextSide(len(corpus), int(found.sum()), len(distinct), sources, found, np.concatenate(places))


def distinct_in(corpus: Corpus, side: TextSide, words: int) -> int:
    """Different words among the first ``words`` words of the documents in the order of the draw."""
    order = np.argsort(side.places, kind="stable")
    ends = np.cumsum(side.sizes[order])
    chosen = order[: int(np.searchsorted(ends, words)) + 1]
    parts = _hashes_of(corpus, set(chosen.tolist()))
    return len(np.unique(np.concatenate([parts[row] for row in chosen.tolist()])[:words])) if len(chosen) else 0


def entropy(counts: Counter[str]) -> float:
    """Shannon's entropy of the shares, in bits."""
    total = counts.total()
    return max(0.0, -sum(n / total * math.log2(n / total) for n in counts.values() if n)) if total else 0.0


def reference_model(corpus: Corpus, seed: int, progress: Progress) -> KneserNey | None:
    """A trigram model of one half of the documents (at most 20,000 of them); None where it holds too few words."""
    with progress.task("reference model"):
        try:
            return train(_half_texts(corpus, seed), VOCABULARY)
        except UsageError:
            return None


def perplexity(model: KneserNey, corpus: Corpus) -> tuple[float, float, float, int] | None:
    """exp(mean surprise a word) on the half that the model was not trained on: value, low, high, documents.

    The interval is the delta method over documents (Cochran 1977, section 6). None where there is no word.
    """
    losses, words = [np.zeros(0)], [np.zeros(0, np.int64)]
    for batch in corpus.batches(["id", "text", "attributes"]):
        unseen = pa.array([not _is_trained(name) for name in _origins(batch)], pa.bool_())
        loss, count = model.surprise(_texts(batch, "text").filter(unseen))
        losses.append(loss)
        words.append(count)
    loss, count = np.concatenate(losses), np.concatenate(words)
    total = int(count.sum())
    if not total:
        return None
    mean, n = float(loss.sum()) / total, int((count > 0).sum())
    influence = (loss - mean * count) / total
    half = 1.959963984540054 * math.sqrt(n / (n - 1) * float(influence @ influence)) if n > 1 else math.inf
    if not math.isfinite(half):
        return None
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half), n


def _half_texts(corpus: Corpus, seed: int) -> Iterator[pa.Array]:
    ids = [name for name in corpus.ids() if _is_trained(name)]
    order = np.argsort(draw(ids, seed), kind="stable")[:SAMPLE]
    chosen = {ids[row] for row in order.tolist()}
    for batch in corpus.batches(["id", "text"]):
        wanted = pa.array([name in chosen for name in batch.column("id").to_pylist()], pa.bool_())
        yield _texts(batch, "text").filter(wanted)


def _is_trained(name: str) -> bool:
    """A fair coin by the content half of the id, so that a copy falls on the side of what it is a copy of."""
    return int(name[:1] if name[:1] in "0123456789abcdef" else "0", 16) % 2 == 0


def _origins(batch: pa.RecordBatch) -> list[str]:
    """The id of each document, of an added copy that of the document it was made from."""
    pairs = zip(batch.column("id").to_pylist(), batch.column("attributes").to_pylist(), strict=True)
    return [dict(attributes or ()).get(COUNTERFACTUAL_OF, name) for name, attributes in pairs]


def _hashes_of(corpus: Corpus, rows: set[int]) -> dict[int, np.ndarray]:
    found: dict[int, np.ndarray] = {}
    start = 0
    for batch in corpus.batches([corpus.modality]):
        here = sorted(row - start for row in rows if start <= row < start + batch.num_rows)
        if here:
            words = split_words(_texts(batch, corpus.modality).take(pa.array(here)))
            hashes = word_hashes(words)
            for place, row in enumerate(here):
                found[start + row] = hashes[words.borders[place] : words.borders[place + 1]]
        start += batch.num_rows
    return found


def _texts(batch: pa.RecordBatch, kind: str) -> pa.Array:
    return batch.column(kind).fill_null("").cast(pa.large_string())
