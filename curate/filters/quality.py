"""The filter on signs that a document is no ordinary text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import UNKNOWN, Exhibit
from ..base import FILTERS, Judgement
from .quality_measures import quality_measures
from .text_column import ids_of, rows_in, slices, text_column
from .thresholds import Rule, TextType, calibration_table, judge_rules, limits_for

SOURCE = "Rae et al. 2021, Gopher, appendix A.1.1 (quality filtering)"
RULES = (
    Rule("minimum-words", 0, "at least", prose=50, technical=6, code=12),
    Rule("maximum-words", 0, "at most", prose=100_000, technical=100_000, code=100_000),
    Rule("minimum-word-length", 1, "at least", prose=3, technical=3, code=3),
    Rule("maximum-word-length", 1, "at most", prose=10, technical=12, code=25),
    Rule("symbols", 2, "at most", prose=0.1, technical=0.1, code=0.17),
    Rule("bullet-lines", 3, "at most", prose=0.9, technical=0.9, code=0.9),
    Rule("ellipsis-lines", 4, "at most", prose=0.3, technical=0.3, code=0.3),
    Rule("alphabetic-words", 5, "at least", prose=0.8, technical=0.56, code=0.46),
    Rule("stop-words", 6, "at least", prose=2, technical=0, code=0),
)


@dataclass(frozen=True, slots=True)
class Quality:
    """Removes documents that do not look like text; see :func:`quality`."""

    name: str
    text_type: str
    limits: tuple[float, ...]
    languages: tuple[str, ...]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each document beyond a limit, and tallies for the calibration table."""
        rows, measures = self.measure(batch)
        decisions, tallies = judge_rules(RULES, self.limits, ids_of(batch.take(rows)), measures)
        return Judgement(decisions, tallies=tallies)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The nine rules of appendix A.1.1."""
        return RULES

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """The rows in the wanted languages, and their measures: float64 of shape (rows, 7)."""
        texts = text_column(batch, self.name)
        rows = rows_in(batch, self.languages)
        parts = [quality_measures(part) for _, part in slices(texts.take(rows))]
        return rows, np.concatenate([np.zeros((0, 7)), *parts])

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The calibration table."""
        return (calibration_table(self.name, self.text_type, RULES, self.limits, tallies, SOURCE),)


@FILTERS.register("quality", source=SOURCE)
def quality(
    text_type: TextType = "prose",
    limits: Mapping[str, float] | None = None,
    languages: Sequence[str] = ("en", UNKNOWN),
) -> Quality:
    """Remove documents that do not look like running text: the quality rules of Gopher.

    Nine rules: number of words, mean word length, hash signs or ellipses per word, lines that start with a bullet or
    end with an ellipsis, words with a letter, English stop words. ``text_type`` chooses the limits: ``prose`` (the
    published ones), ``technical`` (documentation) or ``code``, because the published ones remove most of those;
    ``limits`` sets single ones. Documents whose ``language`` is not in ``languages`` are not judged. The report shows
    what each limit removes.
    """
    return Quality("quality", text_type, limits_for(RULES, text_type, limits), tuple(sorted(set(languages))))
