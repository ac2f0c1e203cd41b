"""Whether a detector finds what people found: its area under the ROC curve, a threshold, and the slices where it fails.

A detector is one of texts (``TEXT_DETECTORS``) or one of (source, output) pairs (grounded_detector.DETECTORS). Beside
it stands a blind baseline that has learnt the words of the outputs and never sees a source: what beats only chance, and
not that, has found the style of a set and not its claims.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Exhibit, Finding, IncompleteError, Measurement, NotMeasured, Score, UnknownName, UsageError, sha256
from ...curate import TEXT_DETECTORS, build_detector, checked_scores
from ..answer_file import Row, questions_hash, read_answers
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import LABELLED, SETS, open_set
from ..entailment import Spec, build_entailment
from ..entailment.minilm_encoder import open_minilm
from ..memorization.blind_baseline import blind_scores
from ..statistics import Estimate, Floats, clustered_auc, clustered_rate, paired_auc
from .grounded_detector import DETECTORS, Grounder
from .grounded_pairs import label_of, text_of
from .validity_shown import exhibits_of, findings_of
from .validity_slices import SliceAuc, slice_aucs, slices_of

METRIC = "detector-validity"
SET = "surge_toxicity"
FEWEST = 5
PARTS = ("scores", "findings", "exhibits")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with a label: texts, sources (empty without), positive or not, and a name for what may depend on
    each other."""

    rows: tuple[Row, ...]
    texts: tuple[str, ...]
    sources: tuple[str, ...]
    positive: np.ndarray
    clusters: tuple[str, ...]


@METRICS.register(
    METRIC,
    source="Youden 1950, Cancer 3; Obuchowski 1997, Biometrics 53; Das et al. 2024 (arXiv 2406.16201, blind baseline)",
    unit="AUC; share",
    range="[0, 1]; an AUC of 0.5 is chance",
    needs="file",
    protocol=(
        "AUC of positives over negatives with DeLong's interval, clustered by source; the threshold of Youden's "
        "index from "
        "one half of the sources, its rates from the other; slices against all other rows, Benjamini-Hochberg"
    ),
    pitfalls=(
        "A detector is valid for texts like those of the file, and a threshold more so. An AUC no better than "
        "the blind "
        "baseline's is the style of the set. Labels err too, and an AUC cannot rise above what they allow."
    ),
)
def measure_detector_validity(
    subject: Subject,
    labelled_file: str | None = None,
    detector: str | Sequence[str] = "combined",
    text: str = "output",
    source: str = "source",
    label: str = "label",
    positive: str | None = None,
    entailment: Spec | None = "minilm",
    slices: Sequence[str] = (),
    languages: bool = True,
    minimum: int = 10,
) -> Outcome:
    """AUC of a detector on labelled texts, its best threshold with its rates, and the slices on which it fails.

    ``labelled_file`` (.jsonl or .csv) has a column ``text``, ``label`` (yes or no, or ``positive``) and, for a grounded
    ``detector``, ``source``. Slices are length, language, terms of groups and any column in ``slices``, where
    ``minimum`` rows are of each label. Several detectors are tried one after the other. Without a file text detectors
    are tried on the set surge_toxicity. Finding HW-H050 where the interval includes 0.5.
    """
    if minimum < 2:
        raise UsageError(f"{METRIC}: minimum is at least 2, not {minimum}")
    names = [detector] if isinstance(detector, str) else list(dict.fromkeys(detector))
    if labelled_file is None:
        if unfit := [name for name in names if name in DETECTORS]:
            raise UsageError(f"{METRIC}: {unfit[0]} holds outputs against sources; give labelled_file with both")
        labelled_file = str(open_set(subject, SET).files[SETS[SET][0]])
        text, label, positive = LABELLED["text"], LABELLED["label"], LABELLED["positive"]
    found = [
        _tried(subject, labelled_file, name, text, source, label, positive, entailment, slices, languages, minimum)
        for name in names
    ]
    return Outcome(*(tuple(one for part in found for one in getattr(part, field)) for field in PARTS))


