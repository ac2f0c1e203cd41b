"""The filter that finds near duplicates between the splits of a corpus: leaks from training into held-out data."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import Cell, Corpus, Exhibit, Finding, Progress, Score, Table, UsageError, held_out, wilson
from ..base import FILTERS, Annotation, Decision, Judgement
from ..privacy import redact
from .band_files import band_files
from .clusters import TRIALS, portions
from .image_crossings import BRIGHTNESS, crossing_pairs, similarity_of
from .jaccard import Verifier
from .minhash import BANDS, ROWS
from .near_duplicates import read_words
from .signing import sign
from .text_spans import ids_at, require_texts

Treatment = Literal["report", "remove"]
UNDECLARED, HELD_OUT = "", "held-out"


@dataclass(frozen=True, slots=True)
class Leak:
    """Two documents (their numbers) of different splits, and their verified Jaccard similarity."""

    first: int
    second: int
    similarity: float


@dataclass(slots=True)
class Splits:
    """The split of each document as a code; code 0 is that of documents that declare none."""

    names: list[str] = field(default_factory=lambda: [UNDECLARED])
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int16))

    def totals(self) -> dict[str, int]:
        """Documents of each split."""
        return dict(zip(self.names, np.bincount(self.codes, minlength=len(self.names)).tolist(), strict=True))

    def name(self, document: int) -> str:
        """The split of a document."""
        return self.names[int(self.codes[document])]


@dataclass(frozen=True, slots=True)
class CrossSplitDuplicates:
    """Compares documents of different splits only; see :func:`cross_split_duplicates`."""

    name: str
    attribute: str
    train: str
    held_out: float | None
    action: Treatment
    threshold: float
    bands: int
    rows: int
    seed: int | None
    distance: float = 0.12

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Annotations on both documents of a leak, and removals; a corpus of texts is read three times.

        Memory: as near-duplicates or near-duplicate-images, and 2 bytes for each document.
        """
        if corpus.modality == "image":
            return self._judge_images(corpus, progress)
        require_texts(corpus, self.name)
        splits = self._splits(corpus)
        with band_files(self.bands) as (folder, files):
            signed = sign(corpus, files, self.rows, self.seed or 0, progress)
            usable = np.flatnonzero((signed.shingles > 0) & (splits.codes > 0))
            groups = [group for group in files.groups(usable) if np.unique(splits.codes[group]).size > 1]
            texts = read_words(corpus, groups, folder, progress)
            with closing(texts), progress.task("cross-split duplicates: verify"):
                leaks = list(_leaks(groups, splits.codes, texts, self.threshold))
        return self._judgement(corpus, splits, leaks)

    def _judge_images(self, corpus: Corpus, progress: Progress) -> Judgement:
        splits = self._splits(corpus)
        crossing = crossing_pairs(corpus, splits.codes, self.distance, BRIGHTNESS, progress)
        leaks = [Leak(one, other, similarity_of(distance)) for (one, other), distance in crossing.items()]
        return self._judgement(corpus, splits, leaks)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents of each split that have a near duplicate in another."""
        rows: list[tuple[Cell, ...]] = []
        for own, other, score, pairs in _shares(tallies):
            rows.append(
                (own, other, score.n, round(score.value * (score.n or 0)), score.value, score.low, score.high, pairs)
            )
        columns = ("split", "other split", "documents", "with a near duplicate there", "share", "low", "high", "pairs")
        note = (
            f"Pairs of Jaccard similarity {self.threshold} and more (images: within a distance of {self.distance}), "
            "each verified. Low and high: Wilson's interval at 95 %. "
            f"{tallies.get('undeclared', 0):,} documents declare no split and were not compared. Of documents with "
            f"many copies at most {TRIALS} pairs are tried."
        )
        return (Table("cross-split-duplicates", "Near duplicates between splits", columns, tuple(rows), note),)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C055 where documents of one split stand in another."""
        leaking = [(own, other, score) for own, other, score, _ in _shares(tallies) if score.value]
        if not leaking:
            return ()
        hit = [entry for entry in leaking if entry[1] == self.train] or leaking
        own, other, worst = max(hit, key=lambda entry: (entry[2].value, entry[0], entry[1]))
        done = "were removed from it" if self.action == "remove" else "are still in it"
        return (
            Finding(
                "HW-C055",
                "medium" if self.action == "remove" else "high",
                f"Splits leak: {worst.value:.1%} of {own} stands in {other}",
                f"95 % interval {worst.low:.1%} to {worst.high:.1%}. What was seen in training is no test of what was "
                f"learned: numbers on {own} come out too good. Copies in {self.train} {done}.",
                f"Run the step with action: remove, or report the numbers on {own} without these documents.",
                scores=tuple(score for _, _, score in leaking),
            ),
        )

    def _splits(self, corpus: Corpus) -> Splits:
        splits = self.read_splits(corpus)
        if len(corpus) and len(splits.names) < 3:
            found = splits.names[1:]
            raise UsageError(
                f"{self.name}: needs documents of two splits, but attribute {self.attribute!r} "
                f"{f'is {redact(found[0])!r} throughout' if found else 'stands on no document'}; name the attribute "
                "with 'attribute', or set 'held_out' to the share that the model holds out"
            )
        return splits

    def read_splits(self, corpus: Corpus) -> Splits:
        """The split of each document, also where there is one split only, or none."""
        splits = Splits()
        codes = {UNDECLARED: 0}
        parts = [np.zeros(0, np.int16)]
        for batch in corpus.batches(["id", "attributes"]):
            names = self._names(batch)
            parts.append(np.array([codes.setdefault(name, len(codes)) for name in names], np.int16))
            if len(codes) > 1000:
                raise UsageError(
                    f"{self.name}: attribute {self.attribute!r} has more than 1,000 values; it names no split"
                )
        splits.names, splits.codes = list(codes), np.concatenate(parts)
        return splits

    def _names(self, batch: pa.RecordBatch) -> list[str]:
        if self.held_out is not None:
            mask = held_out(batch.column("id").to_pylist(), self.held_out, self.seed or 0)
            return [HELD_OUT if out else self.train for out in mask.tolist()]
        values = pc.map_lookup(batch.column("attributes"), self.attribute, "first").to_pylist()
        return [value or UNDECLARED for value in values]

    def _judgement(self, corpus: Corpus, splits: Splits, leaks: Sequence[Leak]) -> Judgement:
        ids = ids_at(corpus, np.unique(np.array([(leak.first, leak.second) for leak in leaks], np.int64)))
        best: dict[int, tuple[float, int]] = {}
        for leak in leaks:
            for own, other in ((leak.first, leak.second), (leak.second, leak.first)):
                best[own] = max(best.get(own, (0.0, 0)), (leak.similarity, -other))
        notes = [
            Annotation(ids[own], f"near-duplicate-in:{_shown(splits.name(-other))}", score=similarity)
            for own, (similarity, other) in sorted(best.items())
        ]
        removed = [own for own in sorted(best) if self.action == "remove" and splits.name(own) == self.train]
        limit = self.threshold if corpus.modality == "text" else similarity_of(self.distance)
        decisions = tuple(self._decision(ids, splits, own, best[own], limit) for own in removed)
        return Judgement(decisions, {}, tuple(notes), tallies=_tallies(splits, leaks))

    def _decision(
        self, ids: Mapping[int, str], splits: Splits, own: int, match: tuple[float, int], limit: float
    ) -> Decision:
        similarity, other = match[0], -match[1]
        evidence = f"a near duplicate stands in split {_shown(splits.name(other))}"
        return Decision(ids[own], "removed", "cross-split", similarity, limit, evidence, ids[other])


