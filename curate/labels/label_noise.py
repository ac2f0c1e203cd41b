"""Audit ``label-noise``: labels that a model which did not see the row contradicts with confidence."""

from collections.abc import Sequence

import numpy as np

from ...core import Corpus, Measurement, NotMeasured, Progress, StageReport, UsageError
from ..base import AUDITS
from ..fairness.decision_findings import Compared
from ..fairness.decision_measures import Measure, dimensions
from ..fairness.decisions import tested
from ..fairness.group_rates import gap_of
from ..fairness.row_columns import declared_groups
from ..privacy import redact
from .confident_joint import noise_interval
from .label_noise_exhibits import noise_exhibits, suspect_rows
from .label_noise_findings import gap_findings, noise_finding
from .label_noise_scores import FLAGGED, METRIC, gap_scores, noise_scores
from .suspects import Request, Suspects, find_suspects, ids_of

# A model that is hardly better than guessing contradicts half of the labels, right or wrong.
TOLD = 0.1


@AUDITS.register(
    "label-noise",
    source="Northcutt, Jiang & Chuang 2021, JAIR 70; Newcombe 1998; Phipson & Smyth 2010",
    unit="estimated share of rows with a wrong label",
)
class LabelNoise:
    """Labels that a model which did not see the row contradicts: how many, which rows, and in which groups.

    ``label`` is the column to judge, of a table or of the groups and attributes of texts and images; null means
    ``label``. ``groups`` are columns to compare; empty means the declared ones. They and ``ignore`` are kept from the
    model. At most ``rows`` rows are drawn and judged in ``folds`` parts; values with fewer than ``minimum_class`` of
    them are left out. Groups need ``minimum`` rows, and a finding about them Cohen's h of ``effect`` and a gap above
    chance at the false discovery ``rate``.
    """

    name = "label-noise"

    def __init__(
        self, label: str | None = None, groups: Sequence[str] = (), ignore: Sequence[str] = (), rows: int = 20_000,
        folds: int = 3, minimum_class: int = 10, maximum_classes: int = 50, resamples: int = 200, minimum: int = 30,
        effect: float = 0.2, rate: float = 0.05, permutations: int = 9_999,
    ) -> None:  # fmt: skip
        if rows < 100 or not 2 <= folds <= minimum_class or maximum_classes < 2 or resamples < 40:
            raise UsageError(
                "label-noise: rows must be at least 100, folds at least 2 and at most minimum_class, maximum_classes "
                f"at least 2 and resamples at least 40, not {rows}, {folds} with {minimum_class}, {maximum_classes} "
                f"and {resamples}"
            )
        if min(minimum, permutations) < 1 or not 0 < effect <= np.pi or not 0 < rate < 1:
            raise UsageError(
                "label-noise: minimum and permutations must be at least 1, effect above 0 and at most pi, rate between "
                f"0 and 1, not {minimum}, {permutations}, {effect} and {rate}"
            )
        if len(set(groups)) != len(groups) or label in groups:
            raise UsageError("label-noise: label and groups must be different columns; each is named once")
        self.label, self.groups, self.ignore, self.rows, self.folds = label, tuple(groups), tuple(ignore), rows, folds
        self.minimum_class, self.maximum_classes, self.resamples = minimum_class, maximum_classes, resamples
        self.minimum, self.effect, self.rate, self.permutations = minimum, effect, rate, permutations

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The joint of given and likely labels, the rows in doubt, gaps between groups; findings HW-A090, HW-A091."""
        corpus.require_documents()
        found = self.suspects(corpus, seed, progress)
        if isinstance(found, str):
            reason = found if self.label or "no row has a value" not in found else _UNNAMED
            return StageReport("audit", "Label noise", scores=(NotMeasured(METRIC, redact(reason)),))
        compared, gaps = self._compare(found, self._groups(corpus), seed)
        return self._report(corpus, found, compared, gaps, seed)

    def suspects(self, corpus: Corpus, seed: int, progress: Progress) -> Suspects | str:
        """The labels in doubt, or why none can be doubted."""
        label = self.label or "label"
        request = Request(
            label, self._groups(corpus), self.ignore, self.rows, self.folds, self.minimum_class, self.maximum_classes
        )
        found = find_suspects(corpus, request, seed, progress)
        if isinstance(found, str) or (found.accuracy.low > 0 and found.accuracy.value >= TOLD):
            return found
        return _untold(found)

    def _groups(self, corpus: Corpus) -> tuple[str, ...]:
        return self.groups or tuple(name for name in declared_groups(corpus) if name != (self.label or "label"))

    def _compare(self, found: Suspects, names: Sequence[str], seed: int) -> tuple[list[Compared], list[NotMeasured]]:
        """The flagged share by group: chance is the gap of flags that are shuffled over the rows."""
        compared, gaps = [], []
        for name in names:
            column = found.groups.get(name)
            if column is None or not 2 <= len(column.values) <= self.maximum_classes:
                count = 0 if column is None else len(column.values)
                reason = f"a column of groups has 2 to {self.maximum_classes} values, and this one has {count:,}"
                gaps.append(NotMeasured(f"{FLAGGED}-difference", reason, {"dimension": redact(name)}))
                continue
            (dimension,) = dimensions([column], 1)
            member, flagged = dimension.codes >= 0, found.flagged
            gap = gap_of(
                flagged[member], dimension.codes[member], dimension.names, minimum=self.minimum,
                permutations=self.permutations, seed=seed, dimension=name,
            )  # fmt: skip
            if gap is None:
                reason = f"fewer than two groups have {self.minimum} examined rows (option minimum)"
                gaps.append(NotMeasured(f"{FLAGGED}-difference", reason, {"dimension": redact(name)}))
                continue
            measure = Measure(FLAGGED, redact(found.label), "rows whose label is in doubt", member, flagged, True)
            compared.append(Compared(measure, dimension, gap))
        return tested(compared), gaps

    def _report(
        self, corpus: Corpus, found: Suspects, compared: Sequence[Compared], gaps: Sequence[NotMeasured], seed: int
    ) -> StageReport:
        interval = noise_interval(found.probability, found.given, self.resamples, seed)
        scores = list(noise_scores(found, interval, corpus.modality, self.folds, self.resamples))
        ids = ids_of(corpus, found, found.ranked)
        noise = noise_finding(corpus, found, ids, scores[0])
        findings = [*([noise] if noise else []), *gap_findings(corpus, found, compared, self.effect, self.rate)]
        measured: tuple[Measurement, ...] = (*scores, *gap_scores(compared), *gaps)
        facts = {"Labels that were examined": len(found.given), "Labels in doubt": len(ids)}
        left_out = {redact(reason): rows for reason, rows in found.left_out.items()}
        detail = {"examined": len(found.given), "left_out": left_out, "suspects": suspect_rows(found, ids)}
        exhibits = tuple(noise_exhibits(corpus, found, ids, scores, compared))
        return StageReport("audit", "Label noise", facts, measured, tuple(findings), exhibits, detail)


_UNNAMED = "no label is named; set label: COLUMN (--label COLUMN)"


def _untold(found: Suspects) -> str:
    return (
        f"a held-out model does not tell the values of {found.label!r} apart (adjusted balanced accuracy "
        f"{found.accuracy.value:.2f}, interval down to {found.accuracy.low:.2f}; guessing gives 0, and {TOLD} is "
        "needed), so that it cannot say which labels are wrong"
    )
