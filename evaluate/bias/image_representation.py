"""Which groups generated images show, against the images that the model was trained on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest, norm

from ...core import Chart, Exhibit, Finding, IncompleteError, Measurement, NotMeasured, Score, Series, Table, wilson
from ...curate import DetectorError, adjusted_share, build_image_detector, checked_image_scores, redact
from ..base import METRICS, Outcome, Subject
from ..quality.class_consistency import class_judge
from ..quality.image_sets import IMAGES, MINIMUM, ImageSet, generated_images, pictures, real_images
from ..statistics import benjamini_hochberg
from .corrected_shares import corrected_shares

METRIC = "image-representation"
DOCUMENTS, MOST_GROUPS = 20, 50
DECLARED, SEEN = "declared", "seen"


@dataclass(frozen=True, slots=True)
class GroupShare:
    """A group's share in the corpus (``of`` labelled images) and in the samples, each share in [0, 1]."""

    group: str
    by: str
    corpus: float
    of: int
    share: float
    low: float
    high: float
    n: int
    p: float
    raw: float | None = None

    @property
    def ratio(self) -> float:
        """Times the share in the corpus."""
        return self.share / self.corpus


@METRICS.register(
    METRIC,
    source=(
        "after Zhao et al. 2017 (arXiv 1707.09457); error of the classifier: Saerens et al. 2002, Forman 2008, "
        "Lang & Reiczigel 2014"
    ),
    unit="times the share in the corpus",
    range="[0, inf), 1 is no change",
    neutral="1",
    needs="images",
    protocol=(
        "share of a group in samples over its share among the labelled images of the corpus: by the label that the "
        "model was told, and by what a classifier sees, corrected by its error on real images that it has not seen"
    ),
    pitfalls=(
        "A label says what the model was told to draw, not what it drew: read what the classifier sees. The correction "
        "holds where the classifier errs on samples as it does on real images; samples that lie beside the data break "
        "it. Groups of people cannot be told from a face: measure what was declared."
    ),
)
def measure_image_representation(
    subject: Subject,
    group: str = "label",
    detectors: Mapping[str, Any] | None = None,
    threshold: float = 0.5,
    images: int = IMAGES,
    minimum: int = MINIMUM,
    limit: float = 1.25,
) -> Outcome:
    """Share of each group in generated images over its share in the corpus: as declared, and as a classifier sees it.

    ``group`` is ``label`` or a column of groups of the corpus. ``detectors`` are image detectors of your own by group
    (``{smiling: {onnx: {path: smile.onnx}}}``): their error is measured on the images of the corpus that are labelled.
    A group needs ``minimum`` labelled images; at most ``images`` samples are looked at. Finding HW-B020 where the ratio
    lies beyond ``limit`` (or below 1 / ``limit``) with its whole interval, at a false discovery rate of 5 %.
    """
    made, real = generated_images(subject), real_images(subject)
    known = _labels(real, group)
    counts = _counts(known)
    if len(counts) < 2:
        raise IncompleteError(
            f"the images of the corpus have {len(counts)} different values of {group!r}; two are needed to compare"
        )
    drawn = list(range(min(images, len(made))))
    found = [
        *_declared(made, drawn, counts, group),
        *_seen(subject, made, real, known, counts, drawn, minimum, group),
        *_detected(made, real, known, counts, drawn, detectors or {}, threshold),
    ]
    shares = [one for one in found if isinstance(one, GroupShare)]
    missing = [one for one in found if isinstance(one, NotMeasured)]
    adjusted = benjamini_hochberg([one.p for one in shares]).tolist() if shares else []
    scores: list[Measurement] = [*(_score(one, group) for one in shares), *missing]
    told = [
        (one, q)
        for one, q in zip(shares, adjusted, strict=True)
        if q <= 0.05 and (one.low > limit * one.corpus or one.high < one.corpus / limit)
    ]
    findings = [_finding(one, q, group, real, known) for one, q in told]
    return Outcome(tuple(scores), tuple(findings), tuple(_exhibits(shares, group)))


