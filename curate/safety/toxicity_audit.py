"""Audit ``toxicity``: how much of a corpus a detector calls toxic, and how fair that detector is on this corpus."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from ...core import Corpus, NotMeasured, Progress, StageReport, UsageError
from ..audits.lexicon import IDENTITY
from ..audits.term_counts import IdentityTerms
from ..base import AUDITS
from .bias_contexts import ContextDraw
from .bias_sheet import BiasSheet, bias_sheet, with_labels
from .passages import Unit, score_passages
from .swaps import load_swaps
from .text_detector import Bools, Spec, build_detector
from .toxicity import THRESHOLD
from .toxicity_findings import biased_groups, low_bpsn, toxic_documents
from .toxicity_scores import (
    RATE,
    Flagged,
    auc_scores,
    rate_score,
    score_exhibits,
    sheet_exhibits,
    shift_scores,
)

TITLE = "Toxicity"


@AUDITS.register(
    "toxicity", source="Borkan et al. 2019 (AUCs); Garg et al. 2019 (swaps); Wilson 1927", unit="share of documents"
)
class ToxicityAudit:
    """Share of documents that a detector flags as toxic, and the bias sheet of the detector on this corpus.

    ``detector``, ``threshold`` and ``unit`` are those of the filter ``toxicity``. The sheet swaps the names of groups
    in at most ``contexts`` sentences for each group and compares the scores; a group with ``minimum`` sentences or more
    is a finding where its name raises the score by ``shift`` or more with the false discovery ``rate`` over all tests.
    ``label`` names an attribute of the documents, of which the value ``positive`` means toxic: it adds subgroup, BPSN
    and BNSP AUC. ``lexicons`` are names of word lists of groups or paths of your own.
    """

    name = "toxicity"

    def __init__(
        self,
        detector: Spec = "toxicity-words",
        threshold: float = THRESHOLD,
        unit: Unit = "line",
        contexts: int = 500,
        minimum: int = 20,
        shift: float = 0.05,
        rate: float = 0.05,
        label: str | None = None,
        positive: str = "1",
        lexicons: Sequence[str | Path] = IDENTITY,
    ) -> None:
        if not 0 < threshold <= 1 or unit not in ("line", "document"):
            raise UsageError("toxicity: threshold must be above 0 and at most 1, and unit 'line' or 'document'")
        if contexts < 1 or minimum < 2:
            raise UsageError(f"toxicity: contexts must be at least 1 and minimum at least 2, not {contexts}, {minimum}")
        self.detector = build_detector(detector, "toxicity.detector")
        self.threshold, self.unit, self.contexts, self.minimum = threshold, unit, contexts, minimum
        self.shift, self.rate, self.label, self.positive = shift, rate, label, positive
        self.terms, self.swaps = IdentityTerms(lexicons), load_swaps()

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The flagged share, the documents that score highest, the sheet; findings HW-A040, HW-A041 and HW-A042."""
        corpus.require_documents()
        if corpus.modality != "text":
            reason = f"needs texts, and this corpus holds records of kind {corpus.modality!r}"
            return StageReport("audit", TITLE, scores=(NotMeasured(RATE, reason),))
        draw = ContextDraw(self.terms, self.contexts, seed)
        flagged, labels, mentions = self._read(corpus, draw, progress)
        sheet = bias_sheet(self.detector, draw, self.swaps, self.threshold, self.minimum)
        if labels is not None and mentions is not None and labels[0].any():
            known, truth = labels
            sheet = with_labels(sheet, flagged.scores[known], truth[known], mentions[known], self.terms.groups)
        return self._report(corpus, flagged, sheet)

    def _read(
        self, corpus: Corpus, draw: ContextDraw, progress: Progress
    ) -> tuple[Flagged, tuple[Bools, Bools] | None, Bools | None]:
        scores, known, truth, mentions = [np.zeros(0)], [], [], []
        with progress.task("toxicity", len(corpus)) as task:
            for batch in corpus.batches(["id", "text", "language", "attributes"]):
                texts = [text or "" for text in batch.column("text").to_pylist()]
                scores.append(score_passages(self.detector, texts, self.unit).highest(len(texts)))
                languages = batch.column("language").to_pylist()
                draw.add(batch.column("id").to_pylist(), texts, languages)
                if self.label is not None:
                    values = pc.map_lookup(batch.column("attributes"), self.label, "first").to_pylist()
                    known.append(np.array([value is not None for value in values], bool) & self._unseen(texts))
                    truth.append(np.array([value == self.positive for value in values], bool))
                    mentions.append(self.terms.count(texts, languages).mentions > 0)
                task.advance(batch.num_rows)
        flagged = Flagged(np.concatenate(scores), self.threshold, self.detector.protocol, self.unit)
        if self.label is None:
            return flagged, None, None
        return flagged, (np.concatenate(known), np.concatenate(truth)), np.concatenate(mentions)

    def _unseen(self, texts: Sequence[str]) -> Bools:
        """Whether the detector was not trained on a text: on those that it was, every area would flatter it."""
        unseen = getattr(self.detector, "unseen", None)
        return np.ones(len(texts), bool) if unseen is None else np.asarray(unseen(texts), bool)

    def _report(self, corpus: Corpus, flagged: Flagged, sheet: BiasSheet) -> StageReport:
        rate = rate_score(flagged)
        protocol = f"{self.detector.protocol}; {self.swaps.protocol}; {self.terms.protocol}"
        shifts = shift_scores(sheet, self.detector.protocol, self.swaps.protocol, self.minimum)
        areas = auc_scores(sheet, self.detector.protocol, self.terms.protocol, self.label)
        findings = (
            toxic_documents(corpus, flagged, rate, self.detector),
            biased_groups(sheet, shifts, self.shift, self.rate, self.detector.name),
            low_bpsn(sheet, areas),
        )
        return StageReport(
            "audit",
            TITLE,
            {"Documents flagged as toxic": flagged.count, "Share flagged as toxic": rate.value},
            (rate, *shifts, *areas),
            tuple(finding for finding in findings if finding is not None),
            (*score_exhibits(corpus, flagged), *sheet_exhibits(sheet)),
            {"protocol": protocol, "skipped": list(sheet.skipped)},
        )
