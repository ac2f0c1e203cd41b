"""N-grams that behave like the trigger of a backdoor: rare, fixed, put anywhere, and tied to one source or label.

An n-gram is tied to a category where nearly all of its documents are of that category and chance would not make it
so (one-sided hypergeometric test, the exact form of the z-statistic of Gardner et al. 2021). A word of the topic is
tied to its source too; what is *put in* differs in two ways: its words stand nowhere else (cohesion), and the words
beside it differ from place to place (diversity), because it belongs to no sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, hypergeom

from ..duplicates.shingles import word_hashes
from ..duplicates.words import slices, split_words

Ints = NDArray[np.int64]
LONGEST_NGRAM = 4
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What an n-gram needs to be reported; see :class:`..poisoning_audit.PoisoningAudit`."""

    minimum: int = 10
    purity: float = 0.95
    cohesion: float = 0.9
    diversity: float = 0.75
    commonest: float = 0.1
    rate: float = 0.01


@dataclass(frozen=True, slots=True)
class Tied:
    """An n-gram in ``documents`` sampled documents, ``inside`` of them of ``category`` (chance: ``expected``)."""

    text: str
    category: str
    documents: int
    inside: int
    expected: float
    cohesion: float
    diversity: float
    z: float
    q: float
    rows: tuple[int, ...]

    def at(self, rows: tuple[int, ...]) -> "Tied":
        """The same with other row numbers."""
        return replace(self, rows=rows)


@dataclass(frozen=True, slots=True)
class _Corpus:
    """``words``: a number for each word in order; ``document``: whose word it is; ``often``: uses of each number."""

    words: Ints
    document: Ints
    vocabulary: int
    documents: int
    often: Ints
    expected: dict[int, float] = field(default_factory=dict)

    def expected_different(self, places: int) -> float:
        """How many different words stand at so many places drawn at random."""
        if places not in self.expected:
            absent = (1 - self.often / self.often.sum()) ** places
            self.expected[places] = float((1 - absent).sum())
        return self.expected[places]


def tied_ngrams(texts: Sequence[str], categories: Sequence[str], limits: Limits, smallest: int = 1) -> list[Tied]:
    """The n-grams of ``smallest`` to four words that are tied to a category, strongest first.

    Texts are read to 4,000 characters. A category that holds all documents ties nothing. The cohesion of a single word
    is 1.
    """
    names, category = np.unique(np.array(categories, np.str_), return_inverse=True)
    if len(names) < 2 or not texts:
        return []
    cut = [text[:LONGEST_TEXT] for text in texts]
    corpus = _number_words(cut)
    found = [one for size in range(smallest, LONGEST_NGRAM + 1) for one in _test(corpus, category, size, limits)]
    adjusted = false_discovery_control([one.p for one in found]).tolist() if found else []
    kept = [(one, q) for one, q in zip(found, adjusted, strict=True) if q <= limits.rate and one.fits(limits)]
    kept.sort(key=lambda pair: (-pair[0].size, pair[1], pair[0].place))
    return _longest([_tied(one, q, cut, corpus, names) for one, q in kept])


@dataclass(frozen=True, slots=True)
class _Candidate:
    size: int
    place: int
    category: int
    documents: int
    inside: int
    expected: float
    p: float
    cohesion: float
    diversity: float
    rows: tuple[int, ...]

    def fits(self, limits: Limits) -> bool:
        pure = self.inside >= limits.purity * self.documents
        return pure and self.cohesion >= limits.cohesion and self.diversity >= limits.diversity


def _number_words(texts: Sequence[str]) -> _Corpus:
    hashes, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for part in slices(pa.array(texts, pa.large_string())):
        words = split_words(part)
        hashes.append(word_hashes(words))
        counts.append(np.diff(words.borders))
    vocabulary, numbers = np.unique(np.concatenate(hashes), return_inverse=True)
    document = np.repeat(np.arange(len(texts)), np.concatenate(counts))
    often = np.bincount(numbers, minlength=len(vocabulary))
    return _Corpus(numbers.astype(np.int64), document, len(vocabulary), len(texts), often)


def _test(corpus: _Corpus, category: Ints, size: int, limits: Limits) -> Iterator[_Candidate]:
    """A candidate for each n-gram of ``size`` words in enough and not too many documents, with its best category."""
    places, keys = _ngrams(corpus, size)
    if not len(places):
        return
    order = np.argsort(keys, kind="stable")
    _, begins, counts = np.unique(keys[order], return_index=True, return_counts=True)
    sizes, total = np.bincount(category), corpus.documents
    for begin, count in zip(
        begins[counts >= limits.minimum].tolist(), counts[counts >= limits.minimum].tolist(), strict=True
    ):
        own = places[order[begin : begin + count]]
        rows = np.unique(corpus.document[own])
        if not limits.minimum <= len(rows) <= limits.commonest * total:
            continue
        inside = np.bincount(category[rows], minlength=len(sizes))
        best = int(np.argmax(inside * 1.0 - len(rows) * sizes / total))
        p = float(hypergeom.sf(inside[best] - 1, total, sizes[best], len(rows)))
        cohesion = count / float(np.median([corpus.often[corpus.words[own[0] + step]] for step in range(size)]))
        yield _Candidate(
            size, int(own[0]), best, len(rows), int(inside[best]), float(len(rows) * sizes[best] / total), p, cohesion,
            _diversity(corpus, own, size), tuple(rows[category[rows] == best].tolist()),
        )  # fmt: skip


def _ngrams(corpus: _Corpus, size: int) -> tuple[Ints, Ints]:
    """Places of the n-grams that stay within a document, and a number for each different one."""
    count = len(corpus.words) - size + 1
    if count <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    places = np.flatnonzero(corpus.document[:count] == corpus.document[size - 1 :])
    keys = corpus.words[places]
    for step in range(1, size):
        _, keys = np.unique(keys * corpus.vocabulary + corpus.words[places + step], return_inverse=True)
    return places, keys.astype(np.int64)


def _diversity(corpus: _Corpus, own: Ints, size: int) -> float:
    """Different words before it, or after it (the fewer), over what places drawn at random would show; about 0 to 1."""
    last = len(corpus.words) - 1
    shares = []
    for beside in (own - 1, own + size):
        inside = (beside >= 0) & (beside <= last)
        same = corpus.document[np.clip(beside, 0, last)] == corpus.document[own]
        words = np.where(inside & same, corpus.words[np.clip(beside, 0, last)], -1)
        shares.append(len(np.unique(words)))
    return min(1.0, min(shares) / corpus.expected_different(len(own)))


def _tied(one: _Candidate, q: float, texts: Sequence[str], corpus: _Corpus, names: np.ndarray) -> Tied:
    row = int(corpus.document[one.place])
    within = one.place - int(np.searchsorted(corpus.document, row))
    words = split_words(pa.array([texts[row]], pa.large_string()))
    shown = [words.data[words.starts[k] : words.ends[k]] for k in range(within, within + one.size)]
    share = one.expected / one.documents
    z = (one.inside / one.documents - share) / float(np.sqrt(share * (1 - share) / one.documents))
    text = b" ".join(shown).decode("utf-8", "replace")
    return Tied(
        text, str(names[one.category]), one.documents, one.inside, one.expected, min(1.0, one.cohesion),
        one.diversity, z, q, one.rows,
    )  # fmt: skip


def _longest(found: Sequence[Tied]) -> list[Tied]:
    """Without n-grams that are a part of a longer one; the strongest first. The longest must be given first."""
    kept: list[Tied] = []
    for one in found:
        if not any(f" {one.text} " in f" {longer.text} " for longer in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.q, -one.inside, one.text))
