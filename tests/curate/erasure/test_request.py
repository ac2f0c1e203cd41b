from pathlib import Path

import pytest

from headwater.core import InputError, UsageError, sha256
from headwater.curate import erasure


def test_hashes_are_read_as_sha256sum_prints_them(tmp_path: Path) -> None:
    digest = sha256(b"x")
    (tmp_path / "sums").write_text(f"# comment\n\n{digest.upper()}  file name.txt\n{digest}\n")
    assert erasure.request(hashes=tmp_path / "sums").hashes == {digest}


def test_strings_come_from_arguments_and_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("\ufeffJane Doe\n\n  john\n", "utf-8")
    wanted = erasure.request(strings=["x y"], match_file=tmp_path / "names")
    assert wanted.strings.needles == [("jane", "doe"), ("john",), ("x", "y")]


def test_an_empty_request_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("\n\n")
    with pytest.raises(UsageError, match="nothing to erase"):
        erasure.request(match_file=tmp_path / "none")


@pytest.mark.parametrize("content", [b"not a hash\n", b"0" * 63, b"\xff\xfe", b"x" * 20_000])
def test_a_malformed_file_is_one_sentence_that_quotes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sums").write_bytes(content)
    with pytest.raises(InputError) as error:
        erasure.request(hashes=tmp_path / "sums")
    assert "not a hash" not in str(error.value) and len(str(error.value)) < 300


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_an_id_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--id 1"):
        erasure.request([name])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        erasure.request(match_file=tmp_path / "absent")


def test_what_was_asked_can_be_compared_but_not_read() -> None:
    one, two = erasure.request(["a"], ["Jane  DOE"]), erasure.request(["a"], ["jane doe"])
    sealer = erasure.Sealer(b"s" * 32, b"salt")
    assert one.sealed(sealer) == two.sealed(sealer)
    assert "jane" not in str(one.sealed(sealer)).lower()
