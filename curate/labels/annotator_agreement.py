"""Audit ``annotator-agreement``: how far several annotators give one item the same label, in all and by group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from ...core import Corpus, Measurement, NotMeasured, Progress, StageReport, UsageError
from ..base import AUDITS
from ..privacy import redact
from .agreement import (
    LEVELS,
    Floats,
    Ints,
    Level,
    Ratings,
    alphas,
    cohen_kappas,
    fleiss_kappas,
    overlaps,
    pair_agreement,
    pairs_of,
)
from .agreement_chance import AgreementGap, Estimate, Statistic, estimate, gap_of_annotators, gap_of_items
from .agreement_exhibits import agreement_exhibits
from .agreement_findings import agreement_finding, gap_finding
from .agreement_scores import ALPHA, COHEN, FLEISS, PAIRS, gap_scores, score
from .ratings import Grouped, Labelled, Layout, read_ratings

MOST_ANNOTATORS, LISTED_PAIRS = 200, 50


@dataclass(frozen=True)
class Pair:
    """Cohen's kappa of two annotators."""

    one: str
    other: str
    kappa: Estimate


@AUDITS.register(
    "annotator-agreement",
    source="Krippendorff 2011 (alpha); Fleiss 1971; Cohen 1960; Zapf et al. 2016 (intervals); Phipson & Smyth 2010",
    unit="agreement above chance",
)
class AnnotatorAgreement:
    """How far annotators agree: alpha and kappa with intervals, by group, and the items they disagree on most.

    Long: each row is one label, and ``item``, ``annotator`` and ``label`` are its columns. Wide: each row is an item
    and ``annotators`` are columns of labels. ``level`` is nominal, ordinal (``order`` lists the labels from the lowest
    up) or interval. ``groups`` are columns of the items, ``annotator_groups`` of the annotators (long only). Groups
    need ``minimum`` items with two labels, pairs of annotators as many in common. A finding needs an alpha below
    ``wanted``, or a gap of ``effect`` above chance at the false discovery ``rate``.
    """

    name = "annotator-agreement"

    def __init__(
        self, item: str | None = None, annotator: str | None = None, label: str | None = None,
        annotators: Sequence[str] = (), level: Level = "nominal", order: Sequence[str | bool | float] = (),
        groups: Sequence[str] = (), annotator_groups: Sequence[str] = (), minimum: int = 10, wanted: float = 0.8,
        effect: float = 0.1, rate: float = 0.05, resamples: int = 1_000, permutations: int = 999,
        maximum_labels: int = 100, maximum_groups: int = 50,
    ) -> None:  # fmt: skip
        if level not in LEVELS:
            raise UsageError(f"annotator-agreement: level must be one of {', '.join(LEVELS)}, not {level!r}")
        if minimum < 2 or resamples < 40 or permutations < 19 or maximum_labels < 2 or maximum_groups < 2:
            raise UsageError(
                "annotator-agreement: minimum, maximum_labels and maximum_groups must be at least 2, resamples 40 and "
                f"permutations 19, not {minimum}, {maximum_labels}, {maximum_groups}, {resamples} and {permutations}"
            )
        if not 0 < wanted <= 1 or not 0 < effect <= 2 or not 0 < rate < 1:
            raise UsageError(
                "annotator-agreement: wanted must be above 0 and at most 1, effect above 0 and at most 2, rate between "
                f"0 and 1, not {wanted}, {effect} and {rate}"
            )
        _check_columns(item, annotator, label, annotators, groups, annotator_groups)
        if len(set(order)) != len(order):
            raise UsageError("annotator-agreement: order must name each label once")
        self.layout = Layout(
            item, annotator, label, tuple(annotators), tuple(groups), tuple(annotator_groups), level,
            tuple(str(name).lower() if isinstance(name, bool) else str(name) for name in order),
        )  # fmt: skip
        self.minimum, self.wanted, self.effect, self.rate = minimum, wanted, effect, rate
        self.resamples, self.permutations = resamples, permutations
        self.maximum_labels, self.maximum_groups = maximum_labels, maximum_groups

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Coefficients, pairs, groups and items; the findings HW-A092 (agreement) and HW-A093 (a gap)."""
        corpus.require_documents()
        with progress.task("annotator agreement: read", 1) as task:
            found = self._labelled(corpus)
            task.advance(1)
        if isinstance(found, str):
            return StageReport("audit", "Annotator agreement", scores=(NotMeasured(ALPHA, redact(found)),))
        with progress.task("annotator agreement: compare"):
            return self._report(corpus, found, seed)

    def _labelled(self, corpus: Corpus) -> Labelled | str:
        if not self.layout.named:
            return "no columns are named; set item, annotator and label, or annotators: [COLUMN, COLUMN]"
        found = read_ratings(corpus, self.layout)
        if isinstance(found, str):
            return found
        ratings, level = found.ratings, self.layout.level
        if level != "interval" and len(ratings.categories) > self.maximum_labels:
            return (
                f"there are {len(ratings.categories):,} different labels, more than maximum_labels "
                f"({self.maximum_labels}); set level: interval for measurements, or put them into classes"
            )
        if len(np.unique(ratings.annotators)) < 2:
            return "there is only one annotator, and nobody to agree with"
        return found if _pairable(ratings).any() else "no item has labels by two annotators"

    def _report(self, corpus: Corpus, found: Labelled, seed: int) -> StageReport:
        ratings, level = found.ratings, self.layout.level
        items = np.flatnonzero(_pairable(ratings))
        alpha = self._estimate(lambda weights: alphas(ratings, level, weights), items, ratings, seed, ALPHA)
        if alpha is None:
            only = ratings.categories[int(ratings.values[np.isin(ratings.items, items)][0])]
            reason = (
                f"every label of an item with two labels is {only!r}: agreement cannot be told from chance, and alpha "
                "and kappa are undefined"
            )
            return StageReport("audit", "Annotator agreement", scores=(NotMeasured(ALPHA, redact(reason)),))
        scores = [score(ALPHA, alpha, self._method(level))]
        share = self._estimate(lambda weights: pair_agreement(ratings, weights), items, ratings, seed, PAIRS)
        scores += [
            score(PAIRS, share, "pair-agreement/1 share of pairs of labels that are equal; not chance-corrected")
        ]
        scores += [self._fleiss(ratings, seed)]
        pairs, untold = self._pairs(ratings, seed)
        compared, gaps = self._compare(found, seed)
        tested = _tested(compared)
        findings = [agreement_finding(corpus, found, level, alpha, scores[0], self.wanted)]
        findings += [gap_finding(corpus, found, level, gap, q, self.effect, self.rate) for gap, q in tested]
        measured: tuple[Measurement, ...] = (
            *scores, *(score(COHEN, pair.kappa, _COHEN, {"annotators": redact(f"{pair.one} × {pair.other}")})
                       for pair in pairs),
            *untold, *(one for gap, _ in tested for one in gap_scores(gap, self._method(level))), *gaps,
        )  # fmt: skip
        facts = {
            "Items with two labels or more": len(items), "Annotators": len(np.unique(ratings.annotators)),
            "Labels by annotators": len(ratings.items),
        }  # fmt: skip
        detail = {
            "level": level, "labels": [redact(name) for name in ratings.categories[: self.maximum_labels]],
            "repeated": found.repeated, "items_with_one_label": len(np.unique(ratings.items)) - len(items),
        }  # fmt: skip
        exhibits = tuple(agreement_exhibits(corpus, found, level, [(p.one, p.other, p.kappa) for p in pairs], tested))
        kept = tuple(one for one in findings if one is not None)
        return StageReport("audit", "Annotator agreement", facts, measured, kept, exhibits, detail)

    def _method(self, level: str) -> str:
        return f"krippendorff-alpha/1 {level}; 95 % bootstrap over items, {self.resamples:,} resamples"

    def _estimate(self, statistic: Statistic, items: Ints, ratings: Ratings, seed: int, name: str) -> Estimate | None:
        return estimate(statistic, items, len(ratings.item_names), self.resamples, seed, name)

    def _fleiss(self, ratings: Ratings, seed: int) -> Measurement:
        labels = np.bincount(ratings.items, minlength=len(ratings.item_names))
        used = labels[labels > 0]
        if len(np.unique(used)) > 1:
            reason = (
                f"items have between {used.min()} and {used.max()} labels, and it needs the same number for each; "
                "alpha does not"
            )
            return NotMeasured(FLEISS, reason)
        compact = Ratings(
            np.unique(ratings.items, return_inverse=True)[1].astype(np.int64), ratings.annotators, ratings.values,
            ("",) * len(used), ratings.annotator_names, ratings.categories,
        )  # fmt: skip
        every = np.arange(len(used), dtype=np.int64)
        found = self._estimate(lambda weights: fleiss_kappas(compact, weights), every, compact, seed, FLEISS)
        return score(FLEISS, found, f"fleiss-kappa/1 {used[0]} labels an item; 95 % bootstrap over items")

    def _pairs(self, ratings: Ratings, seed: int) -> tuple[list[Pair], list[NotMeasured]]:
        """Kappa of the pairs with the most items in common."""
        if len(ratings.annotator_names) > MOST_ANNOTATORS:
            reason = (
                f"there are {len(ratings.annotator_names):,} annotators, and pairs are compared for {MOST_ANNOTATORS}"
            )
            return [], [NotMeasured(COHEN, reason)]
        enough = [pair for pair in overlaps(ratings) if pair[2] >= self.minimum]
        if not enough:
            return [], [NotMeasured(COHEN, f"no two annotators share {self.minimum} items (option minimum)")]
        pairs, untold = [], []
        for i, j, _ in enough[:LISTED_PAIRS]:
            one, other = ratings.annotator_names[i], ratings.annotator_names[j]
            kappa = self._kappa(*pairs_of(ratings, i, j), len(ratings.categories), seed, one, other)
            if kappa is None:
                place = {"annotators": redact(f"{one} × {other}")}
                untold.append(NotMeasured(COHEN, "both give one and the same label to every item they share", place))
            else:
                pairs.append(Pair(one, other, kappa))
        return pairs, untold

    def _kappa(self, one: Ints, other: Ints, categories: int, seed: int, *names: str) -> Estimate | None:
        def statistic(weights: Floats) -> Floats:
            return cohen_kappas(one, other, categories, weights)

        return estimate(statistic, np.arange(len(one), dtype=np.int64), len(one), self.resamples, seed, COHEN, *names)

    def _compare(self, found: Labelled, seed: int) -> tuple[list[AgreementGap], list[NotMeasured]]:
        compared, gaps = [], [
            NotMeasured(f"{ALPHA}-difference", "no row has a value in this column", {"dimension": redact(name)})
            for name in found.absent
        ]  # fmt: skip
        for grouped, unit in (
            *((g, "items") for g in found.groups),
            *((g, "annotators") for g in found.annotator_groups),
        ):
            gap = self._gap(found.ratings, grouped, unit, seed)
            if isinstance(gap, str):
                gaps.append(NotMeasured(f"{ALPHA}-difference", gap, {"dimension": redact(grouped.name)}))
            else:
                compared.append(gap)
        return compared, gaps

    def _gap(self, ratings: Ratings, grouped: Grouped, unit: str, seed: int) -> AgreementGap | str:
        if not 2 <= len(grouped.names) <= self.maximum_groups:
            return f"a column of groups has 2 to {self.maximum_groups} values, and this one has {len(grouped.names):,}"
        call = gap_of_items if unit == "items" else gap_of_annotators
        gap = call(
            ratings, self.layout.level, grouped.codes, grouped.names, name=grouped.name, minimum=self.minimum,
            resamples=self.resamples, permutations=self.permutations, seed=seed,
        )  # fmt: skip
        short = f"fewer than two groups of {unit} have {self.minimum} items with two labels that differ anywhere"
        return gap if gap is not None else f"{short} (option minimum)"


_COHEN = "cohen-kappa/1 unweighted, items that both labelled; 95 % bootstrap over items"


def _check_columns(
    item: str | None, annotator: str | None, label: str | None, annotators: Sequence[str], groups: Sequence[str],
    annotator_groups: Sequence[str],
) -> None:  # fmt: skip
    long = [name for name in (item, annotator, label) if name]
    if annotators and (long or annotator_groups):
        raise UsageError(
            "annotator-agreement: name either item, annotator and label (one row a label) or annotators (one column an "
            "annotator); annotator_groups need the first"
        )
    if len(long) not in (0, 3) or len(annotators) == 1:
        raise UsageError(
            "annotator-agreement: needs all of item, annotator and label, or two columns or more in annotators"
        )
    every = [*long, *annotators, *groups, *annotator_groups]
    if len(set(every)) != len(every):
        raise UsageError("annotator-agreement: each column is named once")


def _pairable(ratings: Ratings) -> np.ndarray:
    """Whether each item has two labels or more: (items,)."""
    return np.asarray(np.bincount(ratings.items, minlength=len(ratings.item_names)) > 1)


def _tested(compared: Sequence[AgreementGap]) -> list[tuple[AgreementGap, float]]:
    """Each gap with q by Benjamini-Hochberg over all of them."""
    if not compared:
        return []
    q = false_discovery_control([gap.p for gap in compared], method="bh").tolist()
    return list(zip(compared, q, strict=True))
