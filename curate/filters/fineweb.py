"""The filter with the rules that were chosen for FineWeb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Exhibit
from ..base import FILTERS, Judgement
from .text_column import ids_of, rows_in, text_column
from .text_lines import numbers, split_lines, totals
from .thresholds import Rule, calibration_table, fixed_rule, judge_rules, limits_for

SHORT = 30
RULES = (
    fixed_rule("punctuated-lines", 0, "above", 0.12),
    fixed_rule("duplicate-line-characters", 1, "below", 0.1),
    fixed_rule("short-lines", 2, "below", 0.67),
    fixed_rule("line-feeds-per-word", 3, "at most", 0.3),
)
SOURCE = "Penedo et al. 2024, FineWeb, section 3.5; line feeds: datatrove 0.10, FineWebQualityFilter"
_ENDS = (
    "[.!?\\x{2026}\"'\\x{201D}\\x{2019}\\x{3002}\\x{FF01}\\x{FF1F}\\x{FF0E}\\x{0964}\\x{0965}\\x{061F}\\x{06D4}"
    "\\x{1362}\\x{104B}\\x{17D4}]$"
)
_WORD = r"[^\s\v]+"


@dataclass(frozen=True, slots=True)
class FineWeb:
    """Removes pages that look like lists and menus; see :func:`fineweb`."""

    name: str
    limits: tuple[float, ...]
    languages: tuple[str, ...]

    @property
    def made_for(self) -> str:
        """What its limits were chosen for."""
        return "prose"

    text_type = made_for

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The four rules."""
        return RULES

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each document beyond a limit, and tallies for the calibration table."""
        rows, measures = self.measure(batch)
        decisions, tallies = judge_rules(RULES, self.limits, ids_of(batch.take(rows)), measures)
        return Judgement(decisions, tallies=tallies)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """The rows in the wanted languages, and their measures: float64 of shape (rows, 4)."""
        rows = rows_in(batch, self.languages)
        return rows, fineweb_measures(text_column(batch, self.name).take(rows))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The calibration table."""
        return (calibration_table(self.name, "web", RULES, self.limits, tallies, SOURCE),)


def fineweb_measures(texts: pa.Array) -> np.ndarray:
    """The measures of the four rules for each text: float64 of shape (n, 4).

    Lines are stripped and empty ones left out. Column 0: the share of lines that end with a full stop, exclamation or
    question mark, ellipsis or closing quotation mark, in any script. 1: characters of lines that stood there before,
    per character of all lines. 2: the share of lines of fewer than 30 characters. 3: line feeds per word (a run
    without white space). A text without a line has the values 0, 0, 1 and 0.
    """
    lines = split_lines(texts)
    keep = lines.filled
    borders = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[lines.borders]
    filled, document = lines.stripped.filter(pa.array(keep)), lines.document[keep]
    sizes = numbers(pc.utf8_length(filled)).astype(np.int64)
    counted = np.maximum(np.diff(borders), 1)
    measures = np.zeros((len(texts), len(RULES)))
    measures[:, 0] = totals(numbers(pc.match_substring_regex(filled, _ENDS)), borders) / counted
    repeated = np.where(_stood_before(filled, document), sizes, 0)
    measures[:, 1] = totals(repeated, borders) / np.maximum(totals(sizes, borders), 1)
    measures[:, 2] = np.where(np.diff(borders) > 0, totals(sizes < SHORT, borders) / counted, 1)
    words = numbers(pc.count_substring_regex(texts, _WORD))
    measures[:, 3] = (np.diff(lines.borders) - 1) / np.maximum(words, 1)
    return measures


def _stood_before(lines: pa.Array, document: np.ndarray) -> np.ndarray:
    """Which lines stood in their text before."""
    codes = numbers(lines.dictionary_encode().indices).astype(np.int64)
    keys = document * (int(codes.max(initial=0)) + 1) + codes
    order = np.argsort(keys, kind="stable")
    again = np.zeros(keys.size, bool)
    again[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return again


@FILTERS.register("fineweb", source=SOURCE)
def fineweb(limits: Mapping[str, float] | None = None, languages: Sequence[str] = ("en", UNKNOWN)) -> FineWeb:
    """Remove pages that are lists, menus or repeats: the rules chosen for FineWeb.

    Four rules: the share of lines that end with punctuation must be above 0.12, the share of characters in repeated
    lines below 0.1, the share of lines under 30 characters below 0.67, and line feeds per word at most 0.3. They were
    chosen on English web pages; ``limits`` sets single ones, as in ``{short-lines: 0.8}``. Documents whose ``language``
    is not in ``languages`` are not judged. The report shows what each limit removes.
    """
    return FineWeb("fineweb", limits_for(RULES, "prose", limits), tuple(sorted(set(languages))))
