"""The numbers of the toxicity audit as scores, tables and charts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...core import Cell, Chart, Corpus, Exhibit, Measurement, NotMeasured, Score, Series, Table, wilson
from ..privacy import redact
from .bias_sheet import BiasSheet
from .text_detector import Floats

RATE, SHIFT = "flagged-toxic-share", "identity-score-shift"
AREAS = ("subgroup-auc", "bpsn-auc", "bnsp-auc")
SOURCES, BINS, LISTED = 15, 10, 80


@dataclass(frozen=True, slots=True)
class Flagged:
    """The highest score of each document (n,), and what flags it."""

    scores: Floats
    threshold: float
    protocol: str
    unit: str

    @property
    def flags(self) -> np.ndarray:
        """Whether each document is flagged: bool (n,)."""
        found: np.ndarray = self.scores >= self.threshold
        return found

    @property
    def count(self) -> int:
        """Number of flagged documents."""
        return int(self.flags.sum())


def rate_score(flagged: Flagged) -> Score:
    """Share of flagged documents with Wilson's interval."""
    n = len(flagged.scores)
    low, high = wilson(flagged.count, n)
    return Score(
        RATE,
        flagged.count / n,
        n,
        "share of documents",
        f"{RATE}/1 highest score of a {flagged.unit} at or above {flagged.threshold:g}; {flagged.protocol}; Wilson",
        low,
        high,
        interval="Wilson; it covers the draw of documents, not the errors of the detector",
        direction="lower",
    )


def shift_scores(sheet: BiasSheet, detector: str, swaps: str, minimum: int) -> tuple[Measurement, ...]:
    """A score for each group and comparison, or why there is none."""
    if not sheet.shifts:
        reason = f"no group has {minimum} documents with a sentence in which its name can be swapped for another"
        return (NotMeasured(SHIFT, reason),)
    return tuple(
        Score(
            SHIFT,
            one.shift.value,
            one.shift.n,
            "difference of scores",
            f"{SHIFT}/1 same sentence with another name in it, documents as clusters, t; {detector}; {swaps}",
            one.shift.low,
            one.shift.high,
            slice={"category": one.category, "group": one.group, "against": one.against},
        )
        for one in sheet.shifts
    )


def auc_scores(sheet: BiasSheet, detector: str, terms: str, label: str | None) -> tuple[Measurement, ...]:
    """A score for each area of each group, or why there is none."""
    if label is None:
        reason = "needs labelled documents; name the attribute that says whether a text is toxic in 'label'"
        return tuple(NotMeasured(name, reason) for name in AREAS)
    if sheet.overall is None:
        return tuple(
            NotMeasured(
                name, f"no documents of both labels in the attribute {label!r} that the detector was not trained on"
            )
            for name in AREAS
        )
    found: list[Measurement] = [
        Score(
            one.metric,
            one.auc.value,
            one.auc.positives + one.auc.negatives,
            "area under the ROC curve",
            f"{one.metric}/1 Borkan et al. 2019; Newcombe 2006 method 5; {detector}; {terms}",
            one.auc.low,
            one.auc.high,
            direction="higher",
            slice={"category": one.category, "group": one.group},
        )
        for one in sheet.aucs
    ]
    few = NotMeasured("bpsn-auc", "no group is named in ten labelled documents of each kind")
    return tuple(found) or (few,)


