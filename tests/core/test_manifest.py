import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import MANIFEST, IntegrityError, Manifest, hash_files, library_versions, write_json

NAMES = st.text("abc.-_", min_size=1, max_size=8).filter(lambda name: name != "..")


def signed_folder(folder: Path) -> Manifest:
    (folder / "a.txt").write_text("one")
    (folder / "b.txt").write_text("two")
    manifest = Manifest("corpus", hash_files(folder, ["b.txt", "a.txt"]), {"documents": 2}, seed=3)
    manifest.save(folder)
    return manifest


def change_manifest(folder: Path, **changes: object) -> None:
    path = folder / MANIFEST
    write_json(path, json.loads(path.read_bytes()) | changes)


@given(st.dictionaries(NAMES, NAMES, min_size=2))
def test_the_hash_does_not_depend_on_the_order_of_files(files: dict[str, str]) -> None:
    assert Manifest("corpus", files).hash == Manifest("corpus", dict(reversed(files.items()))).hash


def test_a_saved_manifest_is_the_same_when_loaded(tmp_path: Path) -> None:
    manifest = signed_folder(tmp_path)
    assert Manifest.load(tmp_path) == manifest
    assert Manifest.load(tmp_path).hash == manifest.hash


def test_untouched_files_pass(tmp_path: Path) -> None:
    signed_folder(tmp_path).verify(tmp_path)


@pytest.mark.parametrize("name", ["a.txt", "b.txt"])
def test_one_changed_byte_is_caught_and_the_file_named(tmp_path: Path, name: str) -> None:
    manifest = signed_folder(tmp_path)
    (tmp_path / name).write_text("onf")
    with pytest.raises(IntegrityError, match=rf"{name}: does not match its hash"):
        manifest.verify(tmp_path)


def test_a_missing_file_is_caught(tmp_path: Path) -> None:
    manifest = signed_folder(tmp_path)
    (tmp_path / "b.txt").unlink()
    with pytest.raises(IntegrityError, match=r"b\.txt: named in the manifest, but missing"):
        manifest.verify(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"counts": {"documents": 3}}, {"seed": 4}, {"files": {}}, {"kind": "samples"}, {"parents": {"corpus": "0"}}],
)
def test_a_changed_manifest_is_caught(tmp_path: Path, change: dict[str, object]) -> None:
    signed_folder(tmp_path)
    change_manifest(tmp_path, **change)
    with pytest.raises(IntegrityError, match="was changed after it was written"):
        Manifest.load(tmp_path)


def test_a_manifest_with_foreign_keys_is_not_a_manifest(tmp_path: Path) -> None:
    signed_folder(tmp_path)
    change_manifest(tmp_path, author="x")
    with pytest.raises(IntegrityError, match="not a manifest"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"'])
def test_json_that_is_no_object_is_not_a_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(IntegrityError, match="not a manifest"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "a/../../outside.txt"])
def test_a_manifest_cannot_point_outside_its_folder(tmp_path: Path, name: str) -> None:
    write_json(tmp_path / MANIFEST, {"kind": "corpus", "files": {name: "0" * 64}})
    with pytest.raises(IntegrityError, match="leads out of the folder"):
        Manifest.load(tmp_path)


def test_versions_name_absent_libraries() -> None:
    versions = library_versions(["numpy", "no-such-distribution"])
    assert list(versions) == ["no-such-distribution", "numpy"]
    assert versions["no-such-distribution"] == "absent"
    assert versions["numpy"][0].isdigit()