def _leaks(
    groups: Sequence[np.ndarray], codes: np.ndarray, texts: Mapping[int, bytes], threshold: float
) -> Iterator[Leak]:
    for chunk, documents in portions(_pairs(groups, codes), texts):
        verifier = Verifier(documents)
        for first, second in chunk:
            similarity = verifier.jaccard(first, second, threshold)
            if similarity >= threshold:
                yield Leak(first, second, similarity)


def _pairs(groups: Sequence[np.ndarray], codes: np.ndarray) -> list[tuple[int, int]]:
    """Distinct pairs of documents of different splits in one group; each document opens at most 64 of them."""
    pairs: set[tuple[int, int]] = set()
    trials: Counter[int] = Counter()
    for group in groups:
        for place, member in enumerate(group.tolist()):
            others = group[codes[group] != codes[group[place]]].tolist()
            for other in others:
                if trials[member] >= TRIALS:
                    break
                pair = (min(member, other), max(member, other))
                if pair not in pairs:
                    pairs.add(pair)
                    trials[member] += 1
    return sorted(pairs)


def _tallies(splits: Splits, leaks: Sequence[Leak]) -> dict[str, int]:
    """Keys: ``total<tab>split``, ``documents<tab>split<tab>other``, ``pairs<tab>split<tab>other``."""
    documents: dict[tuple[str, str], set[int]] = {}
    pairs: Counter[tuple[str, str]] = Counter()
    for leak in leaks:
        for own, other in ((leak.first, leak.second), (leak.second, leak.first)):
            key = (_shown(splits.name(own)), _shown(splits.name(other)))
            documents.setdefault(key, set()).add(own)
            pairs[key] += 1
    totals = splits.totals()
    tallies = {"undeclared": totals.pop(UNDECLARED, 0)}
    tallies |= {f"total\t{_shown(name)}": number for name, number in totals.items()}
    tallies |= {f"documents\t{own}\t{other}": len(found) for (own, other), found in documents.items()}
    return tallies | {f"pairs\t{own}\t{other}": number for (own, other), number in pairs.items()}


