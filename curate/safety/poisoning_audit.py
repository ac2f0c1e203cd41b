"""Audit ``poisoning``: strings that speak to a model, triggers tied to a source or label, sources unlike all others."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pyarrow.compute as pc

from ...core import (
    UNKNOWN,
    Cell,
    Corpus,
    Exhibit,
    Measurement,
    NotMeasured,
    Progress,
    Score,
    StageReport,
    Table,
    UsageError,
    generator,
    wilson,
)
from ..base import AUDITS
from ..privacy import redact
from .poisoning import Poisoning, poisoning
from .poisoning_findings import Place, anomaly_finding, sign_finding, trigger_finding
from .source_anomalies import FEWEST_DOCUMENTS, FEWEST_SOURCES, LIMIT, Anomaly, anomalies, measure_texts
from .trigger_ngrams import LONGEST_NGRAM, Limits, Tied, tied_ngrams

TITLE = "Signs of poisoning"
SIGNS, TRIGGERS, SOURCES = "poisoning-sign-share", "trigger-ngrams", "anomalous-sources"
LISTED, KEPT = 40, 200


@dataclass(slots=True)
class _Reading:
    """What one pass over the corpus gathers."""

    documents: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    quoted: Counter[str] = field(default_factory=Counter)
    places: list[Place] = field(default_factory=list)
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    sample: list[tuple[str, str, str, str | None]] = field(default_factory=list)


@AUDITS.register(
    "poisoning",
    source="Perez & Ribeiro 2022; Gardner et al. 2021, arXiv 2104.08646 (z-statistic); Iglewicz & Hoaglin 1993 (3.5)",
    unit="share of documents",
)
class PoisoningAudit:
    """Signs of poisoning: injected instructions, hidden text, trigger n-grams and sources unlike all others.

    ``documents`` texts, drawn by the seed, are searched for n-grams of ``smallest`` to four words in at least
    ``minimum`` and at most a tenth of them, of which the share ``purity`` belongs to one source (or one value of the
    attribute ``label``), whose words stand nowhere else and whose neighbours differ; ``rate`` is the false discovery
    rate. All documents are searched for the strings of the filter ``poisoning``, and all sources are compared.
    """

    name = "poisoning"

    def __init__(
        self,
        documents: int = 5000,
        minimum: int = 10,
        purity: float = 0.95,
        rate: float = 0.01,
        smallest: int = 2,
        label: str | None = None,
    ) -> None:
        if documents < 1 or minimum < 2:
            raise UsageError(f"poisoning: documents must be at least 1 and minimum at least 2: {documents}, {minimum}")
        if not (0.5 <= purity <= 1 and 0 < rate < 1):
            raise UsageError(f"poisoning: purity must be from 0.5 to 1 and rate between 0 and 1: {purity}, {rate}")
        if not 1 <= smallest <= LONGEST_NGRAM:
            raise UsageError(f"poisoning: smallest must be from 1 to {LONGEST_NGRAM} words, not {smallest}")
        self.documents, self.label, self.smallest = documents, label, smallest
        self.limits = Limits(minimum=minimum, purity=purity, rate=rate)
        self.step = cast(Poisoning, poisoning())

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Documents with signs, tied n-grams, anomalous sources; findings HW-A043, HW-A044 and HW-A045."""
        corpus.require_documents()
        if corpus.modality != "text":
            reason = f"needs texts, and this corpus holds records of kind {corpus.modality!r}"
            return StageReport("audit", TITLE, scores=(NotMeasured(SIGNS, reason),))
        reading = self._read(corpus, seed, progress)
        tied = self._tied(reading)
        strange = anomalies(reading.sums, reading.counts)
        share = self._share(reading)
        findings = (
            sign_finding(corpus, reading.places, reading.kinds, share),
            trigger_finding(corpus, tied or [], [row[0] for row in reading.sample]),
            anomaly_finding(corpus, strange or []),
        )
        facts: dict[str, Cell] = {
            "Documents with a sign of poisoning": reading.kinds["any"],
            "Trigger n-grams": "not measured" if tied is None else len(tied),
            "Sources unlike the others": "not measured" if strange is None else len({one.source for one in strange}),
        }
        return StageReport(
            "audit",
            TITLE,
            facts,
            (share, *self._counts(reading, tied, strange)),
            tuple(finding for finding in findings if finding is not None),
            tuple(_exhibits(self.step, reading, tied or [], strange or [])),
            {"protocol": self.step.protocol, "sampled": len(reading.sample)},
        )

    def _read(self, corpus: Corpus, seed: int, progress: Progress) -> _Reading:
        reading, size = _Reading(), len(corpus)
        chosen = np.zeros(size, bool)
        chosen[generator(seed, "poisoning", "sample").permutation(size)[: self.documents]] = True
        with progress.task("signs of poisoning", size) as task:
            for batch in corpus.batches(["id", "text", "source", "attributes"]):
                texts = pc.fill_null(batch.column("text"), "")
                ids, sources = batch.column("id").to_pylist(), pc.fill_null(batch.column("source"), UNKNOWN).to_pylist()
                labels: list[str | None] = [None] * len(ids)
                if self.label is not None:
                    labels = pc.map_lookup(batch.column("attributes"), self.label, "first").to_pylist()
                plain = texts.to_pylist()
                self._signs(reading, ids, plain)
                _add_measures(reading, sources, measure_texts(texts))
                for row in np.flatnonzero(chosen[reading.documents : reading.documents + len(ids)]).tolist():
                    reading.sample.append((ids[row], plain[row], sources[row], labels[row]))
                reading.documents += len(ids)
                task.advance(batch.num_rows)
        return reading

    def _signs(self, reading: _Reading, ids: Sequence[str], texts: Sequence[str]) -> None:
        for name, text in zip(ids, texts, strict=True):
            found = self.step.signs(text)
            counted = [sign for sign in found if not sign.quoted]
            reading.kinds.update({sign.kind for sign in counted})
            reading.quoted.update({sign.kind for sign in found if sign.quoted})
            reading.kinds["any"] += bool(counted)
            if counted and len(reading.places) < KEPT:
                kinds = ", ".join(sorted({sign.kind for sign in counted}))
                reading.places.append((name, counted[0].start, counted[0].end, kinds))

    def _tied(self, reading: _Reading) -> list[Tied] | None:
        """N-grams tied to a source or a label; None where neither has two values."""
        found: list[Tied] | None = None
        sources: list[str | None] = [row[2] for row in reading.sample]
        labels = [row[3] for row in reading.sample]
        for values, kind in ((sources, "source: "), (labels, "label: ")):
            known = [place for place, value in enumerate(values) if value is not None]
            if len({values[place] for place in known}) < 2:
                continue
            texts = [reading.sample[place][1] for place in known]
            tied = tied_ngrams(texts, [f"{kind}{values[place]}" for place in known], self.limits, self.smallest)
            moved = (one.at(tuple(known[row] for row in one.rows)) for one in tied)
            found = [*(found or []), *moved]
        return found

    def _share(self, reading: _Reading) -> Score:
        count, n = reading.kinds["any"], reading.documents
        low, high = wilson(count, n)
        method = f"{SIGNS}/1 documents with a string of {self.step.protocol} that is not quoted; Wilson"
        return Score(SIGNS, count / n, n, "share of documents", method, low, high, direction="lower")

    def _counts(
        self, reading: _Reading, tied: list[Tied] | None, strange: list[Anomaly] | None
    ) -> Iterator[Measurement]:
        if tied is None:
            yield NotMeasured(TRIGGERS, "the corpus has one source, and no label of two values is named in 'label'")
        else:
            n, limits = len(reading.sample), self.limits
            method = f"{TRIGGERS}/1 hypergeometric, Benjamini-Hochberg; from {self.smallest} words; {limits}"
            why = f"a count over the {n} documents that were searched"
            yield Score(TRIGGERS, float(len(tied)), n, "n-grams", method, interval=why, direction="lower")
        if strange is None:
            reason = f"fewer than {FEWEST_SOURCES} sources have {FEWEST_DOCUMENTS} documents each to be compared"
            yield NotMeasured(SOURCES, reason)
        else:
            compared = sum(count >= FEWEST_DOCUMENTS for count in reading.counts.values())
            method = f"{SOURCES}/1 modified z-score beyond {LIMIT} in one of seven measures"
            number = float(len({one.source for one in strange}))
            yield Score(SOURCES, number, compared, "sources", method, interval="a count", direction="lower")


