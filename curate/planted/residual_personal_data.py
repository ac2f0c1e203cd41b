"""How much personal data is left after a pass: from what the pass found and the recall that planted items measured.

With recall r, each value is found or missed by chance, so that behind F found values stand F (1 - r) / r missed ones.
The interval has two sources of error, each given half of the 5 %: the recall (Wilson) and chance (the missed values
before the (F + 1)-th found one are negative binomial; Feller 1968, vol. 1, VI.8). Bonferroni makes it conservative.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import nbinom

from ...core import Corpus, Measurement, NotMeasured, Score, Table, wilson
from .trials import Trial

METRIC = "residual-personal-data"
METHOD = "residual-personal-data/1 found (1 - recall) / recall; Wilson for recall, negative binomial for chance"
STEP = "personal-data"
_FOUND = f"{STEP} found "
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Residual:
    """One type: ``found`` values by the pass, and the planted items behind the recall."""

    detector: str
    found: int
    planted: int
    reported: int

    @property
    def missed(self) -> float | None:
        """Expected number of values that the pass missed; None where it found nothing of what was planted."""
        return self.found * (self.planted - self.reported) / self.reported if self.reported else None

    @property
    def bounds(self) -> tuple[int, int]:
        """Interval of the number of missed values, at 95 % or more."""
        low, high = wilson(self.reported, self.planted, 1 - _TAIL)
        least = nbinom.ppf(_TAIL / 2, self.found, min(high, 1.0)) if self.found and high < 1 else 0
        most = nbinom.ppf(1 - _TAIL / 2, self.found + 1, low)
        return int(least), int(most)

    def score(self) -> Measurement:
        """The number of missed values with its interval."""
        place = {"detector": self.detector}
        missed = self.missed
        if missed is None:
            return NotMeasured(METRIC, "none of the planted items of this type was found", place)
        low, high = self.bounds
        return Score(
            metric=METRIC,
            value=missed,
            n=self.planted,
            unit="values",
            method=METHOD,
            low=min(float(low), missed),
            high=max(float(high), missed),
            interval="Wilson and negative binomial, Bonferroni",
            direction="lower",
            slice=place,
        )

    def sentence(self) -> str:
        """What an auditor can quote."""
        if self.missed is None:
            return "cannot be said: none of the planted items was found"
        return f"{self.found:,} found; remaining: an estimated {self.remaining}"

    @property
    def remaining(self) -> str:
        """``50, at most 152``, or that it is not known."""
        missed = self.missed
        return "not known" if missed is None else f"{round(missed):,}, at most {max(self.bounds[1], round(missed)):,}"


def residuals(corpus: Corpus, trials: Sequence[Trial]) -> tuple[Residual, ...]:
    """One for each type that the step looked for and that was planted; none where the step did not run."""
    found = found_by_type(corpus.manifest.counts)
    return tuple(
        Residual(trial.detector, found[trial.detector], trial.planted, trial.reported)
        for trial in trials
        if trial.positive and trial.planted and trial.detector in found
    )


def found_by_type(counts: Mapping[str, int]) -> dict[str, int]:
    """What the step found in the run that made the corpus, from the counts in its manifest."""
    return {name.removeprefix(_FOUND): number for name, number in counts.items() if name.startswith(_FOUND)}


def residual_scores(found: Sequence[Residual]) -> tuple[Measurement, ...]:
    """A score for each type, or why there is none."""
    if not found:
        reason = f"the step {STEP} did not run on this corpus, so that nothing is known to have been taken out"
        return (NotMeasured(METRIC, reason, {"detector": STEP}),)
    return tuple(one.score() for one in found)


def residual_table(found: Sequence[Residual]) -> tuple[Table, ...]:
    """The table with a sentence for each type; none where nothing was measured."""
    if not found:
        return ()
    rows = tuple(
        (one.detector, one.found, f"{one.reported} of {one.planted}", one.missed, *one.bounds, one.sentence())
        for one in found
    )
    columns = ("type", "found", "planted items found", "estimated to remain", "low", "high", "in words")
    note = (
        "If real values are as easy to find as the planted ones. Real ones may be stranger: read the numbers as what "
        "can be known, not as all there is. False alarms count as found."
    )
    return (Table("residual-personal-data", "Personal data that may remain", columns, rows, note),)