def _tried(
    subject: Subject, labelled_file: str, detector: str, text: str, source: str, label: str, positive: str | None,
    entailment: Spec | None, slices: Sequence[str], languages: bool, minimum: int,
) -> Outcome:  # fmt: skip
    """One detector on the rows of a file."""
    grounded = detector in DETECTORS
    needed = (text, label, *((source,) if grounded else ()), *slices)
    rows = read_answers(labelled_file, needed, subject.progress).rows
    data = _labelled(rows, text, source, label, positive, grounded)
    place = {"detector": detector}
    if reason := _why_not(data, len(rows)):
        return Outcome((NotMeasured(f"{METRIC}-auc", reason, place),))
    values, protocol = _values(subject, data, detector, entailment)
    suffix = f"{protocol}, rows {questions_hash([*data.texts])}"
    area = _auc(values, data)
    parts = slices_of(data.rows, data.texts, data.clusters, slices, languages)
    found = slice_aucs(values, data.positive, data.clusters, parts, minimum)
    scores: list[Measurement] = [_score("auc", area, place, suffix, "positives over negatives, clustered by source")]
    scores += _threshold(values, data, place, suffix, subject.seed)
    scores += _blind(values, data, place, suffix, subject.seed)
    # a group that few rows name stands in the table alone: there are many, and their absence says nothing
    scores += [_slice_score(one, place, suffix) for one in found if one.area or one.kind != "group"]
    findings: tuple[Finding, ...] = tuple(findings_of(detector, scores, found, data.texts, values, data.positive))
    exhibits: tuple[Exhibit, ...] = tuple(exhibits_of(detector, scores, found, values, data.positive))
    return Outcome(tuple(scores), findings, exhibits)


def _labelled(
    rows: Sequence[Row], text: str, source: str, label: str, positive: str | None, grounded: bool
) -> Labelled:
    kept = [(row, known) for row in rows if (known := label_of(row, label, positive)) is not None]
    texts = tuple(text_of(row, text) for row, _ in kept)
    sources = tuple(text_of(row, source) if grounded else "" for row, _ in kept)
    names = (own or one for own, one in zip(sources, texts, strict=True))
    clusters = tuple(sha256(name.encode("utf-8", "replace"))[:16] for name in names)
    return Labelled(
        tuple(row for row, _ in kept), texts, sources, np.array([known for _, known in kept], bool), clusters
    )


def _why_not(data: Labelled, rows: int) -> str:
    wrong = int(data.positive.sum())
    if min(wrong, len(data.positive) - wrong) >= FEWEST:
        return ""
    return (
        f"of {rows} rows {wrong} are labelled positive, {len(data.positive) - wrong} negative and "
        f"{rows - len(data.positive)} not at all; {FEWEST} of each label are needed"
    )


def _values(subject: Subject, data: Labelled, detector: str, entailment: Spec | None) -> tuple[Floats, str]:
    """The detector's score of each row, higher for a positive, and what it rests on."""
    if detector not in DETECTORS:
        try:
            built = build_detector(detector, f"{METRIC}.detector")
        except UnknownName:
            names = ", ".join((*DETECTORS, *TEXT_DETECTORS.names()))
            raise UsageError(f"{METRIC}: no detector {detector!r}; there are {names}") from None
        return checked_scores(built, list(data.texts)), built.protocol
    asked = detector in ("entailment", "contrast", "combined") and entailment is not None
    try:
        model = build_entailment(entailment, f"{METRIC}.entailment") if asked and entailment is not None else None
    except IncompleteError:
        if detector != "combined":
            raise
        model = None
    if detector in ("entailment", "contrast") and model is None:
        raise UsageError(f"{METRIC}: the detector {detector} needs a model of entailment; name one with entailment:")
    grounder = Grounder(model, open_minilm() if detector == "embedding" else None)
    found = []
    with subject.progress.task("holding outputs against their sources", len(data.texts)) as task:
        for source, text in zip(data.sources, data.texts, strict=True):
            value = DETECTORS[detector](grounder.judge(source, text))
            found.append(np.nan if value is None else value)
            task.advance(1)
    values = np.array(found)
    # an output that says nothing claims nothing: it stands with the best supported
    return np.where(np.isnan(values), np.nanmin(values) if (~np.isnan(values)).any() else 0.0, values), (
        f"{detector}/1 {grounder.protocol}"
    )


def _auc(values: Floats, data: Labelled) -> Estimate:
    names = np.array(data.clusters, object)
    return clustered_auc(
        values[data.positive], values[~data.positive], names[data.positive].tolist(), names[~data.positive].tolist()
    )


