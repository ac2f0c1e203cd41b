"""Free samples and as many stretches of the corpus of the same lengths, cut into words: both sides of a comparison."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core import IncompleteError, generator
from ..base import Subject
from ..statistics import Estimate, Floats, difference, exponential, jackknife

Ints = NDArray[np.int64]
SAMPLES, CORPUS = "samples", "corpus"
TOKENIZER = "words/1 (runs of word characters, and each other mark by itself; case kept)"
MOST = 2_000
LONGEST = 20_000
GROUPS = 20
FEWEST = 20
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Side:
    """Texts of one side: ids of samples or of documents, the texts, and their words as numbers of one vocabulary."""

    name: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    words: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def tokens(self) -> int:
        """How many words there are."""
        return sum(len(words) for words in self.words)


@dataclass(frozen=True)
class Sides:
    """Both sides, of the same number of texts; text k of the corpus is no longer than sample k."""

    samples: Side
    corpus: Side
    vocabulary: tuple[str, ...]

    def both(self) -> tuple[Side, Side]:
        """The samples, then the corpus."""
        return self.samples, self.corpus

    def spell(self, words: Sequence[int]) -> str:
        """Words with a space between them."""
        return " ".join(self.vocabulary[word] for word in words)


def words_in(text: str) -> list[str]:
    """Runs of word characters, and each other mark that is no white space.

    >>> words_in("It's 3.5 m.")
    ['It', "'", 's', '3', '.', '5', 'm', '.']
    """
    return _WORD.findall(text)


def numbered(texts: Sequence[str], known: dict[str, int] | None = None) -> tuple[tuple[Ints, ...], dict[str, int]]:
    """The words of each text as numbers, and the number of each word; ``known`` is continued."""
    numbers = {} if known is None else known
    return tuple(
        np.array([numbers.setdefault(word, len(numbers)) for word in words_in(text)], np.int64) for text in texts
    ), numbers


def read_sides(subject: Subject) -> Sides:
    """The free samples that are not empty and drawn documents of the corpus, each cut to the words of one sample.

    At most :data:`MOST` of each, in equal number. Made once for a subject; raises :class:`IncompleteError` where a side
    is missing or has fewer than :data:`FEWEST` texts.
    """
    return subject.once("text sides", lambda: _read(subject))


def _read(subject: Subject) -> Sides:
    if subject.corpus.modality != "text":
        raise IncompleteError(f"this compares texts, and the corpus holds {subject.corpus.modality}s")
    rows = [row for row in subject.samples_of("free") if words_in(str(row["output"])[:LONGEST])]
    if not rows:
        raise IncompleteError(subject.why_no_samples("free"))
    ids = subject.once("corpus ids", subject.corpus.ids)
    order = generator(subject.seed, "text sides").permutation(len(ids))[: 2 * MOST]
    names = [ids[place] for place in order]
    found = subject.corpus.documents(names)
    documents = [(name, found[name]["text"][:LONGEST]) for name in names]
    documents = [(name, text) for name, text in documents if words_in(text)]
    n = min(len(rows), len(documents), MOST)
    if n < FEWEST:
        have = f"samples {len(rows):,}, documents {len(documents):,}"
        raise IncompleteError(f"{FEWEST} texts a side with a word in them are needed; there are: {have}")
    texts = [str(row["output"])[:LONGEST] for row in rows[:n]]
    words, numbers = numbered(texts)
    pieces = [_beginning(text, len(own)) for (_, text), own in zip(documents[:n], words, strict=True)]
    corpus_words, numbers = numbered(pieces, numbers)
    return Sides(
        Side(SAMPLES, tuple(str(row["id"]) for row in rows[:n]), tuple(texts), words),
        Side(CORPUS, tuple(name for name, _ in documents[:n]), tuple(pieces), corpus_words),
        tuple(numbers),
    )


def _beginning(text: str, words: int) -> str:
    """The text up to the end of so many words."""
    end = 0
    for number, match in enumerate(_WORD.finditer(text)):
        if number == words:
            break
        end = match.end()
    return text[:end]


def budget_of(sides: Sides, most: int) -> int:
    """The tokens that are read of each side: ``most``, or the next of 1, 2, 5, 10, ... that both sides have.

    Few steps, so that runs with a little more or less text stay comparable.
    """
    have = min(side.tokens for side in sides.both())
    steps = sorted({most, *(step * 10**power for power in range(9) for step in (1, 2, 5))}, reverse=True)
    return next(step for step in steps if step <= min(have, most)) if have and most else 0


def first_tokens(texts: Sequence[Ints], budget: int) -> list[Ints]:
    """The texts up to so many tokens in all, the last one cut."""
    kept: list[Ints] = []
    for words in texts:
        if budget <= 0:
            break
        kept.append(words[:budget])
        budget -= len(kept[-1])
    return kept


def ngram_codes(texts: Sequence[Ints], n: int) -> list[Ints]:
    """The n-grams of each text as numbers, equal ones alike over all texts; none crosses the end of a text."""
    lengths = [len(words) for words in texts]
    stream = np.concatenate([np.zeros(0, np.int64), *texts])
    inside = np.concatenate([np.zeros(0, bool), *(np.arange(length) <= length - n for length in lengths)])
    codes = np.unique(stream, return_inverse=True)[1].astype(np.int64)
    single = codes.copy()
    size = int(single.max()) + 1 if len(single) else 1
    for k in range(1, n):
        shifted = np.concatenate([single[k:], np.zeros(min(k, len(single)), np.int64)])
        codes = np.unique(codes * size + shifted, return_inverse=True)[1].astype(np.int64)
    starts = np.cumsum([0, *lengths])
    return [codes[low:high][inside[low:high]] for low, high in zip(starts, starts[1:], strict=False)]


def grouped(value: Callable[[Sequence[Any]], float], items: Sequence[Any], groups: int = GROUPS) -> Estimate:
    """A statistic of texts with a delete-a-group jackknife; texts are dealt to groups in turn.

    ``n`` of the result counts groups, as everywhere where groups are left out.
    """
    whole = value(items)
    groups = min(groups, len(items))
    if groups < 2:
        return Estimate(whole, groups)
    without = [value([item for k, item in enumerate(items) if k % groups != g]) for g in range(groups)]
    return jackknife(whole, without)


def log_ratio(first: Estimate, second: Estimate) -> Estimate:
    """first / second of two independent estimates above 0, by the delta method on logarithms."""

    def logged(estimate: Estimate) -> Estimate:
        se = None if estimate.se is None else estimate.se / estimate.value
        return Estimate(float(np.log(estimate.value)), estimate.n, se)

    return exponential(difference(logged(first), logged(second)))


def counts_of(codes: Sequence[Ints]) -> Floats:
    """How often each n-gram occurs, over all texts."""
    return np.bincount(np.concatenate([np.zeros(0, np.int64), *codes])).astype(np.float64)