def _shares(tallies: Mapping[str, int]) -> list[tuple[str, str, Score, int]]:
    """Split, other split, the share of the first that stands in the second, and the number of pairs."""
    names = sorted(key.split("\t")[1] for key in tallies if key.startswith("total\t"))
    found = []
    for own in names:
        for other in names:
            if own == other:
                continue
            total, number = tallies[f"total\t{own}"], tallies.get(f"documents\t{own}\t{other}", 0)
            low, high = wilson(number, total)
            score = Score(
                metric="leaked-documents",
                value=number / total,
                n=total,
                unit="share of documents",
                method="leaked-documents/1 documents with a verified near duplicate in the other split",
                low=low,
                high=high,
                interval="Wilson",
                direction="lower",
                slice={"split": own, "other": other},
            )
            found.append((own, other, score, tallies.get(f"pairs\t{own}\t{other}", 0)))
    return found


def _shown(name: str) -> str:
    return redact(name)[:80].replace("\t", " ")


@FILTERS.register("cross-split-duplicates", source="Lee et al. 2022, Deduplicating training data, section 6.2")
def cross_split_duplicates(
    attribute: str = "split",
    train: str = "train",
    held_out: float | None = None,
    action: Treatment = "report",
    threshold: float = 0.7,
    bands: int = BANDS,
    rows: int = ROWS,
    seed: int | None = None,
    distance: float = 0.12,
) -> CrossSplitDuplicates:
    """Find near duplicates between splits, such as training and test: reported, or removed from training.

    The split of a document is the value of its attribute ``attribute``; or, with ``held_out``, the share that a model
    holds out under the seed of the run. Documents of different splits are compared as in near-duplicates
    (``threshold``, ``bands``, ``rows``), every pair verified. ``action: remove`` takes the documents of split ``train``
    out that have a near duplicate in another. Rule ``cross-split``: ``measured`` is the highest similarity. Images are
    compared as in near-duplicate-images, within ``distance``; their similarity is the correlation of the two grey
    pictures, 1 less half the square of the distance.
    """
    if not 0 < threshold <= 1 or bands < 1 or rows < 1:
        raise UsageError("cross-split-duplicates: threshold must be above 0 and at most 1, bands and rows at least 1")
    if not 0 <= distance <= 1:
        raise UsageError(f"cross-split-duplicates: distance must be from 0 to 1, not {distance}")
    if held_out is not None and not 0 < held_out < 1:
        raise UsageError(f"cross-split-duplicates: held_out must be above 0 and below 1, not {held_out}")
    return CrossSplitDuplicates(
        "cross-split-duplicates", attribute, train, held_out, action, threshold, bands, rows, seed, distance
    )