def youden(values: Floats, positive: np.ndarray) -> float:
    """The value at and above which flagging has the largest TPR - FPR; of equal ones the largest.

    >>> youden(np.array([0.1, 0.4, 0.6, 0.9]), np.array([False, False, True, True]))
    0.6
    """
    cuts = np.unique(values)
    above = np.searchsorted(np.sort(values[positive]), cuts, side="left")
    below = np.searchsorted(np.sort(values[~positive]), cuts, side="left")
    gain = (1 - above / positive.sum()) - (1 - below / (~positive).sum())
    return float(cuts[len(cuts) - 1 - int(np.argmax(gain[::-1]))])


def _threshold(values: Floats, data: Labelled, place: dict[str, str], suffix: str, seed: int) -> Iterator[Measurement]:
    first = np.array([int(sha256(f"{seed}:{name}".encode())[:8], 16) % 2 == 0 for name in data.clusters])
    names = np.array(data.clusters, object)
    sides = [int((data.positive == side)[half].sum()) for half in (first, ~first) for side in (True, False)]
    if min(sides) < 2:
        reason = "one half of the sources has fewer than two rows of a label; a threshold needs both halves"
        yield from (NotMeasured(f"{METRIC}-{name}", reason, place) for name in ("threshold", "tpr", "fpr"))
        return
    cut = youden(values[first], data.positive[first])
    yield Score(
        f"{METRIC}-threshold", cut, int(first.sum()), "detector's score",
        f"{METRIC}-threshold/1 largest TPR - FPR on one half, {suffix}", interval="a choice, not an estimate",
        slice=place,
    )  # fmt: skip
    for name, side, direction in (("tpr", data.positive, "higher"), ("fpr", ~data.positive, "lower")):
        own = ~first & side
        flagged, rows = [Counter(names[mask].tolist()) for mask in (own & (values >= cut), own)]
        found = clustered_rate([flagged[name] for name in rows], list(rows.values()))
        yield Score(
            f"{METRIC}-{name}", found.value, found.n, "share",
            f"{METRIC}-{name}/1 at the threshold of the other half, clustered by source, {suffix}", found.low,
            found.high, interval="Clopper-Pearson at the effective number of sources",
            direction=direction, slice=place,  # type: ignore[arg-type]
        )  # fmt: skip


def _blind(values: Floats, data: Labelled, place: dict[str, str], suffix: str, seed: int) -> Iterator[Measurement]:
    """AUC of the words of the texts alone, and by how much the detector is above it on the same rows."""
    try:
        blind = blind_scores(data.texts, data.positive.tolist(), data.clusters, seed)
    except (IncompleteError, ValueError) as error:  # ValueError: folds that cannot hold both labels
        yield from (NotMeasured(f"{METRIC}-{name}", str(error), place) for name in ("blind-auc", "gain"))
        return
    yield _score("blind-auc", _auc(blind, data), place, suffix, "words of the texts, out of fold", "none")
    sides = data.positive, ~data.positive
    names = np.array(data.clusters, object)
    clusters = names[sides[0]].tolist(), names[sides[1]].tolist()
    gap, _ = paired_auc((values[sides[0]], values[sides[1]]), (blind[sides[0]], blind[sides[1]]), clusters)
    yield Score(
        f"{METRIC}-gain", gap.value, gap.n, "difference of AUC",
        f"{METRIC}-gain/1 detector minus blind baseline, clustered by source, {suffix}", direction="higher",
        slice=place,
        **gap.bounds(-1.0, 1.0),
    )  # fmt: skip


def _score(
    name: str, found: Estimate, place: dict[str, str], suffix: str, how: str, direction: str = "higher"
) -> Score:
    return Score(
        f"{METRIC}-{name}", found.value, found.n, "AUC", f"{METRIC}-{name}/1 {how}, {suffix}",
        direction=direction, slice=place, **found.bounds(0.0, 1.0),  # type: ignore[arg-type]
    )  # fmt: skip


def _slice_score(one: SliceAuc, place: dict[str, str], suffix: str) -> Measurement:
    own = {**place, one.kind: one.value}
    if one.area is None:
        reason = f"{one.positives} positives, {one.negatives} negatives in this slice; {one.minimum} of each are needed"
        return NotMeasured(f"{METRIC}-auc", reason, own)
    return _score("auc", one.area, own, suffix, "positives over negatives, clustered by source")