def _labels(images: ImageSet, group: str) -> list[str | None]:
    if group in ("label", "class"):
        return list(images.labels)
    return [own.get(group) for own in images.groups]


def _counts(values: Sequence[str | None]) -> dict[str, int]:
    names, numbers = np.unique([value for value in values if value is not None] or np.zeros(0, str), return_counts=True)
    found = sorted(zip(names.tolist(), numbers.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
    return dict(found[:MOST_GROUPS])


def _declared(
    made: ImageSet, drawn: Sequence[int], counts: Mapping[str, int], group: str
) -> Iterator[GroupShare | NotMeasured]:
    told = [_labels(made, group)[row] for row in drawn]
    n, of = sum(one is not None for one in told), sum(counts.values())
    if not n:
        yield NotMeasured(METRIC, f"the samples carry no {group!r} that the model was told", {"by": DECLARED})
        return
    for name, own in counts.items():
        hits = told.count(name)
        p = float(binomtest(hits, n, own / of).pvalue)
        yield GroupShare(name, DECLARED, own / of, of, hits / n, *wilson(hits, n), n, p)


def _seen(
    subject: Subject, made: ImageSet, real: ImageSet, known: Sequence[str | None], counts: Mapping[str, int],
    drawn: Sequence[int], minimum: int, group: str,
) -> Iterator[GroupShare | NotMeasured]:  # fmt: skip
    labels = [value if value is not None and counts.get(value, 0) >= minimum else None for value in known]
    for name, n in counts.items():
        if n < minimum:
            reason = f"{n} image{'s' if n != 1 else ''} of the corpus, {minimum} are needed"
            yield NotMeasured(METRIC, reason, {"group": redact(name), "by": SEEN})
    kind = "class" if labels == list(real.labels) else f"{group} of {minimum}"
    judge, unseen = class_judge(subject, real, labels, kind)
    errors = _confusion(judge, real, unseen, labels)
    if (errors.sum(1) == 0).any():
        yield NotMeasured(METRIC, "a group has no image left to measure the classifier's error on", {"by": SEEN})
        return
    assert judge.classify is not None
    found = judge.classify(pictures(made, list(drawn))).argmax(1)
    seen = np.bincount(found, minlength=len(judge.classes)).astype(np.float64)
    of = sum(counts[name] for name in judge.classes)
    expected = np.array([counts[name] / of for name in judge.classes])
    shares = corrected_shares(seen, errors, expected, subject.seed)
    if shares is None:
        right = float(np.trace(errors) / errors.sum())
        reason = f"the classifier cannot tell the groups apart (right in {right:.0%} of unseen images)"
        yield NotMeasured(METRIC, reason, {"by": SEEN})
        return
    for place, name in enumerate(judge.classes):
        one = shares[place]
        yield GroupShare(
            name, SEEN, float(expected[place]), of, one.value, one.low, one.high, len(drawn), one.p,
            float(seen[place] / len(drawn)),
        )  # fmt: skip


def _confusion(judge: Any, real: ImageSet, unseen: np.ndarray, labels: Sequence[str | None]) -> np.ndarray:
    """Counts (true class, class seen) of images of the corpus that the classifier has not seen."""
    found = judge.classify(pictures(real, unseen.tolist())).argmax(1)
    places = {name: place for place, name in enumerate(judge.classes)}
    errors = np.zeros((len(places), len(places)))
    np.add.at(errors, ([places[str(labels[row])] for row in unseen], found), 1)
    return errors


def _detected(
    made: ImageSet, real: ImageSet, known: Sequence[str | None], counts: Mapping[str, int], drawn: Sequence[int],
    detectors: Mapping[str, Any], threshold: float,
) -> Iterator[GroupShare | NotMeasured]:  # fmt: skip
    rows = [row for row, value in enumerate(known) if value is not None]
    of = sum(counts.values())
    for name, spec in detectors.items():
        detector = build_image_detector(spec, f"{METRIC}.detectors.{name}")
        by = f"detector {getattr(detector, 'name', type(detector).__name__)}"
        place = {"group": redact(name), "by": redact(by)}
        if name not in counts:
            yield NotMeasured(METRIC, "no labelled image of the corpus has this value, so the error is unknown", place)
            continue
        truth = [known[row] == name for row in rows]
        error = DetectorError.of(checked_image_scores(detector, pictures(real, rows)), truth, threshold)
        flagged = int((checked_image_scores(detector, pictures(made, list(drawn))) >= threshold).sum())
        share = adjusted_share(flagged, len(drawn), error) if error.negatives else None
        if share is None:
            yield NotMeasured(METRIC, "the detector does not tell this group from the others in the corpus", place)
            continue
        corpus = counts[name] / of
        error_of_share = max(share.high - share.low, 1e-9) / (2 * float(norm.ppf(0.975)))
        p = 2 * float(norm.sf(abs(share.value - corpus) / error_of_share))
        yield GroupShare(
            name, by, corpus, of, share.value, share.low, share.high, len(drawn), p, flagged / len(drawn)
        )  # fmt: skip


def _score(one: GroupShare, group: str) -> Score:
    how = {
        DECLARED: "the label that the model was told; Wilson",
        SEEN: "a network of headwater, corrected by its error on unseen real images, both drawn again (Dirichlet)",
    }.get(one.by, "a detector, corrected by its error on labelled images; Lang & Reiczigel")
    low, high = one.low / one.corpus, one.high / one.corpus
    return Score(
        METRIC, one.ratio, one.n, "times the share in the corpus", f"{METRIC}/1 {how}; of {one.of:,} labelled images",
        low, high, interval="given the corpus", slice={redact(group): redact(one.group), "by": redact(one.by)},
    )  # fmt: skip


def _finding(one: GroupShare, q: float, group: str, real: ImageSet, known: Sequence[str | None]) -> Finding:
    more, name = one.ratio > 1, redact(one.group)
    ids = [real.ids[row] for row, value in enumerate(known) if value == one.group][:DOCUMENTS]
    how = "were asked for" if one.by == DECLARED else "are seen"
    return Finding(
        "HW-B020",
        "medium" if one.low > 2 * one.corpus or one.high < one.corpus / 2 else "low",
        f"{redact(group)}: generated images show {name!r} {'more' if more else 'less'} often than the corpus "
        f"({one.ratio:.2f} times)",
        f"{one.share:.1%} of {one.n:,} generated images {how} as {name!r} ({one.low:.1%} to {one.high:.1%}), and "
        f"{one.corpus:.1%} of the {one.of:,} labelled images of the corpus are: {one.ratio:.2f} times as many, false "
        f"discovery rate {q:.3f}.",
        "Look at the samples of this group and at its training images, listed here. Balance the groups in the corpus, "
        "or draw by label; low-variance samplers favour what is frequent already.",
        (_score(one, group),),
        document_ids=tuple(ids),
    )


def _exhibits(shares: Sequence[GroupShare], group: str) -> Iterator[Exhibit]:
    if not shares:
        return
    rows = tuple(
        (redact(one.group), redact(one.by), one.corpus, one.raw, one.share, one.low, one.high, one.ratio, one.p)
        for one in shares
    )
    columns = ("Group", "By", "Share in corpus", "Flagged", "Share in samples", "Low", "High", "Ratio", "p")
    note = (
        "Flagged is what the classifier says; the share in samples is corrected by its measured error, which is in the "
        "interval too. Declared labels need no correction."
    )
    yield Table(METRIC, f"Groups in generated images against the corpus: {redact(group)}", columns, rows, note)
    names = tuple(f"{redact(one.group)} ({redact(one.by)})" for one in shares)
    y = tuple(one.ratio for one in shares)
    low, high = (tuple(getattr(one, side) / one.corpus for one in shares) for side in ("low", "high"))
    yield Chart(
        f"{METRIC}-chart", "Groups in generated images", "interval", "group", "share in samples / share in corpus",
        (Series("ratio", names, y, low, high),), "1 means as often as in the corpus.",
    )  # fmt: skip
