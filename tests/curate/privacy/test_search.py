"""The one pass over all detectors."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UnknownName
from headwater.curate import find_personal_data
from headwater.curate.privacy import TYPES, Detector, Span
from headwater.curate.privacy.detector import detectors
from headwater.curate.privacy.search import compiled

BEFORE = {"url-credentials": "ftp://", "date-of-birth": "born "}
AFTER = {"url-credentials": "@host.net"}
CONFIDENCE = {"national-id": 0.6, "date-of-birth": 0.8}

VALUES = {
    "email": "max@mail.org",
    "phone": "+44 20 7946 0958",
    "ip-address": "52.14.3.200",
    "payment-card": "4012 8888 8888 1881",
    "iban": "GB29 NWBK 6016 1331 9268 19",
    "secret": "AKIA" + "Q3EXUAL7JD2KWZ5M",
    "url-credentials": "app:hunter2x",
    "national-id": "123-45-6789",
    "date-of-birth": "1985-03-12",
    "postal-address": "12 Oak Street, Springfield, IL 62704",
}
TEXTS = st.text(st.characters(exclude_characters="\x00"), max_size=60)
PARTS = [
    *VALUES.values(), "ü", "日本", "\u0661\u0662\u0663", "\u00b2", "\u2028", "K", "\u212a", "ſ", " ", "\n", "-", ".",
    "@", ":", "://", "SSN ", "born ", "tel ", "password=", "0", "12", "é", "_", "A", "eyJ", "sk-", "+", "(", ";pwd=",
    "str. 5",
]  # fmt: skip


def test_every_type_has_a_value_here() -> None:
    assert set(VALUES) == set(TYPES)


@pytest.mark.parametrize("kind", VALUES)
@given(before=TEXTS, after=TEXTS)
def test_offsets_are_characters_in_any_script(kind: str, before: str, after: str) -> None:
    lead = BEFORE.get(kind, "")
    text = f"{before}\n {lead}{VALUES[kind]}{AFTER.get(kind, '')} \n{after}"
    start = len(before) + len(lead) + 2
    span = Span(kind, start, start + len(VALUES[kind]), confidence=CONFIDENCE.get(kind, 1.0))
    assert span in find_personal_data([text])[0]


@given(
    st.lists(st.sampled_from(sorted(VALUES.values()) + ["ü", "日本", " ", "\n", "tel ", "1.2.3.4", "@"]), max_size=12)
)
def test_spans_ascend_and_never_overlap(parts: list[str]) -> None:
    spans = find_personal_data(["".join(parts)])[0]
    assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
    assert all(span.start < span.end for span in spans)


def test_arrow_arrays_and_lists_give_the_same_and_null_gives_nothing() -> None:
    texts = [*VALUES.values(), None, ""]
    listed = find_personal_data(texts)  # type: ignore[arg-type]
    assert find_personal_data(pa.array(texts, pa.large_string())) == listed
    assert find_personal_data(pa.chunked_array([texts[:3], texts[3:]], pa.string())) == listed
    assert listed[-2:] == [(), ()]


def test_only_the_asked_types_are_reported() -> None:
    everything = " ; ".join(VALUES.values())
    assert [span.type for span in find_personal_data([everything], ["iban"])[0]] == ["iban"]
    assert find_personal_data([everything], [])[0] == ()


def test_the_order_of_the_types_does_not_matter() -> None:
    text = " ".join(VALUES.values())
    assert find_personal_data([text], TYPES) == find_personal_data([text], TYPES[::-1])


def test_a_wrong_type_names_the_nearest_right_one() -> None:
    with pytest.raises(UnknownName, match='did you mean "email"'):
        find_personal_data(["x"], ["e-mail"])


def test_what_one_detector_refuses_another_can_still_take() -> None:
    text = "4012 8888 8888 1882 tel 030 1234567 GB29NWBK60161331926819"
    assert [span.type for span in find_personal_data([text])[0]] == ["phone", "iban"]


def test_lone_surrogates_do_not_break_the_search() -> None:
    assert find_personal_data(["\ud800 max@mail.org \udfff"])[0] == (Span("email", 2, 14),)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "a@",
        "a.",
        "1-",
        "1.1.",
        "::",
        "sk-",
        "eyJ",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----",
        "tel ",
        "password=",
        "://a:b",
        "+1 ",
        "SSN ",
        "born ",
        "born 1",
        "12 Oak Street ",
        "IL 12345 ",
        "str. 1",
        "756.1234.",
        "1 85 05 78 ",
        ";password=aaa",
        "@@",
        "a@b@c.",
    ],
)
def test_repetitive_hostile_text_needs_a_number_of_steps_linear_in_its_length(unit: str) -> None:
    counts = [_steps(unit * (size // len(unit))) for size in (20_000, 40_000)]
    assert counts[1] <= 2.2 * counts[0] + 2000


@pytest.mark.parametrize("unit", ["7", "a@", "1 ", "Oak ", "x.y-", "IL 62704 "])
def test_a_megabyte_of_one_thing_is_read_and_keeps_what_stands_behind_it(unit: str) -> None:
    text = unit * (1_000_000 // len(unit)) + " ; max@mail.org"
    spans = find_personal_data([text])[0]
    assert (spans[-1].type, spans[-1].end) == ("email", len(text))


@pytest.mark.parametrize("lead", ["\U0001f600", "\U0001f468\u200d\U0001f469", "\U00020000x", "é\U0001d518"])
def test_offsets_count_characters_beyond_the_basic_plane_as_one(lead: str) -> None:
    text = f"{lead} max@mail.org {lead} 12 Oak Street, Springfield, IL 62704"
    found = [(span.type, text[span.start : span.end]) for span in find_personal_data([text])[0]]
    assert found == [("email", "max@mail.org"), ("postal-address", "12 Oak Street, Springfield, IL 62704")]


def test_a_word_that_announces_something_does_not_hide_an_address_that_it_is_part_of() -> None:
    for text in ("ann.bsn@mail.org", "tel.ssn@mail.org", "born@mail.org", "passport@mail.org"):
        assert [span.type for span in find_personal_data([text])[0]] == ["email"]


def test_what_is_found_of_all_types_does_not_depend_on_the_window_of_the_first_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from headwater.curate.privacy import search

    text = "\n".join(VALUES.values()) + "\n" + "a" * 600 + "@mail.org " + "x" * 700 + " tel. 030 1234567"
    spans = find_personal_data([text])
    monkeypatch.setattr(search, "_WINDOW", 100_000)
    assert find_personal_data([text]) == spans


@pytest.mark.parametrize("kind", TYPES)
@given(text=st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_re2_and_re_see_the_same_first_candidate(kind: str, text: str) -> None:
    # both engines are leftmost-first; \b and the classes have to mean ASCII in both
    detector = detectors((kind,))[0]
    assert isinstance(detector, Detector)
    data = text.encode()
    ours = compiled((kind,)).union.search(data)
    theirs = re.search(detector.pattern.encode("latin-1"), data)
    assert (ours.span() if ours else None) == (theirs.span() if theirs else None)


def _steps(text: str) -> int:
    """Bytes that the pattern reads: from where each search starts to where its match ends."""
    from headwater.curate.privacy import search

    patterns = search.compiled(TYPES)
    data, position, floor, read = text.encode(), 0, 0, 0
    while (found := patterns.union.search(data, position)) is not None:
        read += found.end() - position
        accepted = search.first_accepted(data, *found.span(), floor, patterns)
        if accepted is None:
            position = search.after_refusal(data, found.start(), found.end())
        else:
            position = floor = accepted[1].end
    return read + len(data) - position
