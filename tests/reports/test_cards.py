from headwater.reports import DocumentCard


def test_missing_facts_stay_unknown() -> None:
    card = DocumentCard.from_json("d", {})
    assert (card.licence, card.copies_before, card.steps, card.decisions) == ("unknown", None, None, ())


def test_no_steps_and_unknown_steps_differ() -> None:
    assert DocumentCard.from_json("d", {"steps": []}).steps == ()
    assert DocumentCard.from_json("d", {"steps": None}).steps is None


def test_numbers_of_other_libraries_become_plain_ones() -> None:
    import numpy as np

    card = DocumentCard.from_json("d", {"steps": np.array([3, 5]).tolist(), "copies_before": np.int64(8)})
    assert card.steps == (3, 5) and type(card.copies_before) is int


def test_unknown_keys_are_ignored() -> None:
    assert DocumentCard.from_json("d", {"colour": "red", "source": "s"}) == DocumentCard("d", source="s")
