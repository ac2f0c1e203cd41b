from headwater.curate import IdentityTerms, snippet
from headwater.curate.audits.snippets import WIDTH

TERMS = IdentityTerms()


def test_spans_hold_the_terms_of_the_wanted_groups() -> None:
    text = "x " * 500 + "She met a man." + " y" * 500
    found = snippet("id", text, TERMS, {("gender", "male")})
    assert [found.text[a:b] for a, b in found.spans] == ["man"]
    assert found.document_ids == ("id",) and WIDTH <= len(found.text) <= WIDTH + 2


def test_personal_data_is_redacted_before_the_cut() -> None:
    text = "a" * 150 + " write to jane.doe@mail.org, she answers " + "b" * 900
    found = snippet("id", text, TERMS)
    assert "jane.doe" not in found.text and "[EMAIL]" in found.text
    assert [found.text[a:b] for a, b in found.spans] == ["she"]


def test_a_short_text_is_shown_whole() -> None:
    assert snippet("id", "She reads.", TERMS).text == "She reads."


def test_a_text_without_a_term_begins_at_its_beginning() -> None:
    found = snippet("id", "z" * 1000, TERMS)
    assert found.text == "z" * WIDTH + "…" and found.spans == ()
