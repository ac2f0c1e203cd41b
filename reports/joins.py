"""The join: an output beside the documents that it came from, the same passage highlighted on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ..core import Cell, Example, Table
from .caps import Caps, cut_note
from .cards import DocumentCard
from .links import safe_url
from .passages import Passage, find_passages, passage
from .speaking import say
from .svg import element

SQUARES = 24
STATUSES = {"kept", "edited", "removed", "quarantined", "planted"}


@dataclass(frozen=True, slots=True)
class CardView:
    """A document's card. ``facts`` is the sentence that every reader looks for; ``anchor`` leads to the full card."""

    id: str
    anchor: str
    known: bool
    status: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    link: str
    passage: Passage
    copies: Markup


@dataclass(frozen=True, slots=True)
class JoinView:
    """One example with the cards of its documents; ``own`` is its card where the example is itself a document."""

    id: str
    anchor: str
    note: str
    passage: Passage
    own: CardView | None
    cards: tuple[CardView, ...]
    others: tuple[tuple[str, str], ...]
    cut: str


def join_view(
    example: Example, documents: Mapping[str, DocumentCard], anchors: Mapping[str, str], caps: Caps
) -> JoinView:
    """Lay out an example; passages that its spans mark are looked for in each document."""
    wanted = [example.text[start:end] for start, end in example.spans]
    own = documents.get(example.id)
    ids = [id for id in dict.fromkeys(example.document_ids) if not own or id != example.id]
    shown = ids[: caps.documents_per_example]
    return JoinView(
        id=example.id,
        anchor=anchors.get(example.id, ""),
        note=example.note,
        passage=passage(example.text, example.spans, caps.example_characters),
        own=card_view(own, (), True, anchors, caps) if own else None,
        cards=tuple(
            card_view(documents.get(id) or DocumentCard(id), wanted, id in documents, anchors, caps) for id in shown
        ),
        others=tuple((id, anchors.get(id, "")) for id in ids[len(shown) : len(shown) + 12]),
        cut=cut_note(min(len(ids), len(shown) + 12), len(ids), "documents of this example"),
    )


def card_view(
    card: DocumentCard, wanted: Sequence[str], known: bool, anchors: Mapping[str, str], caps: Caps
) -> CardView:
    """Lay out a document's card with the wanted passages highlighted in its excerpt."""
    return CardView(
        id=card.id,
        anchor=anchors.get(card.id, ""),
        known=known,
        status=card.status,
        reason=card.reason,
        facts=tuple(_facts(card, caps)) if known else (),
        link=safe_url(card.url),
        passage=passage(card.excerpt, find_passages(wanted, card.excerpt), caps.excerpt_characters),
        copies=_squares(card.copies_before, card.copies_after),
    )


def decisions_table(card: DocumentCard, caps: Caps) -> Table:
    """What each curation step decided about the document."""
    columns = ("step", "action", "rule", "measured", "limit", "evidence", "duplicate_of")
    rows = tuple(tuple(_cell(decision.get(name)) for name in columns) for decision in card.decisions[: caps.decisions])
    note = cut_note(len(rows), len(card.decisions), "decisions")
    names = tuple(say(f"page.column-{name.replace('_', ' ')}") for name in columns)
    return Table(f"decisions-{card.id}", say("page.decisions"), names, rows, note)


def _facts(card: DocumentCard, caps: Caps) -> list[tuple[str, str]]:
    unknown = say("page.unknown")
    facts = [("source", card.source or unknown), ("licence", card.licence or unknown)]
    if card.copies_before is not None:
        before = say("page.copies", count=card.copies_before)
        after = "" if card.copies_after is None else say("page.copies-after", number=card.copies_after)
        facts.append(("copies", before + after))
    if card.steps is not None:
        facts.append(("training", _seen(card.steps, max(card.step_count or 0, len(card.steps)), caps.steps)))
    return facts


def _seen(steps: tuple[int, ...], count: int, limit: int) -> str:
    if not steps:
        return say("page.never-seen")
    listed = ", ".join(str(step) for step in steps[:limit])
    rest = count - min(len(steps), limit)
    return say("page.seen-at", count=count, steps=listed) + (say("page.and-more", number=rest) if rest else "")


def _squares(before: int | None, after: int | None) -> Markup:
    """One square for each copy before deduplication; those that remain are filled."""
    if before is None or not 1 < before <= SQUARES:
        return Markup("")
    squares = [
        element(
            "rect", x=index * 9 + 0.5, y=0.5, width=6, height=6, class_="copy left" if index < (after or 0) else "copy"
        )
        for index in range(before)
    ]
    return element(
        "svg", *squares, class_="copies", aria_hidden="true", viewBox=f"0 0 {before * 9} 7", width=before * 9
    )


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) or value is None else str(value)
