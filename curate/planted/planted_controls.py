"""Audit ``planted-controls``: known items are planted in a copy of the corpus to measure what the detectors find."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...core import (
    Chart,
    Corpus,
    Finding,
    Progress,
    Score,
    Series,
    StageReport,
    Table,
    UsageError,
    generator,
)
from ..base import AUDITS
from ..fairness.row_columns import declared_groups
from .associations import association_trials
from .basics import basic_trials
from .erasure import erasure_trials
from .images import draw_images, image_trials
from .labels import Row, draw_records, label_trials
from .passages import passage_trials
from .residual_personal_data import residual_scores, residual_table, residuals
from .rights import rights_trials
from .safety import safety_trials
from .tables import draw_rows, table_trials
from .text_quality import boilerplate_trials, hidden_character_trials
from .trials import Trial, duplicate_trials, personal_data_trials

WANTED_RECALL, ALLOWED_FALSE_POSITIVES = 0.9, 0.1
LISTED = 20
MOST_ROWS = 1_000
NOTES = {
    "text": "Level: true Jaccard similarity of an edited copy (at least this much, less than 0.04 more).",
    "image": "Level: what was done to the copy; a look-alike is another image of the class, or the negative.",
    "table": "Level: the fault. Faults in columns are planted five times, far values once in each "
    "column of numbers. A look-alike that the table holds by chance is left out.",
}


@AUDITS.register("planted-controls", source="Wilson 1927, JASA 22, 209-212", unit="share of planted items")
class PlantedControls:
    """Recall and false positives of every detector on items planted in a copy of the corpus.

    ``documents`` texts are drawn by the seed and copied. Exact copies, copies edited to a known Jaccard similarity
    (``per_level`` at each of 0.5, 0.6, 0.7, 0.8, 0.9 and 0.95), and synthetic values and look-alikes of each type of
    personal data (``per_type`` of each) are planted in the copy, and the real steps run over it. The corpus itself is
    not changed. ``threshold`` is that of the step ``near-duplicates``. Images and tables have controls of their own.
    Where there is a label, ``per_type`` values of the column ``label`` are changed to another one.
    """

    name = "planted-controls"

    def __init__(
        self, documents: int = 2000, per_level: int = 50, per_type: int = 100, threshold: float = 0.7,
        label: str = "label",
    ) -> None:  # fmt: skip
        if min(documents, per_level, per_type) < 1:
            raise UsageError("planted-controls: documents, per_level and per_type must be at least 1")
        if not 0 < threshold <= 1:
            raise UsageError(f"planted-controls: threshold must be above 0 and at most 1, not {threshold}")
        self.documents, self.per_level, self.per_type, self.threshold = documents, per_level, per_type, threshold
        self.label = label

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A score for each detector and level, findings HW-A010 (recall) and HW-A011 (false positives)."""
        corpus.require_documents()
        if corpus.modality == "image":
            images = draw_images(corpus, self.documents, seed)
            trials, pictures = image_trials(images, self.per_type, seed, progress)
            trials += self._labels(corpus, images, seed, progress)
            report = _report(trials, len(images), self.threshold, "image")
            return replace(report, exhibits=(*report.exhibits, *pictures))
        if corpus.modality == "table":
            return self._table(corpus, seed, progress)
        with progress.task("planted controls", 3) as task:
            sample = draw_sample(corpus, self.documents, seed)
            task.advance()
            trials = list(duplicate_trials(sample, self.per_level, self.threshold, seed, progress))
            task.advance()
            trials += personal_data_trials(sample, self.per_type, seed)
            trials += basic_trials(sample, self.per_type, seed)
            trials += hidden_character_trials(sample, self.per_type, seed)
            trials += boilerplate_trials(sample, self.per_type, seed, progress)
            trials += safety_trials(sample, self.per_type, seed)
            trials += rights_trials(sample, self.per_type, seed)
            trials += passage_trials(sample, self.per_level, seed)
            trials += erasure_trials(sample, self.per_type, seed)
            trials += association_trials(sample, seed, progress)
            trials += self._labels(corpus, draw_records(corpus, self.documents, seed), seed, progress)
            task.advance()
        return with_residuals(_report(trials, len(sample), self.threshold), corpus, trials)

    def _table(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        rows = draw_rows(corpus, min(self.documents, MOST_ROWS), seed)
        records = draw_records(corpus, self.documents, seed)
        trials = [*table_trials(rows, self.per_type, seed), *self._labels(corpus, records, seed, progress)]
        return _report(trials, len(records), self.threshold, "table")

    def _labels(self, corpus: Corpus, rows: Sequence[Row], seed: int, progress: Progress) -> list[Trial]:
        groups = [name for name in declared_groups(corpus) if name != self.label]
        return label_trials(rows, corpus.modality, self.label, self.per_type, seed, progress, groups)


def with_residuals(report: StageReport, corpus: Corpus, trials: Sequence[Trial]) -> StageReport:
    """The report, and what personal data may remain after the pass that made the corpus."""
    found = residuals(corpus, trials)
    return replace(
        report,
        facts={**report.facts, **{f"Remaining {one.detector}, estimated": one.remaining for one in found if one.found}},
        scores=(*report.scores, *residual_scores(found)),
        exhibits=(*report.exhibits, *residual_table(found)),
    )


def draw_sample(corpus: Corpus, wanted: int, seed: int) -> dict[str, str]:
    """Texts of ``wanted`` documents (all, where there are fewer) by id, in corpus order, drawn without replacement."""
    size = len(corpus)
    drawn = generator(seed, "planted-controls", "sample").permutation(size)[:wanted]
    chosen = np.zeros(size, bool)
    chosen[drawn] = True
    sample: dict[str, str] = {}
    start = 0
    for batch in corpus.batches(["id", "text"]):
        for place in np.flatnonzero(chosen[start : start + batch.num_rows]).tolist():
            sample[batch.column("id")[place].as_py()] = batch.column("text")[place].as_py() or ""
        start += batch.num_rows
    return sample


def _report(trials: Sequence[Trial], documents: int, threshold: float, kind: str = "text") -> StageReport:
    scores = tuple(trial.score() for trial in trials)
    planted = sum(trial.planted for trial in trials)
    exhibits = (_table(trials, NOTES[kind]), _chart(trials, True), _chart(trials, False))
    return StageReport(
        stage="audit",
        title="Planted controls",
        facts={"Planted controls": planted, "Documents they were planted in": documents},
        scores=scores,
        findings=tuple(finding for finding in (_missed(trials), _false_alarms(trials)) if finding is not None),
        exhibits=exhibits,
        detail={"documents": documents, "planted": planted, "threshold": threshold},
    )


def _label(trial: Trial) -> str:
    return f"{trial.detector} {trial.level}"


def _table(trials: Sequence[Trial], note: str) -> Table:
    rows = []
    for trial in trials:
        score = trial.score()
        numbers = (score.value, score.low, score.high) if isinstance(score, Score) else (None, None, None)
        kind = "to be found" if trial.positive else "look-alike"
        rows.append((trial.detector, trial.level, kind, trial.planted, trial.reported, *numbers))
    columns = ("detector", "level", "planted as", "planted", "reported", "rate", "low", "high")
    return Table("planted-controls", "What was planted and what was found", columns, tuple(rows), note)


def _chart(trials: Sequence[Trial], positive: bool) -> Chart:
    scored = [(_label(trial), trial.score()) for trial in trials if trial.positive == positive]
    points = [(label, score) for label, score in scored if isinstance(score, Score)]
    series = Series(
        "95 % interval",
        tuple(label for label, _ in points),
        tuple(score.value for _, score in points),
        tuple(score.low or 0.0 for _, score in points),
        tuple(0.0 if score.high is None else score.high for _, score in points),
    )
    if positive:
        name, title, label = "planted-recall", "Recall on planted controls", "share found"
    else:
        name, title, label = "planted-false-positives", "False positives on planted look-alikes", "share reported"
    return Chart(name, title, "interval", "detector and level", label, (series,))


def _missed(trials: Sequence[Trial]) -> Finding | None:
    weak = [trial for trial in trials if trial.positive and trial.planted]
    weak = [trial for trial in weak if trial.reported / trial.planted < WANTED_RECALL]
    if not weak:
        return None
    names = ", ".join(f"{_label(trial)} ({trial.reported} of {trial.planted})" for trial in weak)
    return Finding(
        code="HW-A010",
        severity="high" if any(trial.reported / trial.planted < 0.5 for trial in weak) else "medium",
        title=f"Detectors miss more than {1 - WANTED_RECALL:.0%} of what was planted: {names}",
        meaning="Real items of these kinds are missed at least as often: a clean result for them proves little.",
        advice="Look at the documents listed, if any, in which a planted item was missed; lower the threshold of the "
        "step or add a detector for the form that is missed, and repeat the audit.",
        scores=tuple(trial.score() for trial in weak),
        document_ids=_documents(weak),
    )


def _false_alarms(trials: Sequence[Trial]) -> Finding | None:
    loud = [trial for trial in trials if not trial.positive and trial.planted]
    loud = [trial for trial in loud if trial.reported / trial.planted > ALLOWED_FALSE_POSITIVES]
    if not loud:
        return None
    names = ", ".join(f"{_label(trial)} ({trial.reported} of {trial.planted})" for trial in loud)
    return Finding(
        code="HW-A011",
        severity="medium",
        title=f"Detectors report more than {ALLOWED_FALSE_POSITIVES:.0%} of planted look-alikes: {names}",
        meaning="What only looks like these items is reported, and redacted or removed where a step acts on it; counts "
        "of such items are too high.",
        advice="Raise the threshold of the step, or leave this type out of personal-data, and repeat the audit.",
        scores=tuple(trial.score() for trial in loud),
        document_ids=_documents(loud),
    )


def _documents(trials: Sequence[Trial]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for trial in trials for name in trial.wrong))[:LISTED]
