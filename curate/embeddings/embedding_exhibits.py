"""The numbers of ``embedding-associations`` as scores, tables and a chart."""

from collections.abc import Iterator, Mapping, Sequence

from ...core import Chart, Exhibit, Measurement, NotMeasured, Score, Series, Table
from .embedding_tests import TestResult, WordResults

METRIC, RETRAINED, WORDS = "weat-effect-size", "weat-effect-size-retrained", "weat-word-score"
SIDE = 12


def set_score(result: TestResult, ddof: int, protocol: str, metric: str = METRIC) -> Measurement:
    """The effect size of one test under the name ``metric``, or why there is none."""
    found, place = result.found, {"test": result.test.name}
    if found is None or found.d is None:
        return NotMeasured(metric, result.reason, place)
    interval = "percentile bootstrap over the words of the four sets; it does not cover the draw of documents"
    if found.low is None:
        interval = "none: resampled words mostly score alike"
    return Score(
        metric, found.d, result.words, f"standard deviations (ddof {ddof})", f"{metric}/1 ddof {ddof}; {protocol}",
        found.low, found.high, interval=interval, slice=place,
    )  # fmt: skip


def retrained_score(
    result: TestResult, interval: tuple[float, float] | None, replicates: int, documents: int, ddof: int, protocol: str
) -> Measurement:
    """The same effect size with the interval of vectors trained on resampled documents."""
    place = {"test": result.test.name}
    if result.effect is None or interval is None:
        reason = result.reason or f"fewer than 80 % of {replicates} resamples gave an effect size"
        return NotMeasured(RETRAINED, reason, place)
    return Score(
        RETRAINED, result.effect, documents, f"standard deviations (ddof {ddof})",
        f"{RETRAINED}/1 ddof {ddof}; {replicates} trainings on resampled documents; {protocol}", *interval,
        interval="percentile bootstrap over documents, vectors trained anew each time", slice=place,
    )  # fmt: skip


def embedding_exhibits(
    results: Sequence[TestResult], words: Sequence[WordResults], retrained: Mapping[str, tuple[float, float] | None],
    note: str, name: str = "embedding",
) -> Iterator[Exhibit]:  # fmt: skip
    """Tests, their chart, which words carry them, and the words that had no vector; ``name`` begins their names."""
    yield from _tests(results, retrained, note, name)
    yield from (_words(found, name) for found in words if found.words)
    yield _coverage(results, words, name)


def _tests(
    results: Sequence[TestResult], retrained: Mapping[str, tuple[float, float] | None], note: str, name: str
) -> Iterator[Exhibit]:
    measured = [result for result in results if result.found is not None and result.effect is not None]
    if not measured:
        return
    rows, names, y, low, high = [], [], [], [], []
    for result in measured:
        found = result.found
        if found is None or found.d is None:
            continue
        test = result.test
        again = retrained.get(test.name) or (None, None)
        rows.append(
            (test.name, f"{test.x.name} / {test.y.name}", f"{test.a.name} / {test.b.name}", result.words,
             found.difference, found.d, found.low, found.high, *(again if retrained else ()), found.p, result.q,
             "all" if found.exact else "drawn")
        )  # fmt: skip
        if found.low is not None and found.high is not None:
            names.append(test.name)
            y.append(found.d)
            low.append(found.low)
            high.append(found.high)
    columns = (
        "Test", "Targets X / Y", "Attributes A / B", "Words in X and Y", "Difference of cosines", "d", "Low", "High",
        *(("Low over documents", "High over documents") if retrained else ()), "p", "q", "Partitions",
    )  # fmt: skip
    sources = "; ".join(dict.fromkeys(result.test.source for result in measured if result.test.source)) or "your own"
    explained = (
        "d above 0: X is nearer to A and Y to B. Low and high: bootstrap over words. p: two-sided, over partitions of "
        f"the words of X and Y; q: Benjamini-Hochberg over the tests. Sources: {sources}. {note}"
    )
    yield Table(f"{name}-associations", "Associations in word vectors", columns, tuple(rows), explained)
    series = Series("effect size d", tuple(names), tuple(y), tuple(low), tuple(high))
    if names:
        yield Chart(
            f"{name}-associations-chart", "Associations in word vectors", "interval", "test", "effect size d",
            (series,), "0: X and Y are equally near to A and to B.",
        )  # fmt: skip


def _words(found: WordResults, name: str) -> Table:
    test = found.test
    shown = list(dict.fromkeys((*found.words[:SIDE], *found.words[-SIDE:])))
    rows = tuple((one.word, test.a.name if one.score > 0 else test.b.name, one.score, one.p, one.q) for one in shown)
    return Table(
        f"{name}-words-{test.name}".replace(": ", "-").replace(" ", "-"),
        f"Single words: {test.name}",
        ("Word", "Nearer to", "Score", "p", "q"),
        rows,
        f"Score: mean cosine to {test.a.name} minus mean cosine to {test.b.name}, in standard deviations of both. "
        f"{len(found.words)} words have a vector; the {SIDE} at each end are listed. q: Benjamini-Hochberg over all. "
        f"{test.source}",
    )


def _coverage(results: Sequence[TestResult], words: Sequence[WordResults], name: str) -> Table:
    parts = [*(part for found in results for part in found.sets), *(part for found in words for part in found.sets)]
    sets = {part.name: part for part in parts}
    rows = tuple(
        (part.name, len(part.known) + len(part.missing), len(part.known), len(part.rare), len(part.unknown),
         ", ".join(part.missing[:10]) + (", ..." if len(part.missing) > 10 else ""))
        for part in sets.values()
    )  # fmt: skip
    columns = ("Set", "Words", "With a vector", "Too rare", "Not there", "Without a vector")
    return Table(f"{name}-coverage", "Words of the tests that have a vector", columns, rows)
