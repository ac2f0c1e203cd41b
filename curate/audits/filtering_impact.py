"""Audit ``filtering-impact``: whose documents each step of curation takes out more often than those of others."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ...core import Corpus, Finding, Measurement, NotMeasured, Progress, Score, StageReport, UsageError
from ..base import AUDITS
from ..privacy import redact
from .curation_record import DECLARED, DIMENSIONS, TERMS, CurationRecord, Ends, RecordedStep, has_record
from .impact_exhibits import impact_exhibits
from .impact_findings import disparities, finding
from .lexicon import IDENTITY
from .removal_impact import Impact, Place, impact, with_tests
from .term_counts import IdentityTerms

METRIC = "removal-rate-ratio"
ALL_STEPS = "all steps"
BY_DESIGN = {"language": ("language",), "licence": ("licence",)}


@AUDITS.register(
    "filtering-impact",
    source="Fisher 1935; Benjamini & Hochberg 1995; Cohen 1988, chapter 6; 29 CFR 1607.4(D)",
    unit="removal rate of a group over that of the rest",
)
class FilteringImpact:
    """Whose documents each filter removes: by language, source, licence, identity term and declared group.

    A cell (a step and a group) is tested where the group and the rest have ``minimum`` documents at the step. It is a
    finding where Cohen's h is at least ``effect``, the interval of the ratio lies above 1, and the false discovery
    ``rate`` over all tested cells holds. ``by_design`` names dimensions on which a step is meant to select.
    ``lexicons`` are names of shipped word lists or paths of your own. ``record`` is a run folder; without it the one in
    which the corpus lies.
    """

    name = "filtering-impact"

    def __init__(
        self,
        lexicons: Sequence[str | Path] = IDENTITY,
        minimum: int = 20,
        effect: float = 0.2,
        rate: float = 0.05,
        by_design: Mapping[str, Sequence[str]] = BY_DESIGN,
        record: str | None = None,
    ) -> None:
        if minimum < 1 or not 0 < effect <= np.pi or not 0 < rate < 1:
            raise UsageError(
                "filtering-impact: minimum must be at least 1, effect above 0 and at most pi, rate between 0 and 1, "
                f"not {minimum}, {effect} and {rate}"
            )
        for step, dimensions in by_design.items():
            for dimension in dimensions:
                if dimension not in DIMENSIONS:
                    raise UsageError(
                        f"filtering-impact: by_design of {step!r} names {dimension!r}; use {', '.join(DIMENSIONS)}"
                    )
        self.terms, self.minimum, self.effect, self.rate = IdentityTerms(lexicons), minimum, effect, rate
        self.by_design = {**BY_DESIGN, **{step: tuple(names) for step, names in by_design.items()}}
        self.record = record

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A table for each step, a chart of the worst cells, and the findings HW-A020 and HW-A021."""
        folder = Path(self.record) if self.record else corpus.folder.parent
        if not has_record(Corpus(folder / "corpus") if self.record else corpus):
            return _nothing("no removed/ and decisions/ lie beside the corpus: what was taken out is unknown")
        record = CurationRecord(folder, self.terms)
        if not any(step.removed for step in record.steps):
            return _nothing("no step of the curation took out a document")
        ends = record.count(progress)
        tested, untested = self.impacts(record, ends)
        findings = self._findings(record, tested)
        exhibits = impact_exhibits(tested, untested, record.steps, self.minimum, self.by_design)
        facts = {"Removal rates compared": len(tested), "Steps and dimensions with a disparity": len(findings)}
        return StageReport(
            "audit", "Filtering impact", facts, tuple(self._scores(record, ends, untested)), findings, tuple(exhibits),
            {"lexicons": self.terms.protocol, "tested": len(tested)},
        )  # fmt: skip

    def _findings(self, record: CurationRecord, tested: Sequence[Impact]) -> tuple[Finding, ...]:
        found = disparities(tested, self.effect, self.rate)
        documents = record.removed_of([worst.place for worst, _ in found])
        steps = {step.number: step for step in record.steps}
        return tuple(
            finding(
                worst, others, steps[worst.place.step], documents[worst.place], self.terms,
                self.score(steps[worst.place.step].label, worst),
            )
            for worst, others in found
        )  # fmt: skip

    def impacts(self, record: CurationRecord, ends: Ends) -> tuple[list[Impact], list[Impact]]:
        """The tested cells, and those that are only shown: meant by the step, or of all steps together."""
        tested: list[Impact] = []
        untested: list[Impact] = []
        for step in (*record.steps, RecordedStep(0, ALL_STEPS, 1, 0)):
            for (dimension, population, group), counts in sorted(ends.groups.items()):
                if not step.removed or not _is_known(dimension, step, record):
                    continue
                cell = self._cell(Place(step.number, dimension, population, group), counts, ends)
                if cell is not None:
                    meant = step.number == 0 or dimension in self.by_design.get(step.name, ())
                    (untested if meant else tested).append(cell)
        return with_tests(tested), untested

    def _cell(self, place: Place, counts: np.ndarray, ends: Ends) -> Impact | None:
        whole = ends.populations[place.dimension, place.population]
        inside, removed = _at(counts, place.step)
        everyone, all_removed = _at(whole, place.step)
        if min(inside, everyone - inside) < self.minimum or not all_removed:
            return None
        return impact(place, removed, inside, all_removed - removed, everyone - inside)

    def score(self, step: str, found: Impact) -> Score:
        """The ratio of one cell."""
        place = found.place
        group = redact(f"{place.population}: {place.group}" if place.population else place.group)
        return Score(
            METRIC, found.ratio[0], found.documents, "times the rate of the rest",
            f"{METRIC}/1 share of documents at the step that it takes out, group over rest; Katz log interval; "
            + (f"rest: other documents that mention a group of people, {self.terms.protocol}"
               if place.dimension == TERMS else "rest: all other documents with the dimension"),
            found.ratio[1], found.ratio[2], direction="lower",
            slice={"step": step, "dimension": place.dimension, "group": group},
        )  # fmt: skip

    def _scores(self, record: CurationRecord, ends: Ends, untested: Sequence[Impact]) -> Iterator[Measurement]:
        people = (TERMS, DECLARED, "language")
        for found in untested:
            if found.place.step == 0 and found.place.dimension in people:
                yield self.score(ALL_STEPS, found)
        yield from _gaps(record, ends)


