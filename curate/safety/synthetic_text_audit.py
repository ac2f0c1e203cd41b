"""Audit ``synthetic-text``: the share of machine-written text, stated with the error of what measured it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...core import (
    Cell,
    Chart,
    Corpus,
    Exhibit,
    Finding,
    Measurement,
    NotMeasured,
    Progress,
    Score,
    Series,
    StageReport,
    Table,
    UsageError,
    wilson,
)
from ..base import AUDITS
from ..privacy import redact
from .excerpts import document_examples
from .labelled import read_labelled
from .passages import Unit, score_passages
from .quantification import DetectorError, Share, adjusted_share, mixture_misfit
from .synthetic_text import THRESHOLD
from .text_detector import Bools, Floats, Spec, build_detector

TITLE = "Machine-written text"
FLAGGED, SHARE = "flagged-machine-written-share", "machine-written-share"
NO_ERROR = (
    "the detector's error is not known; name texts of both kinds in 'labelled', or use the detector linear-classifier, "
    "which measures its own"
)
UNEXPLAINED, SURE = 0.05, 0.001
EACH, SMALLEST, SOURCES, DOCUMENTS, EXAMPLES = 20, 30, 15, 50, 5


@AUDITS.register(
    "synthetic-text", source="Rogan & Gladen 1978; Lang & Reiczigel 2014; Forman 2008", unit="share of documents"
)
class SyntheticTextAudit:
    """Share of machine-written documents, corrected for the measured misses and false alarms of the detector.

    ``detector``, ``threshold`` and ``unit`` are those of the filter ``synthetic-text``. ``labelled`` names texts known
    to be machine-written and texts known not to be (as for the detector ``linear-classifier``); the detector's error is
    measured on them. A trained detector brings its own, measured out of fold. Without either there is no share.
    """

    name = "synthetic-text"

    def __init__(
        self,
        detector: Spec = "machine-phrases",
        threshold: float = THRESHOLD,
        unit: Unit = "document",
        labelled: Mapping[str, Any] | None = None,
    ) -> None:
        if not 0 < threshold <= 1 or unit not in ("line", "document"):
            raise UsageError("synthetic-text: threshold must be above 0 and at most 1, and unit 'line' or 'document'")
        self.detector = build_detector(detector, "synthetic-text.detector")
        self.threshold, self.unit, self.labelled = threshold, unit, labelled

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The flagged share, the detector's error, the corrected share; findings HW-A047 and HW-A048."""
        corpus.require_documents()
        if corpus.modality != "text":
            reason = f"needs texts, and this corpus holds records of kind {corpus.modality!r}"
            return StageReport("audit", TITLE, scores=(NotMeasured(SHARE, reason),))
        known = self.known()
        error = DetectorError.of(*known, self.threshold) if known is not None else None
        scores, sources = self._read(corpus, progress)
        flags = scores >= self.threshold
        count, n = int(flags.sum()), len(flags)
        flagged, share = self._flagged(count, n), self._share(scores, known, error)
        corrected = error if isinstance(share, Score) else None
        findings = (self._finding(corpus, scores, flagged, share),) if count else ()
        return StageReport(
            "audit",
            TITLE,
            {"Documents flagged as machine-written": count, "Share of machine-written documents": _stated(share)},
            (flagged, share, *self._rates(error)),
            tuple(finding for finding in findings if finding is not None),
            tuple(_exhibits(flags, sources, corrected, self.detector.protocol)),
            {"protocol": self.detector.protocol},
        )

    def known(self) -> tuple[Floats, Bools] | None:
        """Scores and labels of texts whose kind is known; None where there are none."""
        own = getattr(self.detector, "known", None)
        if self.labelled is None:
            found: tuple[Floats, Bools] | None = own() if own is not None else None
            return found
        known = read_labelled(self.labelled, "synthetic-text.labelled").require(EACH)
        unseen = getattr(self.detector, "unseen", None)
        if unseen is not None and not np.asarray(unseen(known.texts)).all():
            raise UsageError(
                "synthetic-text: the detector was trained on texts in 'labelled'; leave it out (the detector brings "
                "its own error, measured out of fold) or name other texts"
            )
        scores = score_passages(self.detector, known.texts, self.unit).highest(len(known.texts))
        return scores, known.labels

    def _read(self, corpus: Corpus, progress: Progress) -> tuple[Floats, np.ndarray]:
        parts, sources = [np.zeros(0)], []
        with progress.task("synthetic text", len(corpus)) as task:
            for batch in corpus.batches(["text", "source"]):
                texts = [text or "" for text in batch.column("text").to_pylist()]
                parts.append(score_passages(self.detector, texts, self.unit).highest(len(texts)))
                sources += [source or "unknown" for source in batch.column("source").to_pylist()]
                task.advance(batch.num_rows)
        return np.concatenate(parts), np.array(sources, np.str_)

    def _flagged(self, count: int, n: int) -> Score:
        low, high = wilson(count, n)
        method = f"{FLAGGED}/1 score of a {self.unit} at or above {self.threshold:g}; {self.detector.protocol}; Wilson"
        note = "Wilson; the errors of the detector are in the value"
        return Score(FLAGGED, count / n, n, "share of documents", method, low, high, interval=note)

    def _share(self, scores: Floats, known: tuple[Floats, Bools] | None, error: DetectorError | None) -> Measurement:
        if error is None or known is None:
            return NotMeasured(SHARE, NO_ERROR)
        count, n = int((scores >= self.threshold).sum()), len(scores)
        distance, p = mixture_misfit(scores, *known)
        if distance > UNEXPLAINED and p < SURE:
            reason = (
                f"the scores of about {distance:.0%} of the documents fit no mixture of those of the labelled texts, "
            )
            return NotMeasured(
                SHARE, reason + "so these do not resemble the corpus; label texts that were drawn from it"
            )
        share = adjusted_share(count, n, error)
        if share is None:
            reason = f"the detector flags {error.hits} of {error.positives} machine-written and {error.alarms} of "
            return NotMeasured(SHARE, reason + f"{error.negatives} other labelled texts: it cannot tell them apart")
        method = f"{SHARE}/1 Rogan-Gladen, interval of Lang & Reiczigel; {self.detector.protocol}; {_described(error)}"
        return Score(SHARE, share.value, n, "share of documents", method, share.low, share.high, "Lang-Reiczigel")

    def _rates(self, error: DetectorError | None) -> Iterator[Measurement]:
        names = ("machine-written-detector-sensitivity", "machine-written-detector-specificity")
        if error is None:
            yield from (NotMeasured(name, NO_ERROR) for name in names)
            return
        right = ((error.hits, error.positives), (error.negatives - error.alarms, error.negatives))
        for name, (hits, n) in zip(names, right, strict=True):
            method = f"{name}/1 on labelled texts at {self.threshold:g}; {self.detector.protocol}; Wilson"
            low, high = wilson(hits, n)
            yield Score(name, hits / n, n, "share of labelled texts", method, low, high, direction="higher")

    def _finding(self, corpus: Corpus, scores: Floats, flagged: Score, share: Measurement) -> Finding | None:
        if isinstance(share, Score) and not share.low:
            return None
        all_ids = corpus.ids()
        order = np.argsort(-scores, kind="stable")[: min(DOCUMENTS, round(flagged.value * flagged.n))].tolist()
        ids = tuple(all_ids[place] for place in order)
        places = [(name, 0, 0, f"score {scores[place]:.2f}") for name, place in zip(ids, order, strict=True)][:EXAMPLES]
        examples = document_examples(corpus, places)
        advice = (
            "Find out which sources let machines write, and whether their terms allow training on it. A model trained "
            "on the output of models loses the rare parts of what people write (Shumailov et al. 2024): set documents "
            "aside with the filter 'synthetic-text', or cap their share."
        )
        if isinstance(share, Score) and share.low is not None and share.high is not None:
            return Finding(
                "HW-A047",
                "medium" if share.low > 0.1 else "low",
                f"Between {share.low:.1%} and {share.high:.1%} of the documents are machine-written",
                f"Estimate {share.value:.1%}: {flagged.value:.1%} are flagged, corrected for the measured misses and "
                "false alarms of the detector. It holds where the labelled texts resemble this corpus.",
                advice,
                (share, flagged),
                examples,
                ids,
            )
        return Finding(
            "HW-A048",
            "low",
            f"{round(flagged.value * flagged.n):,} documents look machine-written; how many are is not measured",
            f"{flagged.value:.2%} are flagged by {self.detector.name}. How many are machine-written cannot be "
            f"told from it: {share.reason if isinstance(share, NotMeasured) else ''}.",
            advice,
            (flagged, share),
            examples,
            ids,
        )