def _add_measures(reading: _Reading, sources: Sequence[str], measures: np.ndarray) -> None:
    for source, row in zip(sources, measures, strict=True):
        if source in reading.sums:
            reading.sums[source] += row
        else:
            reading.sums[source] = row.copy()
        reading.counts[source] += 1


def _exhibits(
    step: Poisoning, reading: _Reading, tied: Sequence[Tied], strange: Sequence[Anomaly]
) -> Iterator[Exhibit]:
    n = reading.documents
    rows = [
        (kind, reading.kinds[kind], reading.quoted[kind], reading.kinds[kind] / n, *wilson(reading.kinds[kind], n))
        for kind in step.kinds
    ]
    columns = ("sign", "documents", "quoted in documents", "share", "low", "high")
    note = f"{n:,} documents; {step.protocol}. Quoted: in quotation marks or code, in a text about such strings."
    yield Table("poisoning-signs", "Strings that speak to a model", columns, tuple(rows), note)
    if tied:
        cells = tuple(
            (redact(one.text), redact(one.category), one.documents, one.inside, one.expected, one.z, one.q,
             one.cohesion, one.diversity)
            for one in tied[:LISTED]
        )  # fmt: skip
        heads = ("n-gram", "tied to", "documents", "inside", "by chance", "z", "q", "cohesion", "diversity")
        note = (
            f"In {len(reading.sample):,} sampled documents. Cohesion: how seldom its words stand elsewhere; diversity: "
            "how much the words beside it differ."
        )
        yield Table("poisoning-triggers", "N-grams tied to one source or label", heads, cells, note)
    if strange:
        cells_ = tuple(
            (redact(one.source), one.documents, one.measure, one.value, one.median, one.z) for one in strange[:LISTED]
        )
        heads_ = ("source", "documents", "measure", "mean", "median of sources", "modified z")
        yield Table("poisoning-sources", "Sources unlike the others", heads_, cells_, f"Limit {LIMIT}.")
