"""Audit ``decisions``: how often a label and a prediction are positive, right and wrong in each group.

A column of scores is compared by calibration and AUC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import false_discovery_control

from ...core import Corpus, Finding, Measurement, NotMeasured, Progress, Score, StageReport, UsageError, did_you_mean
from ..audits.removal_impact import with_tests
from ..base import AUDITS
from ..privacy import redact
from .decision_exhibits import decision_exhibits
from .decision_findings import Compared, finding, is_disparity
from .decision_measures import Dimension, Measure, dimensions, measures, positive_value
from .given_weights import given_weights
from .group_rates import Bools, Gap, gap_of
from .row_columns import Column, declared_groups, read_columns
from .score_exhibits import score_exhibits
from .score_findings import score_findings
from .score_rates import DRAWS
from .scored import Scored, ScoredGroups, holds_scores, measure_scores, score_measurements, score_values
from .weighted_rates import WeightedRates, weighted_rates, weighted_scores, weighted_table

METRIC = "demographic-parity-difference"
CELLS = 200


@dataclass(frozen=True)
class _Binary:
    name: str
    positive: str
    known: Bools
    hits: Bools

    @property
    def parts(self) -> tuple[str, Bools, Bools]:
        return redact(f"{self.name} = {self.positive}"), self.known, self.hits


@AUDITS.register(
    "decisions",
    source="Hardt et al. 2016, arXiv 1610.02413; fairlearn MetricFrame; Newcombe 1998; Phipson & Smyth 2010",
    unit="share of rows by group, and difference and ratio of the extreme groups",
)
class Decisions:
    """Rates of a label and of predictions by group and intersection, with the gap that chance alone would show.

    ``groups`` are columns (of a table, or of the groups and attributes of texts and images); empty means the declared
    ones. ``label`` and ``prediction`` are columns, ``positive`` is the value of both that counts. ``score`` is a column
    of predicted probabilities. Up to ``intersections`` columns are crossed. Cells of fewer than ``minimum`` rows are
    listed and not measured. A finding needs Cohen's h of ``effect`` (of scores a gap of ``score_gap``), a gap above the
    chance one, and the false discovery ``rate``.
    """

    name = "decisions"

    def __init__(
        self,
        groups: Sequence[str] = (),
        label: str | None = None,
        prediction: str | None = None,
        positive: str | None = None,
        intersections: int = 2,
        minimum: int = 30,
        effect: float = 0.2,
        rate: float = 0.05,
        permutations: int = 9_999,
        maximum_groups: int = 50,
        score: str | None = None,
        score_gap: float = 0.05,
    ) -> None:
        if min(intersections, minimum, permutations) < 1 or maximum_groups < 2:
            raise UsageError(
                "decisions: intersections, minimum and permutations must be at least 1 and maximum_groups at least 2, "
                f"not {intersections}, {minimum}, {permutations} and {maximum_groups}"
            )
        if not 0 < effect <= np.pi or not 0 < rate < 1 or not 0 < score_gap < 1:
            raise UsageError(
                "decisions: effect must be above 0 and at most pi, rate and score_gap between 0 and 1, not "
                f"{effect}, {rate} and {score_gap}"
            )
        if len(set(groups)) != len(groups) or {label, prediction, score} & set(groups) or (score and score == label):
            raise UsageError(
                "decisions: groups, label, prediction and score must be different columns; each is named once"
            )
        self.score, self.score_gap = score, score_gap
        self.groups, self.label, self.prediction, self.positive = tuple(groups), label, prediction, positive
        self.intersections, self.minimum, self.effect, self.rate = intersections, minimum, effect, rate
        self.permutations, self.maximum_groups = permutations, maximum_groups
        self.draws = min(permutations, DRAWS)

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A table and a chart for each measure and dimension, and the findings HW-A080, HW-A081 and HW-A082."""
        corpus.require_documents()
        label = self.label or (None if self.prediction and not self.score else "label")
        others = dict.fromkeys(name for name in (label, self.prediction, self.score) if name)
        groups = self.groups or tuple(key for key in declared_groups(corpus) if key not in others)
        wanted = [*groups, *others]
        with progress.task("decisions", 1) as task:
            columns = read_columns(corpus, wanted) if groups else {}
            task.advance(1)
        usable, problems = self._groups(corpus, columns, groups)
        truth = self._binary(corpus, columns, label, self.positive) if usable else None
        positive = truth.positive if isinstance(truth, _Binary) else self.positive
        score, decision = self._score_and_decision(columns)
        answers = (truth, self._binary(corpus, columns, decision, positive) if usable else None)
        problems += [answer for answer in answers if isinstance(answer, NotMeasured)]
        scored = self._scored(corpus, columns, truth, score) if usable else None
        problems += [scored] if isinstance(scored, NotMeasured) else []
        binary = [answer.parts if isinstance(answer, _Binary) else None for answer in answers]
        found = list(measures(*binary))
        compared, gaps = self._compare(found, usable, seed)
        fits: list[ScoredGroups] = []
        if isinstance(scored, Scored):
            every = list(dimensions(usable, self.intersections))
            fits, small = measure_scores(scored, every, self.minimum, seed, self.draws)
            problems += small
        report = self._report(corpus, columns, compared, fits, [*problems, *gaps])
        return self._with_weights(report, self._weighted(corpus, compared))

    def _score_and_decision(self, columns: dict[str, Column]) -> tuple[str | None, str | None]:
        """The column of scores and that of decisions; a prediction that holds probabilities is a score."""
        holds = self.prediction in columns and holds_scores(columns[self.prediction])
        wanted = self.positive is not None and holds and self.positive in columns[self.prediction or ""].values
        if holds and not wanted and self.score in (None, self.prediction):
            return self.prediction, None
        return self.score, self.prediction if self.prediction != self.score else None

    def _scored(
        self, corpus: Corpus, columns: dict[str, Column], truth: "_Binary | NotMeasured | None", name: str | None
    ) -> "Scored | NotMeasured | None":
        if name is None:
            return None
        if name not in columns:
            return NotMeasured("calibration-in-the-large-difference", _absent(corpus, name))
        values = score_values(columns[name])
        if isinstance(values, str):
            return NotMeasured("calibration-in-the-large-difference", redact(values))
        if not isinstance(truth, _Binary):
            reason = "scores need a label of two values to be compared with; set label: COLUMN (--label COLUMN)"
            return NotMeasured("calibration-in-the-large-difference", reason)
        return Scored(redact(name), truth.parts[0], truth.known & columns[name].known, truth.hits, values)

    def _weighted(self, corpus: Corpus, compared: Sequence[Compared]) -> list[WeightedRates]:
        weights = given_weights(corpus) if compared else None
        if weights is None:
            return []
        pairs = (weighted_rates(one.measure, one.dimension, weights, self.minimum) for one in compared)
        return [found for found in pairs if found is not None]

    def _with_weights(self, report: StageReport, found: Sequence[WeightedRates]) -> StageReport:
        if not found:
            return report
        scores = (score for one in found for score in weighted_scores(one, _difference(one.measure.name)))
        return replace(
            report, scores=(*report.scores, *scores), exhibits=(*report.exhibits, weighted_table(found))
        )  # fmt: skip

    def _groups(
        self, corpus: Corpus, columns: dict[str, Column], names: Sequence[str]
    ) -> tuple[list[Column], list[NotMeasured]]:
        usable, problems = [], []
        if not names:
            problems.append(NotMeasured(METRIC, "no column of groups is named; set groups: [COLUMN] (--groups COLUMN)"))
        for name in names:
            reason = self._why_not(corpus, columns, name)
            if reason:
                problems.append(NotMeasured(METRIC, redact(reason), {"dimension": redact(name)}))
            else:
                usable.append(columns[name])
        return usable, problems

    def _why_not(self, corpus: Corpus, columns: dict[str, Column], name: str) -> str:
        if name not in columns:
            return _absent(corpus, name)
        values = columns[name].values
        if len(values) == 1:
            return f"every row with a value of {name!r} has {values[0]!r}: there is no other group to compare with"
        if len(values) > self.maximum_groups:
            return (
                f"{name!r} has {len(values):,} values, more than maximum_groups ({self.maximum_groups}); put them "
                "into ranges or classes first"
            )
        return ""

    def _binary(
        self, corpus: Corpus, columns: dict[str, Column], name: str | None, wanted: str | None
    ) -> "_Binary | NotMeasured | None":
        if name is None:
            return None
        metric = METRIC if name != self.prediction else "equalized-odds-difference"
        if name not in columns:
            reason = "no label and no prediction is named; set label: COLUMN (--label COLUMN)"
            return NotMeasured(metric, reason if not self.label and not self.prediction else _absent(corpus, name))
        column = columns[name]
        positive = positive_value(column, wanted)
        if positive.startswith(" "):
            return NotMeasured(metric, redact(positive.strip()))
        return _Binary(name, positive, column.known, column.codes == column.values.index(positive))

    def _compare(
        self, found: Sequence[Measure], columns: Sequence[Column], seed: int
    ) -> tuple[list[Compared], list[NotMeasured]]:
        compared, gaps = [], []
        for dimension in dimensions(columns, self.intersections):
            for measure in found:
                rows = measure.counts & (dimension.codes >= 0)
                gap = gap_of(
                    measure.hits[rows], dimension.codes[rows], dimension.names, minimum=self.minimum,
                    permutations=self.permutations, seed=seed, dimension=dimension.name,
                )  # fmt: skip
                if gap is None:
                    gaps.append(self._too_small(measure, dimension))
                else:
                    compared.append(Compared(measure, dimension, gap))
                    gaps += self._small_cells(measure, dimension, gap)
        return tested(compared), gaps

    def _too_small(self, measure: Measure, dimension: Dimension) -> NotMeasured:
        reason = f"fewer than two groups have {self.minimum} rows that count (option minimum)"
        return NotMeasured(f"{measure.name}-difference", reason, {"dimension": redact(dimension.name)})

    def _small_cells(self, measure: Measure, dimension: Dimension, gap: Gap) -> Iterator[NotMeasured]:
        for name, rows in list(gap.too_small.items())[:CELLS]:
            reason = f"{rows:,} rows that count, fewer than {self.minimum} (option minimum)"
            yield NotMeasured(measure.name, reason, {"dimension": redact(dimension.name), "group": redact(name)})

    def _report(
        self, corpus: Corpus, columns: dict[str, Column], compared: Sequence[Compared],
        fits: Sequence[ScoredGroups], gaps: Sequence[NotMeasured],
    ) -> StageReport:  # fmt: skip
        findings = (
            *self._findings(corpus, compared), *score_findings(corpus, fits, self.score_gap, self.rate)
        )  # fmt: skip
        scores: list[Measurement] = [score for one in compared for score in self._scores(one)]
        scores += [*_odds(compared, self), *score_measurements(fits, self.draws)]
        exhibits = (*(decision_exhibits(compared, gaps, self.minimum) if compared else ()), *score_exhibits(fits))
        facts = {"Group columns and intersections compared": len({one.dimension.name for one in compared})}
        detail = {
            "gaps": [
                {"measure": one.measure.name, "dimension": redact(one.dimension.name), "gap": one.gap.value,
                 "chance": one.gap.chance, "p": one.gap.p, "q": one.q}
                for one in compared
            ],
            "missing": {redact(name): int((~column.known).sum()) for name, column in columns.items()},
        }  # fmt: skip
        return StageReport(
            "audit", "Decisions by group", facts, (*scores, *gaps), findings, exhibits,
            detail,
        )  # fmt: skip

    def _findings(self, corpus: Corpus, compared: Sequence[Compared]) -> tuple[Finding, ...]:
        strong = [one for one in compared if is_disparity(one, self.effect, self.rate)]
        return tuple(finding(corpus, one, self.effect, self.rate, self.gap_score(one)) for one in strong)

    def gap_score(self, one: Compared) -> Score:
        """The gap of one measure over one dimension."""
        return Score(
            _difference(one.measure.name), one.gap.value, one.gap.rows, "difference of shares",
            f"group-gap/1 largest minus smallest share of {one.measure.meaning}, groups of {self.minimum} rows or "
            "more; Newcombe's interval of the two extreme groups",
            one.gap.low, one.gap.high, direction="lower", slice=_slice(one),
        )  # fmt: skip

    def _scores(self, one: Compared) -> Iterator[Measurement]:
        gap, place = one.gap, _slice(one)
        yield self.gap_score(one)
        yield Score(
            f"{_difference(one.measure.name)}-by-chance", gap.chance, gap.rows, "difference of shares",
            f"chance-gap/1 95 % quantile of the gap over {self.permutations:,} shuffles of the hits over the rows",
            interval="a quantile of shuffles, not an estimate", slice=place,
        )  # fmt: skip
        if gap.ratio is None:
            reason = "no row of any group is a hit: there is no ratio"
            yield NotMeasured(_difference(one.measure.name, "ratio"), reason, place)
        else:
            yield Score(
                _difference(one.measure.name, "ratio"), gap.ratio[0], gap.rows, "smallest share over the largest",
                "group-ratio/1 Katz's interval on the logarithm", gap.ratio[1], gap.ratio[2], direction="higher",
                slice=place,
            )  # fmt: skip
        for rate in gap.rates[:CELLS]:
            yield Score(
                one.measure.name, rate.rate, rate.rows, "share of rows",
                f"{one.measure.name}/1 {one.measure.meaning}; Wilson", rate.low, rate.high,
                slice={**place, "group": redact(rate.group)},
            )  # fmt: skip