def _described(error: DetectorError) -> str:
    return f"error from {error.positives} machine-written and {error.negatives} other texts"


def _stated(share: Measurement) -> Cell:
    if isinstance(share, NotMeasured):
        return "not measured"
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _exhibits(flags: np.ndarray, sources: np.ndarray, error: DetectorError | None, protocol: str) -> Iterator[Exhibit]:
    names, index = np.unique(sources, return_inverse=True)
    totals, hits = np.bincount(index), np.bincount(index, flags.astype(float)).astype(int)
    order = np.lexsort((names, -totals))[:SOURCES].tolist()
    rows: list[tuple[Cell, ...]] = []
    shares: list[tuple[str, Share]] = []
    for place in order:
        n, count, name = int(totals[place]), int(hits[place]), redact(str(names[place]))
        share = adjusted_share(count, n, error) if error is not None and n >= SMALLEST else None
        shares += [(name, share)] if share is not None else []
        corrected = (share.value, share.low, share.high) if share is not None else (None, None, None)
        rows.append((name, n, count, count / n, *corrected))
    columns = ("source", "documents", "flagged", "flagged share", "machine-written share", "low", "high")
    note = f"{protocol}. Corrected for the detector's error where it is known and the source has {SMALLEST} documents."
    yield Table("synthetic-text-sources", "Machine-written text by source", columns, tuple(rows), note)
    if shares:
        series = Series(
            "machine-written share",
            tuple(name for name, _ in shares),
            tuple(share.value for _, share in shares),
            tuple(share.low for _, share in shares),
            tuple(share.high for _, share in shares),
        )
        title = "Machine-written text by source, with its error"
        yield Chart("synthetic-text-chart", title, "interval", "source", "share of documents", (series,))
