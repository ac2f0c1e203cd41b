import json
from pathlib import Path

import pytest

from headwater.core import InputError
from headwater.curate.embeddings.word_sets import load_word_sets

SETS = {"x": ["a", "b"], "y": ["c", "d"], "kind": {"lexicon": "sentiment", "group": "pleasant"}, "bad": ["e", "f"]}
TEST = {"name": "one", "targets": ["x", "y"], "attributes": ["kind", "bad"]}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "tests.json"
    path.write_text(json.dumps({"id": "own", "version": "1", "sets": SETS, "tests": [TEST], **changes}))
    return path


def test_the_shipped_tests_are_those_of_the_paper_and_of_the_lexicons() -> None:
    sets = load_word_sets()
    (career,) = (test for test in sets.tests if test.name.startswith("weat-6"))
    assert career.a.words == ("executive", "management", "professional", "corporation", "salary",
                              "office", "business", "career")  # fmt: skip
    assert all(len(part.words) == 8 for part in (career.x, career.y, career.a, career.b))
    (flowers,) = (test for test in sets.tests if test.name.startswith("weat-1 "))
    assert [len(part.words) for part in (flowers.x, flowers.y, flowers.a, flowers.b)] == [25] * 4
    assert "nurse" in sets.words[0].words.words and sets.language == "en" and "weat/1" in sets.protocol


def test_a_set_may_be_the_single_words_of_a_lexicon(tmp_path: Path) -> None:
    (test,) = load_word_sets(write(tmp_path)).tests
    assert "happy" in test.a.words and not any(" " in word for word in test.a.words)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"tests": [TEST, TEST]}, "a name of its own"),
        ({"tests": []}, "needs 1 to"),
        ({"tests": [{**TEST, "targets": ["x", "none"]}]}, "none"),
        ({"sets": {**SETS, "y": ["A", "d"]}}, "'a' stands in 'x' and in 'y'"),
        ({"sets": {**SETS, "x": []}}, "1 to 5,000 words"),
        ({"sets": {**SETS, "x": "abc"}}, "a set is a list of words"),
        ({"sets": {**SETS, "x": [1]}}, "a set is a list of words"),
        ({"sets": {**SETS, "x": {"lexicon": "sentiment", "group": "none"}}}, "no group 'none'"),
        ({"language": "klingon"}, "a language"),
        ({"version": None, "id": None, "sets": None}, "not a file of association tests"),
    ],
)
def test_a_malformed_file_is_one_clear_error(tmp_path: Path, changes: dict[str, object], match: str) -> None:
    with pytest.raises(InputError, match=match):
        load_word_sets(write(tmp_path, **changes))


@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b"\xff"])
def test_a_file_of_something_else_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tests.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"tests\.json"):
        load_word_sets(path)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the tests"):
        load_word_sets(tmp_path / "none.json")
