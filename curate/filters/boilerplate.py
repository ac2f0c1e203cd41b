"""The filter that cuts lines and paragraphs that stand in many documents of a source."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import Cell, Corpus, Exhibit, Progress, Table, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from ..privacy import redact
from .boilerplate_counts import DocumentCounts
from .line_spans import runs
from .text_column import ids_of, text_column
from .text_lines import Lines, join_lines, split_lines
from .unit_hashes import Units, units_of

LABEL = "boilerplate"
_SHOWN, _EXCERPT = 20, 120
_CUT = "cut: "


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Cuts what stands in many documents of a source; see :func:`boilerplate`."""

    name: str
    unit: str
    minimum_documents: int
    minimum_share: float
    minimum_characters: int
    action: str
    memory: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Edits with the spans that were cut, and removals of documents of which nothing is left.

        Three passes: estimated counts in a table of fixed size, exact counts of what may be frequent, cuts.
        """
        counts = DocumentCounts(self.memory, self.minimum_documents)
        sources: Counter[str] = Counter()
        with progress.task("boilerplate", 3 * len(corpus)) as task:
            for batch in corpus.batches(["id", "text", "source"]):
                sources.update(batch.column("source").fill_null("").to_pylist())
                counts.estimate(self._units(batch).distinct())
                task.advance(batch.num_rows)
            for batch in corpus.batches(["id", "text", "source"]):
                counts.count(self._units(batch).distinct())
                task.advance(batch.num_rows)
            frequent = counts.frequent()
            decisions: list[Decision] = []
            annotations: list[Annotation] = []
            edits: dict[str, str] = {}
            examples: dict[int, tuple[int, str]] = {}
            for batch in corpus.batches(["id", "text", "source"]):
                judged = self._judge(batch, frequent, sources, examples)
                decisions += judged.decisions
                annotations += judged.annotations
                edits |= judged.edits
                task.advance(batch.num_rows)
        return Judgement(tuple(decisions), edits, tuple(annotations), tallies=_shown(examples))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The lines or paragraphs that stood in the most documents."""
        found = [(key.removeprefix(_CUT), number) for key, number in tallies.items() if key.startswith(_CUT)]
        rows: list[tuple[Cell, ...]] = [
            (text, number) for text, number in sorted(found, key=lambda row: (-row[1], row[0]))
        ]
        note = f"At least {self.minimum_documents} documents of one source; beginnings, personal data redacted."
        return (
            Table("boilerplate", f"Most frequent {self.unit}s", (self.unit, "documents"), tuple(rows[:_SHOWN]), note),
        )

    def _units(self, batch: pa.RecordBatch) -> Units:
        sources = batch.column("source").fill_null("")
        return units_of(text_column(batch, self.name), sources, self.unit, self.minimum_characters)

    def _judge(
        self,
        batch: pa.RecordBatch,
        frequent: tuple[np.ndarray, np.ndarray],
        sources: Mapping[str, int],
        examples: dict[int, tuple[int, str]],
    ) -> Judgement:
        texts, ids, units = text_column(batch, self.name), ids_of(batch), self._units(batch)
        lines = split_lines(texts)
        documents = _lookup(frequent, units.keys)
        sizes = np.array([sources[name] for name in batch.column("source").fill_null("").to_pylist()])
        documents[documents / sizes[units.document] < self.minimum_share] = 0
        line_counts = units.spread(documents, len(lines.lines))
        _collect(examples, units, documents, lines)
        faults = (line_counts > 0).astype(np.int64)
        notes = [
            (row, Annotation(ids[row], label, start, end, size))
            for row, (label, start, end, size) in runs(lines, faults, (LABEL,))
        ]
        touched = list(dict.fromkeys(row for row, _ in notes))
        annotations = tuple(note for _, note in notes)
        if self.action == "report":
            return Judgement(annotations=annotations)
        decisions, edits = self._cut(lines, faults, line_counts, ids, touched)
        return Judgement(decisions, edits, annotations)

    def _cut(
        self, lines: Lines, faults: np.ndarray, counts: np.ndarray, ids: list[str], rows: list[int]
    ) -> tuple[tuple[Decision, ...], dict[str, str]]:
        keep = faults == 0
        borders = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[lines.borders]
        joined = join_lines(lines.lines.filter(pa.array(keep)), borders).take(pa.array(rows, pa.int64()))
        decisions, edits = [], {}
        for row, text in zip(rows, joined.to_pylist(), strict=True):
            own = counts[lines.borders[row] : lines.borders[row + 1]]
            cut, most = int((own > 0).sum()), float(own.max())
            evidence, limit = f"{cut} lines cut", float(self.minimum_documents)
            if text.strip():
                decisions.append(Decision(ids[row], "edited", LABEL, most, limit, evidence))
                edits[ids[row]] = text
            else:
                decisions.append(Decision(ids[row], "removed", "only-boilerplate", most, limit, evidence))
        return tuple(decisions), edits