def _difference(measure: str, what: str = "difference") -> str:
    """Name of the gap: fairlearn calls that of the selection rate demographic parity."""
    return f"demographic-parity-{what}" if measure == "selection-rate" else f"{measure}-{what}"


def _slice(one: Compared) -> dict[str, str]:
    return {"dimension": redact(one.dimension.name), "of": one.measure.of}


def tested(compared: Sequence[Compared]) -> list[Compared]:
    """With q by Benjamini-Hochberg: of the gaps over all gaps, of the groups over all groups of all measures."""
    if not compared:
        return []
    q = false_discovery_control([one.gap.p for one in compared], method="bh").tolist()
    cells = iter(with_tests([rate.against for one in compared for rate in one.gap.rates if rate.against]))
    result = []
    for one, value in zip(compared, q, strict=True):
        rates = tuple(replace(rate, against=next(cells)) if rate.against else rate for rate in one.gap.rates)
        by_name = {rate.group: rate for rate in rates}
        most, least = by_name[one.gap.most.group], by_name[one.gap.least.group]
        result.append(replace(one, gap=replace(one.gap, rates=rates, most=most, least=least), q=value))
    return result


def _odds(compared: Sequence[Compared], audit: Decisions) -> Iterator[Score]:
    """Equalized odds: the worse of the gaps in true and false positive rate (fairlearn's worst case)."""
    by_dimension: dict[str, list[Compared]] = {}
    for one in compared:
        if one.measure.name in ("true-positive-rate", "false-positive-rate"):
            by_dimension.setdefault(one.dimension.name, []).append(one)
    for pair in by_dimension.values():
        if len(pair) == 2:
            worst = max(pair, key=lambda one: one.gap.value)
            score = audit.gap_score(worst)
            yield replace(
                score, metric="equalized-odds-difference",
                method=f"equalized-odds/1 the larger gap, here of the {worst.measure.name}; {score.method}",
            )  # fmt: skip
            ratios = [one for one in pair if one.gap.ratio is not None]
            if len(ratios) == 2:
                low = min(ratios, key=lambda one: one.gap.ratio[0] if one.gap.ratio else 0.0)
                assert low.gap.ratio is not None
                yield Score(
                    "equalized-odds-ratio", low.gap.ratio[0], low.gap.rows, "smallest share over the largest",
                    f"equalized-odds/1 the smaller ratio, here of the {low.measure.name}; Katz",
                    low.gap.ratio[1], low.gap.ratio[2], direction="higher", slice=_slice(low),
                )  # fmt: skip


def _absent(corpus: Corpus, name: str) -> str:
    names = list(read_columns(corpus))
    hint = did_you_mean(name, names)
    return redact(f"no row has a value in a column {name!r}; {hint}there are: {', '.join(names[:20]) or 'none'}")
