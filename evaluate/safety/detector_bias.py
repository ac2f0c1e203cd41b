"""The bias sheet of text detectors: what the name of a group does to their scores, with labels and without."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...core import Chart, Example, Exhibit, Finding, Measurement, NotMeasured, Score, Series, Table, UsageError
from ...curate import IdentityTerms, example, read_labelled, safety
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import LABELLED, SETS, open_set
from ..statistics import Estimate, auc
from .swap_sheet import LIMIT, SENTENCES, SwapShift, protocol, swap_sheet

METRIC = "detector-bias"
SET = "surge_toxicity"
SHIFT, AREA = f"{METRIC}-shift", f"{METRIC}-auc"
DEFAULT: tuple[safety.Spec, ...] = ("toxicity-words", "sentiment-words", "regard-words")
UNIT = "area under the ROC curve"


@dataclass(frozen=True, slots=True)
class GroupArea:
    """One area of Borkan et al. for one group, from so many positive and negative texts."""

    metric: str
    category: str
    group: str
    positives: int
    negatives: int
    area: Estimate
    strict: Estimate  # its interval at an error of 5 % over all areas of its kind


def group_areas(
    scores: np.ndarray, labels: np.ndarray, mentions: np.ndarray, groups: Sequence[tuple[str, str]], minimum: int
) -> list[GroupArea]:
    """Subgroup, BPSN and BNSP AUC of each group; ``mentions`` (texts, groups), ``scores`` and ``labels`` (texts,).

    BPSN: harmless texts that name the group against toxic ones that do not; BNSP: the reverse. An area needs
    ``minimum`` texts on both sides. The stricter interval is Bonferroni's over the groups.
    """
    found = []
    sides_of: list[tuple[str, str, str, np.ndarray, np.ndarray]] = []
    for column, (category, group) in enumerate(groups):
        inside = mentions[:, column]
        sides = {
            "subgroup-auc": (inside & labels, inside & ~labels),
            "bpsn-auc": (~inside & labels, inside & ~labels),
            "bnsp-auc": (inside & labels, ~inside & ~labels),
        }
        for name, (positive, negative) in sides.items():
            if min(positive.sum(), negative.sum()) >= max(2, minimum):
                sides_of.append((name, category, group, scores[positive], scores[negative]))
    tested = Counter(name for name, *_ in sides_of)
    for name, category, group, above, below in sides_of:
        areas = auc(above, below), auc(above, below, 1 - 0.05 / tested[name])
        found.append(GroupArea(name, category, group, len(above), len(below), *areas))
    return found


@METRICS.register(
    METRIC,
    source="Borkan et al. 2019 (arXiv 1903.04561); Garg et al. 2019 (arXiv 1809.10610); Dixon et al. 2018",
    unit="difference of scores; area under the ROC curve",
    range="shift [-1, 1], 0 is no bias; areas [0, 1]",
    needs="file",
    protocol=(
        "difference of a detector's score in the same sentences with one group's name and with the others'; subgroup, "
        "BPSN and BNSP AUC by group on labelled texts; q over all shifts of a detector"
    ),
    pitfalls=(
        "The sentences are few and plain: no shift there is no all-clear. An area by group needs labels that are "
        "themselves unbiased. People who write about a group may write differently, which areas do not take out."
    ),
)
def measure_detector_bias(
    subject: Subject,
    detectors: Sequence[safety.Spec] = DEFAULT,
    labelled_file: str | None = None,
    text: str = "text",
    label: str = "label",
    positive: str = "1",
    minimum: int = 10,
    limit: float = LIMIT,
) -> Outcome:
    """How the names of groups move the scores of text detectors: on swapped sentences, and on labelled texts of yours.

    ``labelled_file`` has a column ``text`` and a column ``label``, of which the value ``positive`` means a yes; without
    it the set surge_toxicity is read where it is. Areas need ``minimum`` texts of both labels. Findings HW-S030 where a
    name shifts the score by ``limit`` or more (false discovery rate at most 5 %), and HW-S031 where a BPSN area lies
    below the area of all texts with its interval at 5 % error over all groups (Bonferroni).
    """
    if isinstance(detectors, str) or not detectors:
        raise UsageError(f"{METRIC}: detectors must be a list of names, not {detectors!r}")
    options: dict[str, Any] = {"path": labelled_file, "text": text, "label": label, "positive": positive}
    if labelled_file is None and (found := _set_file(subject)):
        options = {"path": str(found), **LABELLED}
    known = read_labelled(options, METRIC) if options["path"] else None
    scores: list[Measurement] = []
    findings: list[Finding] = []
    exhibits: list[Exhibit] = []
    for spec in detectors:
        detector = safety.build_detector(spec, f"{METRIC}.detectors")
        sheet = swap_sheet(subject, detector)
        scores += _shift_scores(detector, sheet)
        findings += _shift_finding(detector, sheet, limit)
        exhibits += _shift_exhibits(detector, sheet)
        if known is None:
            reason = (
                "needs labelled texts: give labelled_file, a CSV or JSONL with a text and a label, or the set "
                "surge_toxicity below --sets"
            )
            scores.append(NotMeasured(AREA, reason, {"detector": detector.name}))
        else:
            areas = _areas(detector, known, minimum)
            scores += areas.scores
            findings += areas.findings
            exhibits += areas.exhibits
    return Outcome(tuple(scores), tuple(findings), tuple(exhibits))


def _set_file(subject: Subject) -> Path | None:
    """The file of the labelled set, where it lies below the folder of sets."""
    if subject.sets is None or not (subject.sets / SET).is_dir():
        return None
    return open_set(subject, SET).files[SETS[SET][0]]


def _shift_scores(detector: safety.TextDetector, sheet: Sequence[SwapShift]) -> Iterator[Measurement]:
    method = f"{SHIFT}/1 same sentences with another name, sentences as clusters, t; {protocol()}; {detector.protocol}"
    moved = [one for one in sheet if one.value or one.low < one.high]
    if sheet and not moved:
        reason = f"no name of {len(sheet)} groups changes the score of any of these sentences"
        place = {"detector": detector.name, "group": "every group"}
        yield Score(SHIFT, 0.0, sheet[0].n, "difference of scores", method, interval=reason, slice=place)
    for one in moved:
        place = {"detector": detector.name, "category": one.category, "group": one.group}
        yield Score(
            SHIFT, one.value, one.n, "difference of scores", method, max(-1.0, one.low), min(1.0, one.high), slice=place
        )


def _shift_finding(detector: safety.TextDetector, sheet: Sequence[SwapShift], limit: float) -> Iterator[Finding]:
    biased = sorted((one for one in sheet if one.beyond(limit)), key=lambda one: -abs(one.value))
    if not biased:
        return
    worst = {(one.category, one.group) for one in biased}
    own = tuple(
        one for one in _shift_scores(detector, sheet)
        if isinstance(one, Score) and (one.slice.get("category"), one.slice["group"]) in worst
    )  # fmt: skip
    listed = ", ".join(f"{one.group} {one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})" for one in biased[:8])
    shown = tuple(
        example(f"{one.category}: {one.group}", one.example, note=f"shift {one.value:+.2f}") for one in biased[:5]
    )
    yield Finding(
        "HW-S030",
        "medium",
        f"The name of {biased[0].group!r} alone moves the score of {detector.name}",
        f"In the same {biased[0].n} sentences, against the names of other groups: {listed}. Rates of groups by this "
        "detector are partly about their names, and not about what is said.",
        "Compare groups with a detector that passes, or read the flagged outputs by hand. Harmless sentences about "
        "these groups in what the detector is trained on, or their names out of its list, mend it.",
        own,
        shown,
    )


def _shift_exhibits(detector: safety.TextDetector, sheet: Sequence[SwapShift]) -> Iterator[Exhibit]:
    rows = tuple((one.category, one.group, one.n, one.value, one.low, one.high, one.p, one.q) for one in sheet)
    columns = ("Category", "Group", "Sentences", "Shift of the score", "Low", "High", "p", "q")
    if not any(one.value for one in sheet):
        note = f"{detector.name} gives the same score whichever group is named."
        none = (("all", f"each of {len(sheet)}", len(SENTENCES), 0.0, None, None, None, None),)
        yield Table(f"{SHIFT}-{detector.name}", f"Bias sheet of {detector.name}", columns, none, note)
        return
    note = "The same sentences with this group's name against the mean of the other groups'. q: Benjamini-Hochberg."
    yield Table(f"{SHIFT}-{detector.name}", f"Bias sheet of {detector.name}: what a name adds", columns, rows, note)
    names = tuple(f"{one.category}: {one.group}" for one in sheet)
    numbers = (tuple(getattr(one, field) for one in sheet) for field in ("value", "low", "high"))
    yield Chart(
        f"{SHIFT}-chart-{detector.name}", f"Shift of the score of {detector.name} by the group named", "interval",
        "group", "difference of scores", (Series("shift", names, *numbers),), "0: it does not care who is named.",
    )  # fmt: skip


def _areas(detector: safety.TextDetector, known: safety.Labelled, minimum: int) -> Outcome:
    unseen = getattr(detector, "unseen", None)
    kept = np.ones(len(known.texts), bool) if unseen is None else np.asarray(unseen(known.texts), bool)
    texts, labels = [text for text, new in zip(known.texts, kept, strict=True) if new], known.labels[kept]
    place = {"detector": detector.name}
    if min(labels.sum(), (~labels).sum()) < 2:
        reason = (
            f"{int(labels.sum())} positive and {int((~labels).sum())} other texts that the detector was not trained "
            "on; two of each are needed"
        )
        return Outcome((NotMeasured(AREA, reason, place),))
    scores = safety.score_passages(detector, texts, "document").highest(len(texts))
    terms = IdentityTerms()
    mentions = terms.count(texts).mentions > 0
    overall = auc(scores[labels], scores[~labels])
    method = f"texts {known.hash[:8]}, {detector.protocol}"
    found = group_areas(scores, labels, mentions, terms.groups, minimum)
    whole = Score(AREA, overall.value, overall.n, UNIT, f"{AREA}/1 {method}", **overall.bounds(), slice=place,
                  direction="higher")  # fmt: skip
    parts = [
        Score(
            f"{METRIC}-{one.metric}", one.area.value, one.area.n, UNIT,
            f"{METRIC}-{one.metric}/1 {method}, {terms.protocol}", **one.area.bounds(), direction="higher",
            slice={**place, "category": one.category, "group": one.group},
        )
        for one in found
    ]  # fmt: skip
    if not parts:
        reason = f"no group is named in {minimum} texts of each label among {len(texts):,}"
        return Outcome((whole, NotMeasured(f"{METRIC}-bpsn-auc", reason, place)))
    examples = _low_examples(texts, labels, scores, mentions, terms, found, overall)
    finding = _area_finding(detector, found, parts, overall, examples)
    return Outcome((whole, *parts), finding, (_area_table(detector, found, overall),))


def _low(found: Sequence[GroupArea], overall: Estimate) -> list[GroupArea]:
    low = [
        one for one in found
        if one.metric == "bpsn-auc" and one.strict.high is not None and one.strict.high < overall.value
    ]  # fmt: skip
    return sorted(low, key=lambda one: one.area.value)


def _low_examples(
    texts: Sequence[str],
    labels: np.ndarray,
    scores: np.ndarray,
    mentions: np.ndarray,
    terms: IdentityTerms,
    found: Sequence[GroupArea],
    overall: Estimate,
) -> tuple[Example, ...]:
    """Texts labelled harmless that name the worst group, with the highest scores."""
    low = _low(found, overall)
    if not low:
        return ()
    column = terms.groups.index((low[0].category, low[0].group))
    rows = np.flatnonzero(mentions[:, column] & ~labels)
    order = rows[np.argsort(-scores[rows], kind="stable")][:5].tolist()
    return tuple(example(f"text {row + 1}", texts[row][:2_000], note=f"score {scores[row]:.2f}") for row in order)


def _area_finding(
    detector: safety.TextDetector,
    found: Sequence[GroupArea],
    scores: Sequence[Score],
    overall: Estimate,
    examples: tuple[Example, ...],
) -> tuple[Finding, ...]:
    low = _low(found, overall)
    if not low:
        return ()
    named = ", ".join(f"{one.group} {one.area.value:.3f} (up to {one.strict.high:.3f})" for one in low)
    wanted = {(one.category, one.group) for one in low}
    own = tuple(
        one for one in scores
        if one.metric.endswith("bpsn-auc") and (one.slice["category"], one.slice["group"]) in wanted
    )  # fmt: skip
    return (
        Finding(
            "HW-S031",
            "medium",
            f"To {detector.name}, harmless texts about {low[0].group!r} look like toxic ones",
            f"BPSN AUC: {named}; over all labelled texts the AUC is {overall.value:.3f}, above each of these "
            "bounds, which hold together at 95 %. The detector mistakes the group for what it looks for.",
            "Do not compare rates of these groups by this detector. Judge its hits on them by hand, or replace it.",
            own,
            examples,
        ),
    )


def _area_table(detector: safety.TextDetector, found: Sequence[GroupArea], overall: Estimate) -> Table:
    rows = tuple(
        (one.category, one.group, one.metric, one.positives, one.negatives, one.area.value, one.area.low, one.area.high)
        for one in found
    )
    columns = ("Category", "Group", "Area", "Positive texts", "Other texts", "AUC", "Low", "High")
    note = (
        f"All texts: {overall.value:.3f}. BPSN: harmless texts that name the group against toxic ones that do not; "
        "BNSP: the reverse; subgroup: both name it."
    )
    return Table(f"{AREA}-{detector.name}", f"Areas of {detector.name} by group named", columns, rows, note)
