from headwater.core import Example
from headwater.reports import DocumentCard
from headwater.reports.caps import Caps
from headwater.reports.joins import CardView, JoinView, card_view, decisions_table, join_view

from .fixtures import DOCUMENT, OUTPUT, PASSAGE, cards, document

CARDS = {id: DocumentCard.from_json(id, data) for id, data in cards().items()}
START = OUTPUT.index(PASSAGE)


def join(*ids: str, spans: tuple[tuple[int, int], ...] = ((START, START + len(PASSAGE)),)) -> JoinView:
    return join_view(Example("sample-1", OUTPUT, "", spans, ids), CARDS, {document(1): "document-1"}, Caps())


def card(**fields: object) -> CardView:
    return card_view(DocumentCard("d", **fields), (), True, {}, Caps())  # type: ignore[arg-type]


def marked(view: CardView | JoinView) -> list[str]:
    return [view.passage.text[start:end] for start, end in view.passage.spans]


def test_the_shared_passage_is_highlighted_on_both_sides() -> None:
    view = join(document(1))
    assert marked(view) == [PASSAGE]
    assert [" ".join(text.split()) for text in marked(view.cards[0])] == [PASSAGE]


def test_the_card_says_source_licence_copies_and_steps() -> None:
    assert join(document(1)).cards[0].facts == (
        ("source", "numpy 2.4.6"),
        ("licence", "BSD-3-Clause"),
        ("copies", "8 copies before, 1 after deduplication"),
        ("training", "seen at steps 310, 1204"),
    )


def test_many_steps_are_counted() -> None:
    assert card(steps=tuple(range(100))).facts[-1] == ("training", "seen at steps 0, 1, 2, 3, 4, 5, 6, 7 and 92 more")


def test_steps_that_were_left_out_of_the_card_are_counted_too() -> None:
    assert card(steps=(4, 9), step_count=50).facts[-1] == ("training", "seen at steps 4, 9 and 48 more")


def test_an_example_that_is_itself_a_document_stands_alone_with_its_facts() -> None:
    view = join_view(Example(document(3), "text", "", (), (document(3), document(4))), CARDS, {}, Caps())
    assert view.own is not None and view.own.facts[0] == ("source", "numpy 2.4.6")
    assert [item.id for item in view.cards] == [document(4)]


def test_a_sample_has_no_card_of_its_own() -> None:
    assert join(document(1)).own is None


def test_never_seen_and_not_known_read_differently() -> None:
    assert ("training", "never seen in training") in card(steps=()).facts
    assert [name for name, _ in card().facts] == ["source", "licence"]


def test_one_square_stands_for_each_copy_and_the_rest_are_filled() -> None:
    drawing = str(card(copies_before=8, copies_after=1).copies)
    assert (drawing.count("<rect"), drawing.count("copy left")) == (8, 1)


def test_a_single_copy_needs_no_squares() -> None:
    assert card(copies_before=1, copies_after=1).copies == ""


def test_a_document_without_a_card_is_named_as_such() -> None:
    view = join("nobody").cards[0]
    assert (view.id, view.known, view.facts) == ("nobody", False, ())


def test_an_excerpt_without_the_passage_is_not_highlighted() -> None:
    assert marked(join(document(9)).cards[0]) == []


def test_documents_beyond_the_cap_are_listed_by_id() -> None:
    view = join(*(document(at) for at in range(1, 29)))
    assert (len(view.cards), len(view.others)) == (3, 12)
    assert "15 of 28 documents" in view.cut


def test_an_unsafe_address_is_not_a_link() -> None:
    assert card_view(CARDS[document(6)], (), True, {}, Caps()).link == ""
    assert card_view(CARDS[document(1)], (), True, {}, Caps()).link == "https://numpy.org"


def test_a_long_excerpt_is_cut_around_the_passage() -> None:
    long = DocumentCard("d", excerpt="x " * 5_000 + DOCUMENT + " y" * 5_000)
    view = card_view(long, [PASSAGE], True, {}, Caps())
    assert len(view.passage.text) == Caps().excerpt_characters and marked(view)


def test_decisions_become_rows() -> None:
    table = decisions_table(CARDS[document(2)], Caps())
    assert table.rows[0][:5] == ("near-duplicates", "removed", "jaccard", 0.93, 0.8)
