import json
from pathlib import Path

import pytest

from headwater.core import InputError
from headwater.curate.audits.lexicon import load_lexicon, normalise, plural, shipped_lexicons


@pytest.mark.parametrize("name", shipped_lexicons())
def test_every_shipped_lexicon_loads_with_its_version_source_and_licence(name: str) -> None:
    lexicon = load_lexicon(name)
    assert lexicon.id == name and lexicon.version and lexicon.source and lexicon.licence and lexicon.terms


@pytest.mark.parametrize("name", shipped_lexicons())
def test_no_exception_is_itself_a_term(name: str) -> None:
    lexicon = load_lexicon(name)
    assert not lexicon.exceptions & set(lexicon.terms)


@pytest.mark.parametrize("name", shipped_lexicons())
def test_every_group_has_at_least_two_forms(name: str) -> None:
    forms = list(load_lexicon(name).terms.values())
    assert all(forms.count(group) >= 2 for group in load_lexicon(name).groups)


def test_nouns_get_their_plural() -> None:
    terms = load_lexicon("gender").terms
    assert terms["daughter"] == terms["daughters"] == "female"
    assert plural("church") == "churches" and plural("fox") == "foxes"


def test_a_macro_stands_for_every_noun_in_it() -> None:
    terms = load_lexicon("ethnicity").terms
    assert terms["black students"] == "black" and "black" not in terms


def test_spaces_and_hyphens_are_the_same() -> None:
    assert normalise(" African-\n  American ") == "African American"


def test_an_unknown_name_offers_the_nearest_one() -> None:
    with pytest.raises(InputError, match="gender"):
        load_lexicon("gendre")


def write(folder: Path, **changes: object) -> Path:
    data = {"id": "own", "version": "1", "kind": "identity", "source": "me", "licence": "CC0-1.0"}
    path = folder / "own.json"
    path.write_text(json.dumps({**data, "groups": {"a": {"terms": ["x"]}, "b": {"terms": ["y"]}}, **changes}))
    return path


def test_a_lexicon_of_ones_own_is_read_from_its_path(tmp_path: Path) -> None:
    assert dict(load_lexicon(write(tmp_path)).terms) == {"x": "a", "y": "b"}


def test_a_term_in_two_groups_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, groups={"a": {"terms": ["x"]}, "b": {"terms": ["x"]}})
    with pytest.raises(InputError, match="'x' stands in the groups 'a' and 'b'"):
        load_lexicon(path)


@pytest.mark.parametrize(
    "groups", [{}, {"a": {"terms": [""]}}, {"a": {"terms": ["x" * 81]}}, {"a": 3}, {"a": {"terms": [1]}}]
)
def test_a_malformed_lexicon_is_one_clear_error(tmp_path: Path, groups: object) -> None:
    with pytest.raises(InputError, match=r"own\.json"):
        load_lexicon(write(tmp_path, groups=groups))


@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_lexicon_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"own\.json"):
        load_lexicon(path)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_lexicon(tmp_path / "none.json")
