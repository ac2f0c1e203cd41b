"""Runs the association tests of a file of word sets on vectors, and says which words were missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import false_discovery_control

from .weat import Weat, weat, word_scores
from .word_sets import SetTest, WordSet, WordTest
from .word_vectors import WordVectors


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which words of a set have a vector, which occur too rarely for one, and which do not occur."""

    name: str
    known: tuple[str, ...]
    rare: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Words without a vector."""
        return (*self.rare, *self.unknown)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: ``found`` is None where a set has too few words, and ``reason`` says so. ``q`` is over all tests."""

    test: SetTest
    sets: tuple[Coverage, Coverage, Coverage, Coverage]
    found: Weat | None
    reason: str = ""
    q: float = 1.0

    @property
    def words(self) -> int:
        """Number of target words."""
        return len(self.sets[0].known) + len(self.sets[1].known)

    @property
    def effect(self) -> float | None:
        """Effect size, None where there is none."""
        return self.found.d if self.found else None


@dataclass(frozen=True, slots=True)
class WordResult:
    """The score of one word of a :class:`WordTest`; positive is nearer to A."""

    word: str
    score: float
    p: float
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class WordResults:
    """All words of a test, those nearest to A first; none where A or B has too few words."""

    test: WordTest
    sets: tuple[Coverage, Coverage, Coverage]
    words: tuple[WordResult, ...]
    reason: str = ""


def coverage(vectors: WordVectors, words: WordSet) -> Coverage:
    """Looks each word up, as written and in lower case."""
    known = vectors.known(words.words)
    rest = [word for word in words.words if word not in set(known)]
    rare = tuple(word for word in rest if vectors.counts.get(word.lower()))
    return Coverage(words.name, tuple(known), rare, tuple(word for word in rest if word not in set(rare)))


def run_tests(
    vectors: WordVectors, tests: Sequence[SetTest], minimum: int, ddof: int, permutations: int, seed: int,
    resamples: int = 1999,
) -> list[TestResult]:  # fmt: skip
    """Every test in order, with q by Benjamini-Hochberg over those that could be run."""
    results = []
    for test in tests:
        x, y, a, b = (coverage(vectors, part) for part in (test.x, test.y, test.a, test.b))
        reason = _too_few((x, y, a, b), minimum)
        found = None
        if not reason:
            matrices = [vectors.of(part.known) for part in (x, y, a, b)]
            found = weat(
                *matrices, ddof=ddof, permutations=permutations, resamples=resamples, seed=seed, name=test.name
            )
            if found.d is None:
                reason = "all target words are equally near to both sets of attributes, so there is no effect size"
        results.append(TestResult(test, (x, y, a, b), found, reason))
    measured = [result for result in results if result.found is not None and result.effect is not None]
    q = iter(_adjusted([result.found.p for result in measured if result.found]))
    return [replace(result, q=next(q)) if result.effect is not None else result for result in results]


def run_word_tests(
    vectors: WordVectors, tests: Sequence[WordTest], minimum: int, permutations: int, seed: int
) -> Iterator[WordResults]:
    """The single-word scores of every test, with q over the words of the test."""
    for test in tests:
        words, a, b = (coverage(vectors, part) for part in (test.words, test.a, test.b))
        reason = _too_few((a, b), minimum) or ("" if words.known else "none of its words has a vector")
        if reason:
            yield WordResults(test, (words, a, b), (), reason)
            continue
        of_words, of_a, of_b = (vectors.of(part.known) for part in (words, a, b))
        scores, p = word_scores(of_words, of_a, of_b, permutations, seed, test.name)
        rows = zip(words.known, scores, p, _adjusted(p.tolist()), strict=True)
        found = [WordResult(word, float(score), float(p_word), q) for word, score, p_word, q in rows]
        yield WordResults(test, (words, a, b), tuple(sorted(found, key=lambda one: -one.score)))


def _too_few(sets: Sequence[Coverage], minimum: int) -> str:
    short = [part for part in sets if len(part.known) < minimum]
    named = "; ".join(
        f"{part.name} has {len(part.known)} of {len(part.known) + len(part.missing)} words, without "
        + ", ".join(part.missing[:6])
        + (", ..." if len(part.missing) > 6 else "")
        for part in short
    )
    return f"fewer than {minimum} words with a vector: {named}" if short else ""


def _adjusted(p: Sequence[float]) -> list[float]:
    return [float(q) for q in false_discovery_control(np.clip(p, 0, 1))] if len(p) else []