def _at(counts: np.ndarray, step: int) -> tuple[int, int]:
    """Documents that reach a step, and those that it takes out; step 0: all documents, and all that were taken out."""
    return (int(counts.sum()), int(counts[:-1].sum())) if step == 0 else (int(counts[step:].sum()), int(counts[step]))


def _language_step(record: CurationRecord) -> int:
    return max((step.number for step in record.steps if step.name == "language"), default=0)


def _is_known(dimension: str, step: RecordedStep, record: CurationRecord) -> bool:
    """The language of a document is what the step ``language`` says: before it there is none to compare."""
    decided = _language_step(record)
    if dimension != "language" or step.number >= decided:
        return True
    return step.number == 0 and not any(one.removed for one in record.steps if one.number < decided)


def _gaps(record: CurationRecord, ends: Ends) -> Iterator[NotMeasured]:
    decided = _language_step(record)
    for step in record.steps:
        place = {"step": step.label}
        if step.removed and step.number < decided:
            reason = "the step 'language' that comes later says which language a document is in; let it run earlier"
            yield NotMeasured(METRIC, reason, place | {"dimension": "language"})
        hidden = ends.without_content[step.number]
        if hidden:
            reason = (
                f"of {hidden:,} documents that the step took out only the hash is kept, for they hold personal data"
            )
            for dimension in (TERMS, DECLARED) if record.is_text else (DECLARED,):
                yield NotMeasured(METRIC, reason, place | {"dimension": dimension})
    if not any(dimension == DECLARED for dimension, _ in ends.populations):
        yield NotMeasured(METRIC, "no document declares a group", {"dimension": DECLARED})
    if not record.is_text:
        yield NotMeasured(METRIC, "terms stand in texts, and these are no texts", {"dimension": TERMS})


def _nothing(reason: str) -> StageReport:
    return StageReport("audit", "Filtering impact", scores=(NotMeasured(METRIC, reason),))
