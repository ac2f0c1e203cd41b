import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from headwater.core import InputError
from headwater.curate.embeddings.vector_files import read_vectors

WANTED = frozenset({"he", "She", "nurse"})


def write(folder: Path, content: str | bytes, name: str = "vectors.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content", ["3 2\nhe 3 4\nthe 1 1\nshe 0 2\n", "he 3 4\nthe 1 1\nshe 0 2", "he\t3\t4\nshe\t0\t2\n"]
)
def test_word2vec_and_glove_text_give_unit_vectors_of_the_wanted_words(tmp_path: Path, content: str) -> None:
    vectors = read_vectors(write(tmp_path, content), None, WANTED)
    assert vectors.words == ("he", "she") and vectors.matrix.tolist() == [[0.6, 0.8], [0.0, 1.0]]
    assert vectors.known(["She", "he", "nurse"]) == ["She", "he"]


def test_a_word_as_written_goes_before_its_lower_case(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path, "she 1 0\nShe 0 1\nShe 1 1\n"), None, WANTED)
    assert vectors.of(["She"]).tolist() == [[0.0, 1.0]]


def test_words_that_are_not_wanted_may_hold_anything(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path, b"\xff 1 2\nthe end x y\nhe 1 0\n"), None, WANTED)
    assert vectors.words == ("he",)


def test_zero_and_infinite_vectors_are_none(tmp_path: Path) -> None:
    assert read_vectors(write(tmp_path, "he 0 0\nshe inf 1\nnurse 1 0\n"), None, WANTED).words == ("nurse",)


def test_safetensors_take_their_words_from_a_file(tmp_path: Path) -> None:
    save_file({"embedding": np.array([[1, 0], [0, 2], [3, 3]], np.float32)}, tmp_path / "v.safetensors")
    words = write(tmp_path, "the\nnurse\nhe\n", "words.txt")
    vectors = read_vectors(tmp_path / "v.safetensors", words, WANTED)
    assert vectors.words == ("nurse", "he") and vectors.of(["nurse"]).tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("he one two\n", "not a word and its numbers"),
        ("he 1 2\nshe 1\n", "cut off"),
        ("he\n", "a vector has 1 to"),
        ("they 1 2\n", "none of the words"),
        ("", "none of the words"),
        (pickle.dumps([1, 2, 3]), "pickled"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        ("he " + "1 " * 600_000, "more than 1,048,576 bytes"),
    ],
)
def test_a_file_that_holds_no_vectors_is_one_clear_error(tmp_path: Path, content: str | bytes, match: str) -> None:
    with pytest.raises(InputError, match=match):
        read_vectors(write(tmp_path, content), None, WANTED)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the vectors"):
        read_vectors(tmp_path / "none.txt", None, WANTED)


@pytest.mark.parametrize(
    ("arrays", "words", "match"),
    [
        ({"a": np.eye(2, dtype=np.float32), "b": np.eye(2, dtype=np.float32)}, "he\nshe\n", "one matrix"),
        ({"a": np.eye(2, dtype=np.float32)}, "he\nshe\nnurse\n", "3 words"),
        ({"a": np.eye(2, dtype=np.float32)}, None, "vocabulary_file"),
    ],
)
def test_safetensors_that_do_not_fit_are_one_clear_error(
    tmp_path: Path, arrays: dict[str, np.ndarray], words: str | None, match: str
) -> None:
    save_file(arrays, tmp_path / "v.safetensors")
    names = None if words is None else write(tmp_path, words, "words.txt")
    with pytest.raises(InputError, match=match):
        read_vectors(tmp_path / "v.safetensors", names, WANTED)


def test_a_damaged_safetensors_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as safetensors"):
        read_vectors(write(tmp_path, b"\x00" * 40, "v.safetensors"), write(tmp_path, "he", "words.txt"), WANTED)
