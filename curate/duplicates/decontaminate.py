"""The filter that takes the items of evaluation suites out of a training corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...core import Corpus, Exhibit, Finding, Progress, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .contamination import NAMED, contaminated, item_table, short_name, suite_table, suite_tallies, unmeasurable
from .shingles import word_hashes
from .suite_index import ANSWERS, Hits, Method, SuiteGrams, frequent, index_suites
from .suites import SuitePaths, Suites
from .text_spans import cut_out, merged, numbered_texts, require_texts
from .word_spans import word_spans
from .words import slices, split_words

Treatment = Literal["cut", "remove", "report"]
COMMON, WINDOW, MOST_PIECES = 10, 200, 10


@dataclass(frozen=True, slots=True)
class Decontaminate:
    """Looks for n-grams of evaluation items; see :func:`decontaminate`."""

    name: str
    suites: Suites
    method: Method
    action: Treatment
    ngram: int | None
    fields: tuple[str, ...] | None
    answers: tuple[str, ...]
    common: int
    window: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Cuts or removals. Memory: the suites with their n-grams, and 24 bytes for each match in the corpus.

        The corpus is read twice, the second time only where something matched.
        """
        require_texts(corpus, self.name)
        indices = index_suites(self.suites, self.method, self.ngram, self.fields, self.answers)
        found = _search(corpus, indices, progress)
        tallies: Counter[str] = Counter()
        kept = []
        for grams, hits in zip(indices, found, strict=True):
            common = frequent(hits.texts, hits.keys, self.common)
            kept.append(Hits(hits.texts[~common], hits.places[~common], hits.keys[~common]))
            tallies.update(suite_tallies(grams, kept[-1], hits))
        decisions, edits, notes = self._judge(corpus, indices, kept, progress)
        tallies["documents"] = len({note.id for note in notes})
        return Judgement(tuple(decisions), edits, tuple(notes), tallies=tallies)

    def _judge(
        self, corpus: Corpus, indices: Sequence[SuiteGrams], found: Sequence[Hits], progress: Progress
    ) -> tuple[list[Decision], dict[str, str], list[Annotation]]:
        wanted = np.unique(np.concatenate([np.zeros(0, np.int64), *(hits.texts for hits in found)]))
        decisions: list[Decision] = []
        edits: dict[str, str] = {}
        notes: list[Annotation] = []
        with progress.task("decontaminate: judge", len(wanted)) as task:
            for number, name, text in numbered_texts(corpus, wanted):
                spans, matches, evidence = _matches(text, number, indices, found)
                notes += [Annotation(name, f"contaminated:{suite}", *span) for suite, parts in spans for span in parts]
                if self.action != "report":
                    every = merged([span for _, parts in spans for span in parts])
                    decision, remains = self._decide(name, text, every, matches, evidence)
                    decisions.append(decision)
                    edits |= {name: remains} if decision.action == "edited" else {}
                task.advance()
        return decisions, edits, notes

    def _decide(
        self, name: str, text: str, spans: Sequence[tuple[int, int]], matches: int, evidence: str
    ) -> tuple[Decision, str]:
        if self.action == "remove":
            return Decision(name, "removed", "contaminated", float(matches), 0.0, evidence), ""
        wide = merged([(max(0, start - self.window), min(len(text), end + self.window)) for start, end in spans])
        pieces = [piece for piece in cut_out(text, wide) if len(piece) >= max(self.window, 1)]
        if len(wide) + 1 > MOST_PIECES:
            return Decision(
                name, "removed", "contaminated-pieces", float(len(wide) + 1), float(MOST_PIECES), evidence
            ), ""
        if not pieces:
            left = len(text) - sum(end - start for start, end in wide)
            return Decision(name, "removed", "contaminated-rest", float(left), float(self.window), evidence), ""
        return Decision(name, "edited", "contaminated", float(matches), 0.0, evidence), "\n".join(pieces)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Share of contaminated items by suite, and the items found most often."""
        return (suite_table(tallies, documents), item_table(tallies))

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C050 where an item of a suite stands in the corpus, HW-C051 where a suite could hardly be looked for."""
        return (*contaminated(tallies, documents, self.action), *unmeasurable(tallies))