def score_exhibits(corpus: Corpus, flagged: Flagged) -> Iterator[Exhibit]:
    """How scores are distributed, and the flagged share of each source."""
    counts = np.bincount(np.minimum((flagged.scores * BINS).astype(int), BINS - 1), minlength=BINS).tolist()
    names = tuple(f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}" for place in range(BINS))
    series = Series("documents", names, tuple(float(count) for count in counts))
    note = f"Threshold {flagged.threshold:g}; {flagged.protocol}."
    yield Chart("toxicity-scores", "Toxicity: scores", "bar", "highest score", "documents", (series,), note)
    sources = np.array([source or "" for source in corpus.column("source").to_pylist()], object)
    names_, index = np.unique(sources.astype(str), return_inverse=True)
    totals, hits = np.bincount(index), np.bincount(index, flagged.flags.astype(float)).astype(int)
    order = np.lexsort((names_, -hits))[:SOURCES].tolist()
    rows = tuple(_source_row(str(names_[place]), int(hits[place]), int(totals[place])) for place in order)
    columns = ("source", "documents", "flagged", "share", "low", "high")
    rest = f" {len(names_) - len(rows)} more sources are not listed." if len(names_) > len(rows) else ""
    yield Table("toxicity-sources", "Toxicity: flagged documents by source", columns, rows, f"{note}{rest}")


def _source_row(source: str, hits: int, total: int) -> tuple[Cell, ...]:
    return (redact(source), total, hits, hits / total, *wilson(hits, total))


def sheet_exhibits(sheet: BiasSheet) -> Iterator[Exhibit]:
    """The bias sheet: shifts, flagged rates and areas by group."""
    yield from _shift_exhibits(sheet)
    if sheet.rates:
        rows: list[tuple[Cell, ...]] = [
            (one.category, one.group, one.n, one.flagged, one.flagged / one.n, one.low, one.high, one.q)
            for one in sheet.rates
        ]
        hits, total = sheet.background
        if total:
            rows.append(("nobody", "no group named", total, hits, hits / total, *wilson(hits, total), None))
        yield Table(
            "toxicity-identity-rates",
            "Bias sheet: flagged sentences by the group that they name",
            ("category", "group", "sentences", "flagged", "share", "low", "high", "q"),
            tuple(rows),
            "One sentence a document and group. q: Fisher's exact test against sentences that name nobody, "
            "Benjamini-Hochberg over the whole sheet. What people write about a group is in this rate too; the swaps "
            "are what the detector adds.",
        )
    if sheet.aucs:
        rows = [
            (one.category, one.group, one.metric, one.auc.positives, one.auc.negatives, one.auc.value, one.auc.low,
             one.auc.high)
            for one in sheet.aucs[:LISTED]
        ]  # fmt: skip
        overall = f"All documents: {sheet.overall.value:.3f}. " if sheet.overall else ""
        columns = ("category", "group", "metric", "toxic", "harmless", "AUC", "low", "high")
        note = f"{overall}BPSN: harmless texts about the group against toxic ones about others; BNSP: the reverse."
        yield Table("toxicity-identity-auc", "Bias sheet: areas under the ROC curve", columns, tuple(rows), note)


def _shift_exhibits(sheet: BiasSheet) -> Iterator[Exhibit]:
    if not sheet.shifts:
        return
    rows = tuple(
        (one.category, one.group, one.against, one.contexts, one.shift.n, one.shift.value, one.shift.low,
         one.shift.high, one.shift.p, one.q)
        for one in sheet.shifts
    )  # fmt: skip
    columns = (
        "category", "group", "against", "sentences", "documents", "shift of the score", "low", "high", "p", "q",
    )  # fmt: skip
    yield Table(
        "toxicity-identity-shifts",
        "Bias sheet: what the name of a group adds to the score",
        columns,
        rows,
        "The same sentences of this corpus with the name swapped, so that nothing else differs. Against neutral: a "
        "word that names no group; against others: the mean of the other groups.",
    )
    shown = [one for one in sheet.shifts if one.against == "others"]
    series = Series(
        "shift of the score",
        tuple(f"{one.category}: {one.group}" for one in shown),
        tuple(one.shift.value for one in shown),
        tuple(one.shift.low for one in shown),
        tuple(one.shift.high for one in shown),
    )
    yield Chart(
        "toxicity-identity-shift-chart",
        "Bias sheet: shift of the score against the other groups",
        "interval",
        "group",
        "shift of the score",
        (series,),
        "0 means that the detector does not care which group is named.",
    )
