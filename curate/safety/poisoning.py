"""The filter on signs of poisoning in single documents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from ...core import Exhibit, Table, UsageError, did_you_mean, wilson
from ..base import FILTERS, Annotation, Decision, Judgement
from ..filters.text_column import ids_of, text_column
from .injections import HIDDEN, TRIGGER, Sign, find_signs
from .phrases import PhraseList, load_phrases
from .screening import ACTIONS

KINDS = (
    "chat-token",
    HIDDEN,
    "hidden-markup",
    "instruction-override",
    "model-address",
    "persona-override",
    "prompt-leak",
)
SHORTEST_TRIGGER = 3


@dataclass(frozen=True, slots=True)
class Poisoning:
    """Judges each document by the signs in it; see :func:`poisoning`."""

    name: str
    action: str
    kinds: tuple[str, ...]
    triggers: tuple[str, ...]
    quoted: bool
    protocol: str
    phrases: PhraseList

    def signs(self, text: str) -> list[Sign]:
        """Every sign of the wanted kinds, quoted ones among them."""
        return find_signs(text, self.phrases, self.kinds, self.triggers)

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """An annotation for each sign (score 0 where it is quoted) and a decision for each document that counts."""
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        tallies: Counter[str] = Counter({"documents": batch.num_rows})
        for name, text in zip(ids_of(batch), text_column(batch, self.name).to_pylist(), strict=True):
            found = self.signs(text)
            annotations += [Annotation(name, one.kind, one.start, one.end, float(not one.quoted)) for one in found]
            counted = [one for one in found if self.quoted or not one.quoted]
            tallies.update({one.kind for one in counted})
            tallies.update(f"quoted {kind}" for kind in {one.kind for one in found if one.quoted})
            tallies["any"] += bool(counted)
            decisions += self._decision(name, counted)
        return Judgement(tuple(decisions), annotations=tuple(annotations), tallies=dict(tallies))

    def _decision(self, name: str, counted: Sequence[Sign]) -> list[Decision]:
        action = ACTIONS[self.action]
        if not counted or action is None:
            return []
        counts = sorted(Counter(one.kind for one in counted).items())
        rule = ", ".join(kind for kind, _ in counts)
        evidence = ", ".join(f"{number} {kind}" for kind, number in counts)
        return [Decision(name, action, rule, float(len(counted)), 0.0, f"{evidence}; {self.protocol}")]

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents with each kind of sign, with intervals."""
        judged = tallies.get("documents", 0)
        if not judged:
            return ()
        rows = [
            (kind, tallies.get(kind, 0), tallies.get(f"quoted {kind}", 0), *wilson(tallies.get(kind, 0), judged))
            for kind in (*self.kinds, *([TRIGGER] if self.triggers else []))
        ]
        total = tallies.get("any", 0)
        columns = ("sign", "documents", "only quoted", "share: low", "share: high")
        note = f"{judged:,} documents judged; {self.protocol}. Low and high: Wilson's interval at 95 %."
        table = (*rows, ("any", total, None, *wilson(total, judged)))
        return (Table("poisoning-signs", "Signs of poisoning", columns, table, note),)


@FILTERS.register(
    "poisoning", source="Perez & Ribeiro 2022, arXiv 2211.09527; Greshake et al. 2023, arXiv 2302.12173", unit="signs"
)
def poisoning(
    action: Literal["annotate", "quarantine", "remove"] = "quarantine",
    kinds: Sequence[str] = KINDS,
    triggers: Sequence[str] = (),
    quoted: bool = False,
) -> Poisoning:
    """Quarantine documents that speak to a model: injected instructions, chat tokens, hidden markup and characters.

    ``kinds`` chooses what counts. ``triggers`` are strings of your own, such as those that the audit ``poisoning``
    found; they match as they are written. A sign that is quoted in prose about such attacks is annotated with score 0
    and does not count unless ``quoted`` is set. Evidence counts, and names the version of the patterns.
    """
    if action not in ACTIONS:
        raise UsageError(f"poisoning: no action {action!r}; {did_you_mean(action, ACTIONS)}use {', '.join(ACTIONS)}")
    if isinstance(kinds, str) or isinstance(triggers, str):
        raise UsageError("poisoning: kinds and triggers must be lists")
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"poisoning: no kind {kind!r}; {did_you_mean(kind, KINDS)}kinds: {', '.join(KINDS)}")
    for trigger in triggers:
        if len(trigger) < SHORTEST_TRIGGER:
            raise UsageError(f"poisoning: the trigger {trigger!r} is shorter than {SHORTEST_TRIGGER} characters")
    phrases = load_phrases("injections")
    wanted, own = tuple(sorted(set(kinds))), tuple(sorted(set(triggers)))
    return Poisoning("poisoning", action, wanted, own, quoted, phrases.protocol, phrases)
