"""The filter on how surprising a text is to an n-gram model: head, middle and tail as in CCNet."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import UNKNOWN, Cell, Corpus, Exhibit, Progress, Table, UsageError, derive_seed
from ..base import FILTERS, Annotation, Decision, Judgement
from .kneser_ney import KneserNey, train
from .reference_texts import reference_texts
from .sample import draw
from .text_column import ids_of, text_column
from .thresholds import Rule, fixed_rule

Bucket = Literal["head", "middle", "tail"]
BUCKETS: tuple[Bucket, ...] = ("head", "middle", "tail")
FEWEST = 30
ALL = "other languages"
SOURCE = "Wenzek et al. 2020, CCNet, section 3.4; Chen and Goodman 1999 (Kneser-Ney)"


@dataclass(frozen=True, slots=True)
class Perplexity:
    """Sorts documents into head, middle and tail; see :func:`perplexity`."""

    name: str
    keep: tuple[str, ...]
    maximum: float | None
    minimum_words: int
    sample: int
    vocabulary: int
    seed: int | None
    reference_sha256: str
    _model: KneserNey | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule on the value itself; none where the model is that of the corpus, which is not trained yet."""
        if self._model is None:
            return ()
        return (fixed_rule("maximum-perplexity", 0, "at most", float("inf") if self.maximum is None else self.maximum),)

    @property
    def limits(self) -> tuple[float, ...]:
        """The limit of the rule."""
        return tuple(rule.prose for rule in self.rules)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """The rows with enough words, and their perplexity under the reference model: float64 of shape (rows, 1)."""
        assert self._model is not None
        values, words = self._values(text_column(batch, self.name), (self._model,), np.zeros(batch.num_rows, np.int64))
        rows = np.flatnonzero(words >= self.minimum_words)
        return rows, values[rows, None]

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """An annotation with bucket and perplexity for each document, and removals of unwanted ones."""
        with progress.task("perplexity", 2 * len(corpus)) as task:
            models = (self._model,) if self._model is not None else self._train(corpus)
            task.advance(len(corpus))
            ids: list[str] = []
            languages: list[str] = []
            values, words = [np.zeros(0)], [np.zeros(0, np.int64)]
            for batch in corpus.batches(["id", "text", "language"]):
                names = ids_of(batch)
                measured, counted = self._values(text_column(batch, self.name), models, self._fold(names))
                values.append(measured)
                words.append(counted)
                ids += names
                languages += batch.column("language").fill_null(UNKNOWN).to_pylist()
                task.advance(batch.num_rows)
        return self._judgement(ids, languages, np.concatenate(values), np.concatenate(words))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The borders of the buckets by language, and how many documents are in each."""
        groups = sorted({key.split(": ", 1)[1] for key in tallies})
        rows: list[tuple[Cell, ...]] = [
            (
                group,
                *(tallies.get(f"{border}: {group}", 0) / 1000 for border in ("head-border", "tail-border")),
                *(tallies.get(f"{bucket}: {group}", 0) for bucket in BUCKETS),
            )
            for group in groups
        ]
        model = (
            "the reference text"
            if self.reference_sha256
            else "the corpus itself, each half scored by the other's model"
        )
        note = f"Word trigrams with Kneser-Ney smoothing, trained on {model}. {documents:,} documents; "
        note += f"those of fewer than {self.minimum_words} words are in no bucket."
        columns = ("language", "head below", "tail above", *BUCKETS)
        return (Table("perplexity", "Perplexity under an n-gram model", columns, tuple(rows), note),)

    def _fold(self, ids: Sequence[str]) -> np.ndarray:
        """Which of the two models may judge a document: the one that was not trained on it."""
        if self._model is not None:
            return np.zeros(len(ids), np.int64)
        return np.fromiter((_half(name) for name in ids), np.int64, len(ids))

    def _train(self, corpus: Corpus) -> tuple[KneserNey, ...]:
        """A model for each half, of the other one; none where a half is too small to learn from: nothing is judged."""
        try:
            return tuple(train(self._drawn(corpus, half), self.vocabulary) for half in (1, 0))
        except UsageError:
            return ()

    def _drawn(self, corpus: Corpus, half: int) -> Iterator[pa.Array]:
        ids = [name for name in corpus.ids() if _half(name) == half]
        places = draw(ids, derive_seed(self.seed or 0, self.name))
        chosen = {ids[row] for row in np.argsort(places, kind="stable")[: self.sample]}
        for batch in corpus.batches(["id", "text"]):
            wanted = np.array([name in chosen for name in ids_of(batch)], bool)
            yield text_column(batch, self.name).filter(pa.array(wanted)).cast(pa.large_string())

    def _values(self, texts: pa.Array, models: Sequence[KneserNey], fold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, words = np.zeros(len(texts)), np.zeros(len(texts), np.int64)
        for number, model in enumerate(models):
            rows = np.flatnonzero(fold == number)
            sums, counts = model.surprise(texts.take(pa.array(rows)))
            values[rows] = np.exp(sums / np.maximum(counts, 1))
            words[rows] = counts
        return np.round(values, 6), words

    def _judgement(
        self, ids: Sequence[str], languages: Sequence[str], values: np.ndarray, words: np.ndarray
    ) -> Judgement:
        scored = words >= self.minimum_words
        group = np.array(languages, dtype=object)
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        tallies: dict[str, int] = {}
        for name, rows in _groups(group, scored):
            head, tail = np.quantile(values[rows], (1 / 3, 2 / 3))
            places = (values[rows] > head).astype(int) + (values[rows] > tail)
            tallies |= {f"head-border: {name}": round(1000 * head), f"tail-border: {name}": round(1000 * tail)}
            tallies |= {f"{bucket}: {name}": int((places == place).sum()) for place, bucket in enumerate(BUCKETS)}
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                value, bucket = float(values[row]), BUCKETS[place]
                annotations.append(Annotation(ids[row], f"perplexity-{bucket}", score=value))
                if self.maximum is not None and value > self.maximum:
                    decisions.append(Decision(ids[row], "removed", "maximum-perplexity", value, self.maximum, bucket))
                elif bucket not in self.keep:
                    limit = float(head if bucket == "head" else tail)
                    decisions.append(Decision(ids[row], "removed", f"perplexity-{bucket}", value, limit, name))
        return Judgement(tuple(decisions), {}, tuple(annotations), tallies=tallies)


def _half(name: str) -> int:
    return hashlib.blake2b(name.encode(), digest_size=1, person=b"perplexity").digest()[0] & 1


def _groups(languages: np.ndarray, scored: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The scored rows of each language with enough of them, and of all others together."""
    rest = scored.copy()
    for language in sorted(set(languages[scored].tolist())):
        rows = np.flatnonzero(scored & (languages == language))
        if rows.size >= FEWEST:
            rest[rows] = False
            yield str(language), rows
    if rest.any():
        yield ALL, np.flatnonzero(rest)


