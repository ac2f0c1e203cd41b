import json
from pathlib import Path

import pytest

from headwater.core import InputError
from headwater.evaluate.hallucination.caption_objects import objects_of, read_synonyms, singular


def test_the_longest_name_at_a_place_is_the_one_that_counts() -> None:
    objects = objects_of(["dog", "hot dog", "traffic light"], {})
    text = "Hot dogs, dogs, and TRAFFIC lights"
    assert [name for name, _, _ in objects.mentioned(text)] == ["hot dog", "dog", "traffic light"]
    assert [text[a:b] for _, a, b in objects.mentioned(text)] == ["Hot dogs", "dogs", "TRAFFIC lights"]


def test_synonyms_stand_for_their_object_in_captions_and_labels() -> None:
    objects = objects_of(["man", "boats"], {"person": ["man", "women"], "boat": []})
    assert objects.meant("Man") == objects.meant("person") == "person" and objects.meant("boat") == "boat"
    assert [name for name, _, _ in objects.mentioned("A woman and people in a boat")] == ["person", "person", "boat"]


def test_a_synonym_of_two_objects_is_refused() -> None:
    with pytest.raises(InputError, match="stands for 'boat' and for 'ship'"):
        objects_of([], {"boat": ["vessel"], "ship": ["vessels"]})


def test_parts_of_words_are_no_mention() -> None:
    assert not objects_of(["cat"], {}).mentioned("category, concatenate")


def test_a_caption_of_a_megabyte_is_read_in_part() -> None:
    assert objects_of(["cat"], {}).mentioned("x" * 1_000_000 + " cat") == []


@pytest.mark.parametrize("word", ["bus", "glass", "grass", "tennis", "gas"])
def test_words_that_end_in_s_stay(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": "b"}', '{"a": [1]}', "[" * 100_000])
def test_broken_synonyms_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "synonyms.json"
    path.write_text(content)
    with pytest.raises(InputError, match="synonyms.json: "):
        read_synonyms(str(path))


def test_synonyms_are_read(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.json"
    path.write_text(json.dumps({"person": ["man"]}))
    assert read_synonyms(str(path)) == {"person": ["man"]}
    with pytest.raises(InputError, match="no such file"):
        read_synonyms(str(tmp_path / "none.json"))
