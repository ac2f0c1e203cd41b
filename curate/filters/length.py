"""The filter on the length of documents."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import UsageError
from ..base import FILTERS, Decision, Judgement
from .text_column import ids_of, text_column
from .thresholds import Rule, fixed_rule


@dataclass(frozen=True, slots=True)
class Length:
    """Removes texts outside the limits; see :func:`length`."""

    name: str
    minimum_characters: int | None
    maximum_characters: int | None
    minimum_words: int | None
    maximum_words: int | None

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each text that breaks a limit; the first broken one, characters before words, is the reason."""
        texts = text_column(batch, self.name)
        decisions: dict[int, Decision] = {}
        ids = ids_of(batch)
        for unit, low, high in (
            ("characters", self.minimum_characters, self.maximum_characters),
            ("words", self.minimum_words, self.maximum_words),
        ):
            if low is None and high is None:
                continue
            sizes = _sizes(texts, unit)
            for rule, limit, broken in ((f"minimum-{unit}", low, np.less), (f"maximum-{unit}", high, np.greater)):
                for row in np.flatnonzero(broken(sizes, limit)).tolist() if limit is not None else ():
                    decisions.setdefault(
                        row, Decision(ids[row], "removed", rule, float(sizes[row]), float(limit or 0), unit)
                    )
        return Judgement(tuple(decisions[row] for row in sorted(decisions)))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """A rule for each limit that is set; column 0 holds characters, column 1 words."""
        limits = (self.minimum_characters, self.maximum_characters, self.minimum_words, self.maximum_words)
        places = (("characters", 0), ("characters", 0), ("words", 1), ("words", 1))
        return tuple(
            fixed_rule(f"maximum-{unit}" if number % 2 else f"minimum-{unit}", column, sense, float(limit))
            for number, (limit, (unit, column)) in enumerate(zip(limits, places, strict=True))
            if limit is not None
            for sense in ("at most" if number % 2 else "at least",)
        )

    @property
    def limits(self) -> tuple[float, ...]:
        """The limits that are set, in the order of the rules."""
        return tuple(rule.prose for rule in self.rules)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """All rows, and their characters and words: float64 of shape (rows, 2)."""
        texts = text_column(batch, self.name)
        sizes = [_sizes(texts, unit).astype(np.float64) for unit in ("characters", "words")]
        return np.arange(batch.num_rows), np.column_stack(sizes)


def _sizes(texts: pa.Array, unit: str) -> np.ndarray:
    counted = pc.utf8_length(texts) if unit == "characters" else pc.count_substring_regex(texts, r"[^\s\v]+")
    sizes: np.ndarray = counted.to_numpy(zero_copy_only=False)
    return sizes


@FILTERS.register("length", source="Rae et al. 2021, Gopher, appendix A.1.1 (words)")
def length(
    minimum_characters: int | None = 50,
    maximum_characters: int | None = None,
    minimum_words: int | None = None,
    maximum_words: int | None = None,
) -> Length:
    """Remove documents that are too short or too long, in characters or in words.

    A limit of null is no limit. Characters are Unicode code points, words are runs without white space. The rules are
    ``minimum-characters``, ``maximum-characters``, ``minimum-words`` and ``maximum-words``.
    """
    for low, high, unit in (
        (minimum_characters, maximum_characters, "characters"),
        (minimum_words, maximum_words, "words"),
    ):
        if min(low or 0, high or 0) < 0 or (low is not None and high is not None and low > high):
            raise UsageError(f"minimum_{unit} must be from 0 to maximum_{unit}, not {low} and {high}")
    return Length("length", minimum_characters, maximum_characters, minimum_words, maximum_words)
