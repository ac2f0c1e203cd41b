"""The filter on the length of sequences and on their ambiguous letters."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ...core import Cell, Exhibit, Table, UsageError
from ..base import FILTERS, Decision, Judgement
from ..sequences import ALPHABETS, alphabet_of, ambiguous_share
from .text_column import ids_of, text_column

RULES = ("minimum-length", "maximum-length", "ambiguous", "no-sequence")


@dataclass(frozen=True, slots=True)
class SequenceQuality:
    """Removes sequences outside the limits; see :func:`sequence_quality`."""

    name: str
    minimum_length: int
    maximum_length: int | None
    maximum_ambiguous: float

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each sequence that breaks a limit; the first broken one is the reason."""
        texts = text_column(batch, self.name).to_pylist()
        alphabets = stated_alphabets(batch)
        judged = [
            (found or alphabet_of(text), self._decision(name, text, found or alphabet_of(text)))
            for name, text, found in zip(ids_of(batch), texts, alphabets, strict=True)
        ]
        tallies = Counter(f"{decision.rule if decision else 'kept'} {found}" for found, decision in judged)
        return Judgement(tuple(one for _, one in judged if one is not None), tallies=dict(sorted(tallies.items())))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Sequences by alphabet and rule."""
        rows: list[tuple[Cell, ...]] = [
            (found or "none", *(tallies.get(f"{rule} {found}", 0) for rule in ("kept", *RULES)))
            for found in (*ALPHABETS, "")
            if any(tallies.get(f"{rule} {found}") for rule in ("kept", *RULES))
        ]
        return (Table("sequence-quality", "Sequences by alphabet and rule", ("alphabet", "kept", *RULES), tuple(rows)),)

    def _decision(self, name: str, text: str, alphabet: str) -> Decision | None:
        if not alphabet:
            return Decision(name, "removed", "no-sequence", evidence="letters of no alphabet")
        size = len(text)
        if size < self.minimum_length:
            return Decision(name, "removed", "minimum-length", size, self.minimum_length, alphabet)
        if self.maximum_length is not None and size > self.maximum_length:
            return Decision(name, "removed", "maximum-length", size, self.maximum_length, alphabet)
        share = ambiguous_share(text, alphabet)
        if share > self.maximum_ambiguous:
            return Decision(name, "removed", "ambiguous", round(share, 6), self.maximum_ambiguous, alphabet)
        return None


def stated_alphabets(batch: pa.RecordBatch) -> list[str]:
    """The attribute ``alphabet`` of each record, "" where it says nothing that is known."""
    found = pc.map_lookup(batch.column("attributes"), "alphabet", "first").to_pylist()
    return [value if value in ALPHABETS else "" for value in found]


@FILTERS.register("sequence-quality", source="CD-HIT (throw away sequences up to 10 letters); GISAID (5 % of N)")
def sequence_quality(
    minimum_length: int = 11, maximum_length: int | None = None, maximum_ambiguous: float = 0.05
) -> SequenceQuality:
    """Remove sequences that are too short, too long, or in which too many letters are ambiguous.

    Lengths are in letters. ``maximum_ambiguous`` is the largest share of letters that stand for several (N, R, Y ... in
    nucleotides, X, B, Z and J in proteins). The alphabet is the attribute ``alphabet``, or told by the letters; a text
    in none is removed. Rules: ``minimum-length``, ``maximum-length``, ``ambiguous`` and ``no-sequence``.
    """
    if minimum_length < 0 or (maximum_length is not None and maximum_length < minimum_length):
        raise UsageError(f"minimum_length must be from 0 to maximum_length, not {minimum_length} and {maximum_length}")
    if not 0 <= maximum_ambiguous <= 1:
        raise UsageError(f"maximum_ambiguous must be from 0 to 1, not {maximum_ambiguous}")
    return SequenceQuality("sequence-quality", minimum_length, maximum_length, maximum_ambiguous)
