"""The filter that exchanges the genders of a text's words: in place, or as a copy beside it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import pyarrow as pa

from ...core import UNKNOWN, Cell, Exhibit, Finding, Table, UsageError, derive_seed
from ..base import FILTERS, Addition, Annotation, Decision, Judgement
from ..filters.sample import draw
from ..filters.text_column import ids_of, text_column
from .cells import entries, shown
from .gender_pairs import Pairs, load_pairs
from .swap_text import Swapped, swap
from .text_cost import COUNTERFACTUAL_OF

Mode = Literal["substitute", "augment"]
Scope = Literal["sentence", "paragraph", "document"]
RULES: Mapping[Mode, str] = {"substitute": "counterfactual-substitution", "augment": "counterfactual-copy"}
LABEL = "counterfactual"
SHOWN = 40
REASONS = ("biology", "named person", "given name", "may name a person")


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Swaps the paired forms of a document; see :func:`counterfactual`."""

    mitigates: ClassVar[bool] = True
    name: str
    mode: Mode
    share: float
    names: bool
    people: bool
    scope: Scope
    lexicon: str
    protocol: str
    seed: int | None

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """An edit or an addition for each drawn document with something to swap."""
        pairs = load_pairs(self.lexicon)
        ids, texts = ids_of(batch), text_column(batch, self.name).to_pylist()
        chosen = draw(ids, derive_seed(self.seed or 0, self.name)) < self.share
        tallies: Counter[str] = Counter()
        found: dict[str, Swapped] = {}
        for row, (name, text) in enumerate(zip(ids, texts, strict=True)):
            reason = _passed_over(batch, row)
            if reason:
                tallies[reason] += 1
                continue
            swapped = swap(text or "", pairs, self.names, self.people, self.scope)
            tallies.update(_tally(swapped, bool(chosen[row])))
            if swapped.replaced and chosen[row]:
                found[name] = swapped
        return self._judgement(found, tallies)

    def _judgement(self, found: Mapping[str, Swapped], tallies: Counter[str]) -> Judgement:
        rule = RULES[self.mode]
        notes = tuple(Annotation(name, LABEL, score=float(one.replaced.total())) for name, one in found.items())
        if self.mode == "substitute":
            decisions = tuple(
                Decision(name, "edited", rule, float(one.replaced.total()), None, _evidence(one))
                for name, one in found.items()
            )
            return Judgement(decisions, {name: one.text for name, one in found.items()}, notes, tallies=tallies)
        additions = tuple(
            Addition(name, one.text, LABEL, COUNTERFACTUAL_OF, rule, float(one.replaced.total()), _evidence(one))
            for name, one in found.items()
        )
        return Judgement(annotations=notes, tallies=tallies, additions=additions)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """What was exchanged, how often; and what was left, and why."""
        swaps: list[tuple[Cell, ...]] = [(*key[0].split(" > "), amount) for key, amount in entries(tallies, "swap")]
        verb = "edited" if self.mode == "substitute" else "copied"
        note = (
            f"{tallies.get('documents', 0):,} of {documents:,} documents were {verb}, {tallies.get('able', 0):,} could "
            f"have been (share {self.share:g}). Pairs: {self.protocol}. Her, him, his and hers by a rule on the words "
            "around: about 97 of 100 are right; see the page of this filter."
        )
        left: list[tuple[Cell, ...]] = [
            (f"{self.scope} left: {reason}", tallies.get(f"left\t{reason}", 0)) for reason in REASONS
        ]
        left += [
            ("form left: in a title in quotation marks, or in a fixed phrase", tallies.get("titles", 0)),
            ("document passed over: not English", tallies.get("language", 0)),
            ("document passed over: is a counterfactual copy itself", tallies.get("copy", 0)),
        ]
        return (
            Table("counterfactual", "Exchanged forms", ("form", "became", "times"), tuple(swaps[:SHOWN]), note),
            Table("counterfactual-left", "Left as they were", ("what", "number"), tuple(left)),
        )

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C080 where nothing was exchanged, HW-C081 where more passages were left than exchanged."""
        left = sum(amount for _, amount in entries(tallies, "left"))
        if documents and not tallies.get("documents"):
            return (_nothing(left, tallies),)
        if left > tallies.get("passages", 0):
            return (_mostly_left(left, self.scope, tallies),)
        return ()


def _passed_over(batch: pa.RecordBatch, row: int) -> str:
    """Why a document is none for this step: a key of the tallies, or nothing."""
    language = batch.column("language")[row].as_py() or UNKNOWN
    if language != UNKNOWN and not language.lower().startswith("en"):
        return "language"
    return "copy" if COUNTERFACTUAL_OF in dict(batch.column("attributes")[row].as_py() or ()) else ""


def _tally(swapped: Swapped, chosen: bool) -> dict[str, int]:
    found = {f"left\t{reason}": amount for reason, amount in swapped.left.items()}
    found |= {"titles": swapped.kept_titles, "able": int(bool(swapped.replaced)), "passages": swapped.passages}
    if chosen and swapped.replaced:
        found |= {f"swap\t{shown([pair])}": amount for pair, amount in swapped.replaced.items()} | {"documents": 1}
    return found


def _evidence(swapped: Swapped) -> str:
    left = swapped.left.total()
    return f"{swapped.replaced.total():,} words exchanged" + (f", {left:,} passages left" if left else "")


def _nothing(left: int, tallies: Mapping[str, int]) -> Finding:
    return Finding(
        "HW-C080",
        "medium",
        "No word was exchanged: the corpus is as it was",
        f"{left:,} passages with a gendered word were left, {tallies.get('language', 0):,} documents are not English.",
        "Check the language and the pairs, raise share, or allow more with names, people and scope.",
    )


def _mostly_left(left: int, scope: str, tallies: Mapping[str, int]) -> Finding:
    most = max(entries(tallies, "left"), key=lambda entry: entry[1])[0][0]
    return Finding(
        "HW-C081",
        "low",
        "More passages with gendered words were left than exchanged",
        f"{left:,} were left and {tallies.get('passages', 0):,} exchanged; most because of: {most}. What was left "
        "keeps the associations that it has.",
        f"Where the persons of this corpus are invented, set people: true and names: true. A smaller scope than "
        f"{scope} leaves less, and lets a pronoun disagree with the person that it stands for.",
    )


@FILTERS.register(
    "counterfactual",
    source="Lu et al. 2018, arXiv 1807.11714; Zhao et al. 2018, NAACL; Hall Maudslay et al. 2019, EMNLP (CDS)",
)
def counterfactual(
    mode: Mode = "substitute",
    share: float | None = None,
    names: bool = False,
    people: bool = False,
    scope: Scope = "paragraph",
    lexicon: str = "gender-pairs",
    seed: int | None = None,
) -> Counterfactual:
    """Exchange the genders of the words of English texts, in place or in a copy, so that both stand in each context.

    ``mode``: ``substitute`` edits a random ``share`` of the documents (left out: 0.5), ``augment`` adds a copy of each
    (left out: 1). ``names``: given names are exchanged with their counterparts, else a passage with one is left.
    ``people``: passages that may name a person (two capitalised words) are exchanged too. ``scope`` is the passage that
    is left as a whole where one of its words forbids the swap. ``lexicon``: ``gender-pairs``, or a path of your own
    paired list. Rules ``counterfactual-substitution`` and ``counterfactual-copy``: ``measured`` is the number of words.
    """
    if share is None:
        share = 0.5 if mode == "substitute" else 1.0
    if not 0 < share <= 1:
        raise UsageError(f"counterfactual: share must be above 0 and at most 1, not {share}")
    pairs: Pairs = load_pairs(lexicon)
    return Counterfactual("counterfactual", mode, share, names, people, scope, lexicon, pairs.protocol, seed)
