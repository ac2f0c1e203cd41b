import gzip
from pathlib import Path
from typing import Any

import pytest

from headwater.core import ConfigError, InputError
from headwater.curate import read_source


def tree(folder: Path, files: dict[str, str | bytes]) -> str:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


FILES: dict[str, str | bytes] = {
    "LICENSE": "MIT License",
    "one/a.py": "x = 1\n",
    "one/tool": "#!/bin/sh\necho a\n",
    "one/notes.txt": "no code",
    "one/data.json": "{}",
    "two/COPYING.txt": "Apache License\nVersion 2.0, January 2004\n",
    "two/deep/b.go": "package b\n",
    ".hidden/c.py": "x = 2\n",
}


def test_each_source_file_is_a_document_with_path_and_language(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("code-folder", path=tree(tmp_path, FILES)))
    assert [(row["attributes"]["path"], row["attributes"]["code.language"]) for row in rows] == [
        ("one/a.py", "Python"),
        ("one/tool", "Shell"),
        ("two/deep/b.go", "Go"),
    ]
    assert rejected == [] and [row["source"] for row in rows] == ["one", "one", "two"]


def test_the_nearest_licence_file_above_counts(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("code-folder", path=tree(tmp_path, FILES)))
    assert [(row["licence"], row["attributes"]["licence_file"]) for row in rows] == [
        ("MIT", "LICENSE"),
        ("MIT", "LICENSE"),
        ("Apache-2.0", "two/COPYING.txt"),
    ]


def test_no_licence_above_the_given_folder_is_looked_at(tmp_path: Path, read: Any) -> None:
    tree(tmp_path, FILES)
    rows, _ = read(read_source("code-folder", path=str(tmp_path / "one"), declared={"licence": "ISC"}))
    assert [row["licence"] for row in rows] == ["ISC", "ISC"]


def test_a_nearer_licence_that_nobody_knows_hides_the_farther_one(tmp_path: Path, read: Any) -> None:
    files: dict[str, str | bytes] = {"LICENSE": "MIT License", "a/LICENCE.md": "Ask me.", "a/b.py": "x = 1"}
    rows, _ = read(read_source("code-folder", path=tree(tmp_path, files)))
    assert [row["licence"] for row in rows] == ["unknown"]


def test_languages_can_be_chosen_data_among_them(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("code-folder", path=tree(tmp_path, FILES), languages=["JSON", "Go"]))
    assert [row["attributes"]["path"] for row in rows] == ["one/data.json", "two/deep/b.go"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"x" * 101, "file-too-large"), (b"a\0b", "binary"), (b"caf\xe9", "invalid-utf8")],
)
def test_what_cannot_be_read_is_rejected_with_the_reason(tmp_path: Path, read: Any, content: bytes, rule: str) -> None:
    files: dict[str, str | bytes] = {"a.py": content, "b.py": "x = 1\n"}
    rows, rejected = read(read_source("code-folder", path=tree(tmp_path, files), maximum_bytes=100))
    assert [row["text"] for row in rows] == ["x = 1\n"]
    assert [(row.locator, row.rule) for row in rejected] == [("a.py", rule)]


def test_compressed_files_are_opened(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("code-folder", path=tree(tmp_path, {"a.py": gzip.compress(b"x = 1\n")})))
    assert rows[0]["text"] == "x = 1\n"


def test_a_changed_licence_changes_the_fingerprint(tmp_path: Path) -> None:
    before = read_source("code-folder", path=tree(tmp_path, FILES)).fingerprint()
    (tmp_path / "LICENSE").write_text("ISC License")
    assert read_source("code-folder", path=str(tmp_path)).fingerprint() != before


def test_wrong_options_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no language 'Pyton'; did you mean"):
        read_source("code-folder", path=tree(tmp_path, FILES), languages=["Pyton"])
    with pytest.raises(InputError, match="no file in a wanted language"):
        read_source("code-folder", path=str(tmp_path), languages=["Zig"])
