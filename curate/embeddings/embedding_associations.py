"""Audit ``embedding-associations``: what word vectors trained on the corpus, or given, say of groups of people."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...core import Corpus, NotMeasured, Progress, StageReport, UsageError, generator
from ..audits.text_field import TEXT, no_text
from ..base import AUDITS
from .embedding_exhibits import METRIC, WORDS, embedding_exhibits, retrained_score, set_score
from .embedding_findings import Evidence, WordFinding, claim_of, claim_of_words, set_findings, word_findings
from .embedding_tests import TestResult, WordResults, run_tests, run_word_tests
from .ppmi_vectors import Training, Vocabulary, train, vocabulary_of
from .token_stream import TokenStream, token_stream
from .vector_files import read_vectors
from .word_sets import load_word_sets
from .word_vectors import WordVectors

TITLE = "Associations in word vectors"
FINDINGS, LEAST_SHARE = 10, 0.8
Intervals = Mapping[str, tuple[float, float] | None]


@AUDITS.register(
    "embedding-associations", unit="standard deviations",
    source="Caliskan, Bryson & Narayanan 2017, Science 356, 183-186 (WEAT, WEFAT); Levy, Goldberg & Dagan 2015 (PPMI)",
    range="with ddof 0 and sets of one size [-2, 2], 0 is no association",
)  # fmt: skip
class EmbeddingAssociations:
    """Association tests (WEAT) on word vectors trained on the corpus itself or given: effect, interval, exact p.

    The vectors are those of ``vectors_file`` (word2vec or GloVe text, or safetensors with the words in
    ``vocabulary_file``), else trained here: PPMI with ``window`` words to each side, ``dimensions`` by SVD, for words
    that occur ``frequency`` times, at most ``vocabulary`` of them, in at most ``words`` words of text. ``tests_file``
    replaces the shipped tests. A test needs ``minimum`` words in each set; it is a finding where |d| is at least
    ``effect``, its interval excludes 0 and the false discovery ``rate`` over all tests holds. ``ddof`` is that of the
    standard deviation in d; ``permutations`` are drawn where there are more than 20,000 partitions. With
    ``replicates`` the vectors are trained so many times on resampled documents. ``field`` is ``text`` or an attribute.
    """

    name = "embedding-associations"

    def __init__(
        self,
        vectors_file: str | None = None,
        vocabulary_file: str | None = None,
        tests_file: str | None = None,
        effect: float = 0.5,
        minimum: int = 4,
        rate: float = 0.05,
        ddof: int = 1,
        permutations: int = 9999,
        replicates: int = 0,
        window: int = 5,
        dimensions: int = 100,
        frequency: int = 10,
        vocabulary: int = 20_000,
        words: int = 20_000_000,
        field: str = TEXT,
    ) -> None:
        if min(window, dimensions, frequency, vocabulary, words, permutations) < 1 or minimum < 2:
            raise UsageError("embedding-associations: every number must be at least 1, and minimum at least 2")
        if ddof not in (0, 1) or not 0 < rate < 1 or effect < 0:
            raise UsageError("embedding-associations: ddof is 0 or 1, rate between 0 and 1, and effect not negative")
        if window > 50 or dimensions > 2_000 or vocabulary > 200_000 or not 0 <= replicates <= 1_000:
            raise UsageError(
                "embedding-associations: window is at most 50, dimensions 2,000, vocabulary 200,000, replicates 1,000"
            )
        if replicates and vectors_file is not None:
            raise UsageError("embedding-associations: replicates are trainings; leave them out with vectors_file")
        self.sets = load_word_sets(tests_file)
        self.training = Training(window, dimensions, frequency, vocabulary)
        self.vectors_file, self.vocabulary_file, self.words, self.field = vectors_file, vocabulary_file, words, field
        self.effect, self.minimum, self.rate, self.ddof = effect, minimum, rate, ddof
        self.permutations, self.replicates = permutations, replicates

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Every test in a table, the words that carry it, and the findings HW-A007 and HW-A012."""
        corpus.require_documents()
        missing = no_text(corpus, self.field)
        if missing:
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, missing),))
        if self.vectors_file is not None:
            given = read_vectors(self.vectors_file, self.vocabulary_file, self.sets.vocabulary)
            return self._report(corpus, given, {}, len(corpus), seed, progress, "The vectors are those of the file.")
        stream = token_stream(corpus, self.sets.language, self.words, seed, progress, self.field)
        known = vocabulary_of(stream, self.training)
        with progress.task("training word vectors", 1 + self.replicates) as task:
            vectors = train(stream, known, self.training, seed)
            task.advance()
            if vectors is None:
                return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, self._too_small(stream, known)),))
            intervals: Intervals = {}
            if self.replicates:
                intervals = self._retrained(stream, known, seed, task.advance)
        note = f"The vectors are trained on {len(stream.tokens):,} words of {stream.documents:,} documents."
        if stream.left_out:
            note += f" {stream.left_out:,} more documents were not drawn ('words')."
        return self._report(corpus, vectors, intervals, stream.documents, seed, progress, note)

    def _too_small(self, stream: TokenStream, known: Vocabulary) -> str:
        return (
            f"vectors need more than {2 * self.training.dimensions} words that occur {self.training.frequency} times, "
            f"and of {len(stream.tokens):,} words in the language of the tests {len(known.words):,} do; lower "
            "'dimensions' or 'frequency', or give vectors in 'vectors_file'"
        )

    def _retrained(self, stream: TokenStream, known: Vocabulary, seed: int, advance: object) -> Intervals:
        """95 % of the effect sizes of vectors trained on documents drawn with replacement."""
        effects: dict[str, list[float]] = {test.name: [] for test in self.sets.tests}
        for number in range(self.replicates):
            rng = generator(seed, "embedding-replicates", str(number))
            weights = np.bincount(rng.integers(0, stream.documents, stream.documents), minlength=stream.documents)
            vectors = train(stream, known, self.training, seed, weights)
            if vectors is not None:
                results = run_tests(vectors, self.sets.tests, self.minimum, self.ddof, 1, seed, resamples=1)
                for result in results:
                    effects[result.test.name] += [result.effect] if result.effect is not None else []
            if callable(advance):
                advance()
        return {name: self._quantiles(values) for name, values in effects.items()}

    def _quantiles(self, values: Sequence[float]) -> tuple[float, float] | None:
        if len(values) < max(2, LEAST_SHARE * self.replicates):
            return None
        low, high = np.quantile(values, [0.025, 0.975])
        return float(low), float(high)

    def _report(
        self, corpus: Corpus, vectors: WordVectors, intervals: Intervals, documents: int, seed: int,
        progress: Progress, note: str,
    ) -> StageReport:  # fmt: skip
        results = run_tests(vectors, self.sets.tests, self.minimum, self.ddof, self.permutations, seed)
        words = list(run_word_tests(vectors, self.sets.words, self.minimum, self.permutations, seed))
        protocol = f"{vectors.protocol}; {self.sets.protocol}"
        scores = {result.test.name: set_score(result, self.ddof, protocol) for result in results}
        again = [
            retrained_score(result, intervals[result.test.name], self.replicates, documents, self.ddof, protocol)
            for result in results
            if intervals
        ]
        untested = [NotMeasured(WORDS, one.reason, {"test": one.test.name}) for one in words if one.reason]
        strong = sorted((one for one in results if self._is_finding(one)), key=lambda one: -abs(one.effect or 0))
        leaning = list(self._leaning(words))
        claims = [*(claim_of(one) for one in strong[:FINDINGS]), *(claim_of_words(one) for one in leaning)]
        evidence = Evidence(corpus, claims, self.sets, progress, self.field)
        findings = (
            *set_findings(strong[:FINDINGS], scores, evidence, self.vectors_file is None),
            *word_findings(leaning, evidence, protocol, self.rate),
        )
        measured = sum(one.effect is not None for one in results)
        facts = {"Association tests on word vectors": measured, "Associations in word vectors": len(strong)}
        return StageReport(
            "audit", TITLE, facts, (*scores.values(), *again, *untested), findings,
            tuple(embedding_exhibits(results, words, intervals, note)),
            {"protocol": protocol, "tested": measured, "found": len(strong)},
        )  # fmt: skip

    def _is_finding(self, result: TestResult) -> bool:
        found = result.found
        if found is None or found.d is None or found.low is None or found.high is None:
            return False
        return abs(found.d) >= self.effect and (found.low > 0 or found.high < 0) and result.q <= self.rate

    def _leaning(self, words: Sequence[WordResults]) -> Iterator[WordFinding]:
        for results in words:
            clear = [one for one in results.words if abs(one.score) >= 1 and one.q <= self.rate]
            to_a = tuple(one for one in clear if one.score > 0)
            to_b = tuple(one for one in reversed(clear) if one.score < 0)
            if clear:
                yield WordFinding(results, to_a, to_b)
