"""The filter that reports characters that nobody sees, or that look like others; on demand it takes them out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from ...core import Cell, Exhibit, Table, UsageError, did_you_mean
from ..base import FILTERS, Annotation, Decision, Judgement
from .hidden_signs import KINDS, Sign, find_signs
from .text_column import text_column

SOURCE = "Boucher and Anderson 2023, Trojan Source (CVE-2021-42574); Unicode Technical Standard 39"
HARMLESS = frozenset({"joiner", "soft-hyphen"})
DROPPED = ("zero-width", "bidi-control", "tag-character", "private-use")
Action = Literal["report", "edit", "remove", "quarantine"]
_NOT_ASCII = r"[^\x00-\x7f]"


@dataclass(frozen=True, slots=True)
class HiddenCharacters:
    """Annotates hidden characters and mixed scripts; see :func:`hidden_characters`."""

    name: str
    action: str
    kinds: tuple[str, ...]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A span for each run of hidden characters or mixed word, tallies by kind, and what the action asks for."""
        texts = text_column(batch, self.name)
        suspects = pc.match_substring_regex(texts, _NOT_ASCII)
        ids = batch.column("id").filter(suspects).to_pylist()
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        edits: dict[str, str] = {}
        tallies: Counter[str] = Counter()
        for name, text in zip(ids, texts.filter(suspects).to_pylist(), strict=True):
            signs = [sign for sign in find_signs(text) if sign.kind in self.kinds]
            annotations += [Annotation(name, sign.kind, sign.start, sign.end, float(sign.size)) for sign in signs]
            tallies.update(_tallies(signs))
            decided = self._decide(name, text, signs)
            if decided is not None:
                decision, edited = decided
                decisions.append(decision)
                edits |= {name: edited} if edited is not None else {}
        return Judgement(tuple(decisions), edits, tuple(annotations), tallies=dict(tallies))

    def _decide(self, name: str, text: str, signs: Sequence[Sign]) -> tuple[Decision, str | None] | None:
        found = [sign for sign in signs if sign.kind not in HARMLESS]
        if self.action == "edit":
            found = [sign for sign in found if sign.kind in DROPPED]
        if self.action == "report" or not found:
            return None
        counts = Counter(sign.kind for sign in found)
        evidence = ", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()))
        rule = ", ".join(kind for kind in KINDS if kind in counts)
        measured = float(sum(sign.size for sign in found))
        if self.action == "edit":
            return Decision(name, "edited", rule, measured, 0.0, evidence), _without(text, found)
        return Decision(
            name, "removed" if self.action == "remove" else "quarantined", rule, measured, 0.0, evidence
        ), None

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """What was found, by kind."""
        rows: list[tuple[Cell, ...]] = [
            (kind, KINDS[kind], tallies.get(f"documents {kind}", 0), tallies.get(f"places {kind}", 0))
            for kind in self.kinds
        ]
        columns = ("kind", "what it is", "documents", "places")
        note = (
            f"In {documents:,} documents. A place is a run of such characters, or a word. What was done: {self.action}."
        )
        return (Table("hidden-characters", "Hidden and misleading characters", columns, tuple(rows), note),)


def _tallies(signs: Sequence[Sign]) -> Iterator[str]:
    yield from (f"places {sign.kind}" for sign in signs)
    yield from (f"documents {kind}" for kind in {sign.kind for sign in signs})


def _without(text: str, signs: Sequence[Sign]) -> str:
    pieces, position = [], 0
    for sign in signs:
        pieces.append(text[position : sign.start])
        position = sign.end
    return "".join([*pieces, text[position:]])


@FILTERS.register("hidden-characters", source=SOURCE)
def hidden_characters(action: Action = "report", kinds: Sequence[str] = tuple(KINDS)) -> HiddenCharacters:
    """Find zero-width, bidirectional, tag and private-use characters and words of mixed scripts; report or drop them.

    Each is annotated with its span. ``action`` is ``report`` (nothing changes), ``edit`` (zero-width characters,
    bidirectional controls, tag characters and private use are dropped), ``remove`` or ``quarantine`` (the document).
    Joiners within scripts and emoji that need them, variation selectors, soft hyphens, and direction marks beside
    right-to-left letters are what they should be: they are ``joiner`` or ``soft-hyphen`` and never acted on. ``kinds``
    chooses what is looked for.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"kinds: no kind {kind!r}; {did_you_mean(kind, KINDS)}kinds: {', '.join(KINDS)}")
    return HiddenCharacters("hidden-characters", action, tuple(kind for kind in KINDS if kind in set(kinds)))
