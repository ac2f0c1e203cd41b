"""The filter on repetition within a document."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import Exhibit
from ..base import FILTERS, Judgement
from .line_repetition import line_shares
from .ngram_repetition import ngram_shares
from .text_column import ids_of, slices, text_column
from .thresholds import Rule, TextType, calibration_table, judge_rules, limits_for

RULES = (
    Rule("duplicate-lines", 0, "at most", prose=0.30, technical=0.30, code=0.52),
    Rule("duplicate-paragraphs", 1, "at most", prose=0.30, technical=0.30, code=0.30),
    Rule("duplicate-line-characters", 2, "at most", prose=0.20, technical=0.20, code=0.44),
    Rule("duplicate-paragraph-characters", 3, "at most", prose=0.20, technical=0.20, code=0.20),
    Rule("top-2-gram", 4, "at most", prose=0.20, technical=0.30, code=0.31),
    Rule("top-3-gram", 5, "at most", prose=0.18, technical=0.29, code=0.27),
    Rule("top-4-gram", 6, "at most", prose=0.16, technical=0.27, code=0.26),
    Rule("duplicate-5-grams", 7, "at most", prose=0.15, technical=0.26, code=0.64),
    Rule("duplicate-6-grams", 8, "at most", prose=0.14, technical=0.23, code=0.59),
    Rule("duplicate-7-grams", 9, "at most", prose=0.13, technical=0.21, code=0.56),
    Rule("duplicate-8-grams", 10, "at most", prose=0.12, technical=0.18, code=0.52),
    Rule("duplicate-9-grams", 11, "at most", prose=0.11, technical=0.17, code=0.50),
    Rule("duplicate-10-grams", 12, "at most", prose=0.10, technical=0.15, code=0.49),
)


@dataclass(frozen=True, slots=True)
class Repetition:
    """Removes documents that repeat themselves; see :func:`repetition`."""

    name: str
    text_type: str
    limits: tuple[float, ...]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each document beyond a limit, and tallies for the calibration table."""
        _, measures = self.measure(batch)
        decisions, tallies = judge_rules(RULES, self.limits, ids_of(batch), measures)
        return Judgement(decisions, tallies=tallies)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The thirteen rules of table A1."""
        return RULES

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """All rows, and their shares: float64 of shape (rows, 13)."""
        return np.arange(batch.num_rows), repetition_shares(text_column(batch, self.name))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The calibration table."""
        return (calibration_table(self.name, self.text_type, RULES, self.limits, tallies),)


def repetition_shares(texts: pa.Array) -> np.ndarray:
    """The measures of the thirteen rules, in their order: float64 of shape (n, 13) in [0, 1]."""
    ngrams = [np.zeros((0, 9)), *(ngram_shares(part) for _, part in slices(texts))]
    return np.hstack([line_shares(texts.to_pylist()), np.concatenate(ngrams)])


@FILTERS.register("repetition", source="Rae et al. 2021, Gopher, table A1", unit="share of lines or characters")
def repetition(text_type: TextType = "prose", limits: Mapping[str, float] | None = None) -> Repetition:
    """Remove documents that repeat lines, paragraphs or word n-grams: the repetition rules of Gopher.

    Thirteen rules: the share of lines and paragraphs that stood there before, and of the characters in them; the share
    of characters in the most frequent 2-, 3- and 4-gram; the share in 5- to 10-grams that stood there before.
    ``text_type`` chooses the limits: ``prose`` (the published ones), ``technical`` (documentation) or ``code``;
    ``limits`` sets single ones, as in ``{top-2-gram: 0.25}``. The report shows what each limit removes.
    """
    return Repetition("repetition", text_type, limits_for(RULES, text_type, limits))