def _search(corpus: Corpus, indices: Sequence[SuiteGrams], progress: Progress) -> list[Hits]:
    """The matches of each suite, by number of the document in the corpus."""
    found: list[list[Hits]] = [[] for _ in indices]
    start = 0
    with progress.task("decontaminate: search", len(corpus)) as task:
        for batch in corpus.batches(["text"]):
            for part in slices(batch.column("text")):
                words = split_words(part)
                hashes = word_hashes(words)
                for grams, parts in zip(indices, found, strict=True):
                    hits = grams.find(words, hashes)
                    if hits.keys.size:
                        parts.append(Hits(hits.texts + start, hits.places, hits.keys))
                start += len(part)
            task.advance(batch.num_rows)
    return [_together(parts) for parts in found]


def _together(parts: Sequence[Hits]) -> Hits:
    empty = np.zeros(0, np.int64)
    return Hits(
        np.concatenate([empty, *(part.texts for part in parts)]),
        np.concatenate([empty, *(part.places for part in parts)]),
        np.concatenate([empty, *(part.keys for part in parts)]),
    )


def _matches(
    text: str, number: int, indices: Sequence[SuiteGrams], found: Sequence[Hits]
) -> tuple[list[tuple[str, list[tuple[int, int]]]], int, str]:
    """Characters that match, by suite; the number of matching n-grams; and which items they belong to."""
    split = word_spans(text)
    spans, named, matches, items = [], [], 0, 0
    for grams, hits in zip(indices, found, strict=True):
        first, last = np.searchsorted(hits.texts, [number, number + 1])
        if first == last:
            continue
        places = hits.places[first:last]
        pairs = zip(split.starts[places].tolist(), split.ends[places + grams.size - 1].tolist(), strict=True)
        spans.append((short_name(grams.suite), merged(list(pairs))))
        owners = grams.items_of(np.unique(hits.keys[first:last])).tolist()
        named += [f"{short_name(grams.suite)} {short_name(grams.names[item])}" for item in owners[:NAMED]]
        matches, items = matches + int(last - first), items + len(owners)
    more = f" and {items - NAMED} more" if items > NAMED else ""
    return spans, matches, f"{', '.join(named[:NAMED])}{more}"


@FILTERS.register("decontaminate", source="Brown et al. 2020, GPT-3, appendix C; datatrove, NGramsDecontFilter")
def decontaminate(
    suites: Mapping[str, SuitePaths],
    method: Method = "gpt3",
    action: Treatment | None = None,
    ngram: int | None = None,
    fields: Sequence[str] | None = None,
    answers: Sequence[str] = ANSWERS,
    common: int | None = None,
    window: int = WINDOW,
) -> Decontaminate:
    """Take items of evaluation suites out of the corpus: word n-grams in common, every match verified.

    ``suites`` maps names to files of items (JSON Lines, CSV, TSV, Parquet, or text with an item a line). With ``method:
    gpt3`` n is the 5th percentile of the items' length, from 8 to 13 words, n-grams in more than ``common`` (10)
    documents are ignored, and the match is cut out with ``window`` characters on either side; rests shorter than that
    are dropped, and a document in more than 10 pieces is removed. With ``method: datatrove`` n is 12, only n-grams that
    reach into an answer (``answers`` names its fields) count, and the document is removed. ``action`` overrides:
    ``cut``, ``remove`` or ``report``. ``fields`` names the fields of an item that count.
    """
    if ngram is not None and ngram < 2:
        raise UsageError(f"decontaminate: ngram must be at least 2, not {ngram}")
    if window < 0 or (common is not None and common < 1):
        raise UsageError("decontaminate: window must not be negative, and common must be at least 1")
    chosen: Treatment = action or ("cut" if method == "gpt3" else "remove")
    limit = common if common is not None else COMMON if method == "gpt3" else 2**62
    wanted = None if fields is None else tuple(fields)
    return Decontaminate("decontaminate", Suites(suites), method, chosen, ngram, wanted, tuple(answers), limit, window)