@FILTERS.register("perplexity", source=SOURCE)
def perplexity(
    reference_path: str | None = None,
    keep: Sequence[Bucket] = BUCKETS,
    maximum: float | None = None,
    minimum_words: int = 20,
    sample: int = 20_000,
    vocabulary: int = 50_000,
    seed: int | None = None,
) -> Perplexity:
    """Measure how surprising a document is to a word trigram model; sort into head, middle and tail.

    The model (Kneser-Ney) is trained on the texts at ``reference_path``, or on the corpus itself: two models on
    ``sample`` documents of one half each, and each document is judged by the model that has not seen its half. The
    borders of head, middle and tail are the terciles of each language. Documents in buckets that are not in ``keep``,
    or above the perplexity ``maximum``, are removed; by default all stay and are annotated. Texts of fewer than
    ``minimum_words`` words are not judged. ``vocabulary`` is the number of words that the model tells apart.
    """
    if minimum_words < 1 or sample < 1 or not 1 <= vocabulary <= 1_000_000:
        raise UsageError("minimum_words and sample must be at least 1, vocabulary from 1 to 1,000,000")
    if maximum is not None and maximum <= 1:
        raise UsageError(f"maximum must be above 1, the least perplexity there is, not {maximum}")
    model, digest = None, ""
    if reference_path is not None:
        texts, digest = reference_texts(reference_path, "reference_path")
        model = train(texts, vocabulary)
    wanted = tuple(bucket for bucket in BUCKETS if bucket in keep)
    return Perplexity("perplexity", wanted, maximum, minimum_words, sample, vocabulary, seed, digest, model)