def _lookup(frequent: tuple[np.ndarray, np.ndarray], keys: np.ndarray) -> np.ndarray:
    """In how many documents each unit stands; 0 for one that is not frequent."""
    known, documents = frequent
    if not known.size:
        return np.zeros(keys.size, np.int64)
    places = np.minimum(np.searchsorted(known, keys), known.size - 1)
    found: np.ndarray = np.where(known[places] == keys, documents[places], 0)
    return found


def _collect(examples: dict[int, tuple[int, str]], units: Units, documents: np.ndarray, lines: Lines) -> None:
    """The beginning of each frequent unit that is new, as long as it is among the most frequent ones."""
    for place in _firsts(units.keys, documents):
        key, number = int(units.keys[place]), int(documents[place])
        if key not in examples:
            examples[key] = (number, str(lines.stripped[int(units.first[place])].as_py())[: 4 * _EXCERPT])
    for key in sorted(examples, key=lambda key: (-examples[key][0], key))[_SHOWN:]:
        del examples[key]


def _firsts(keys: np.ndarray, documents: np.ndarray) -> Iterator[int]:
    hits = np.flatnonzero(documents)
    _, first = np.unique(keys[hits], return_index=True)
    yield from hits[np.sort(first)].tolist()


def _shown(examples: Mapping[int, tuple[int, str]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for number, text in examples.values():
        label = f"{_CUT}{redact(text)[:_EXCERPT]}"
        found[label] = max(found[label], number)
    return dict(found)


@FILTERS.register(
    "boilerplate", source="Dubey et al. 2024, Llama 3, section 3.1.1; Wenzek et al. 2020, CCNet, section 3.2"
)
def boilerplate(
    unit: Literal["line", "paragraph"] = "line",
    minimum_documents: int = 7,
    minimum_share: float = 0.0,
    minimum_characters: int = 20,
    action: Literal["cut", "report"] = "cut",
    memory: int = 64,
) -> Boilerplate:
    """Cut lines or paragraphs that stand in many documents of one source: menus, notices, licence headers.

    A line is cut where at least ``minimum_documents`` documents of its source hold it, and at least ``minimum_share``
    of them. Lines are compared without regard to case, digits and white space; those of fewer than
    ``minimum_characters`` stay, because short lines repeat by nature. A paragraph is a run of lines between empty ones.
    What is cut is annotated with its span; a document of which nothing is left is removed, rule ``only-boilerplate``.
    ``measured`` is the number of documents that hold the most frequent line. ``action`` ``report`` only annotates.
    ``memory`` is the size of the table of counts in MiB.
    """
    if minimum_documents < 2 or not 0 <= minimum_share <= 1:
        raise UsageError(
            f"minimum_documents must be at least 2 and minimum_share from 0 to 1, not {minimum_documents} and "
            f"{minimum_share}"
        )
    if minimum_characters < 1 or not 1 <= memory <= 4096:
        raise UsageError(
            f"minimum_characters must be at least 1 and memory from 1 to 4096, not {minimum_characters} and {memory}"
        )
    return Boilerplate("boilerplate", unit, minimum_documents, minimum_share, minimum_characters, action, memory)
