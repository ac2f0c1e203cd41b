from pathlib import Path
from typing import Any

import pytest

from headwater.core import ConfigError
from headwater.curate import read_source
from headwater.curate.sources import docstring_workers
from headwater.curate.sources.distributions import packages_named

SMALL = ["click", "idna", "jinja2"]


def test_documents_say_where_they_stand(read: Any) -> None:
    rows, rejected = read(read_source("installed-packages", distributions=["jinja2"], collected="2026-11-23"))
    assert rejected == []
    (row,) = [row for row in rows if row["attributes"].get("object") == "Environment.from_string"]
    (package,) = packages_named(["jinja2"])
    attributes = row["attributes"]
    path = dict(package.python_files())["jinja2/environment.py"]
    line = path.read_text().splitlines()[int(attributes["line"]) - 1]
    assert row["text"].splitlines()[0] == line.strip().strip('"')
    assert attributes["locator"] == f"jinja2/{package.version}/jinja2/environment.py:{attributes['line']}"
    assert (attributes["kind"], attributes["version"]) == ("docstring", package.version)
    assert (row["source"], row["licence"], row["collected"]) == ("jinja2", "BSD-3-Clause", "2026-11-23")
    assert attributes["licence_declared"] == "License :: OSI Approved :: BSD License"
    assert row["url"].startswith("https://")


def test_readme_is_the_first_document_of_its_distribution(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=SMALL))
    readmes = [row["source"] for row in rows if row["attributes"]["kind"] == "readme"]
    first = {row["source"]: row["attributes"]["kind"] for row in reversed(rows)}
    assert readmes == SMALL and set(first.values()) == {"readme"}


def test_documents_are_in_the_order_of_distribution_file_and_line(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=[*reversed(SMALL)]))
    docstrings = [row for row in rows if row["attributes"]["kind"] == "docstring"]
    places = [(row["source"], row["attributes"]["file"], int(row["attributes"]["line"])) for row in docstrings]
    assert places == sorted(places)


def test_ids_are_unique(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=SMALL, minimum_characters=1, code=True))
    assert len({row["id"] for row in rows}) == len(rows)


def test_result_does_not_depend_on_the_number_of_workers(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docstring_workers, "FILES_PER_JOB", 5)
    one, two = (read_source("installed-packages", distributions=SMALL, workers=workers) for workers in (1, 2))
    assert read(one) == read(two)
    assert one.fingerprint() == two.fingerprint()


def test_short_texts_are_left_out(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=SMALL, minimum_characters=200))
    assert rows and min(len(row["text"]) for row in rows) >= 200


def test_code_adds_each_file_as_a_document(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=["idna"], code=True))
    (package,) = packages_named(["idna"])
    files = {row["attributes"]["file"]: row["text"] for row in rows if row["attributes"]["kind"] == "code"}
    assert files == {name: path.read_text() for name, path in package.python_files()}


def test_tests_and_vendored_copies_are_left_out_by_default(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=["joblib"]))
    files = {row["attributes"]["file"] for row in rows}
    assert "joblib/parallel.py" in files
    assert not any("/test/" in file or "/externals/" in file for file in files)


def test_exclude_replaces_the_default(read: Any) -> None:
    rows, _ = read(read_source("installed-packages", distributions=["joblib"], exclude=["*/parallel.py"]))
    files = {row["attributes"]["file"] for row in rows}
    assert "joblib/parallel.py" not in files and any("/externals/" in file for file in files)


def test_file_that_is_no_python_is_rejected_with_its_place(read: Any, tmp_path: Path, monkeypatch: Any) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "half.py").write_text(f'"""{"Half of a pair. " * 9}\\ud800"""\n')
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "RECORD").write_text("broken.py,,\nhalf.py,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    rows, rejected = read(read_source("installed-packages", distributions=["broken"]))
    assert rows == []
    assert [(row.locator, row.rule) for row in rejected] == [
        ("broken/1.0/broken.py", "invalid-python"),
        ("broken/1.0/half.py:1", "lone-surrogate"),
    ]


def test_fingerprint_follows_the_files_and_the_options(tmp_path: Path, monkeypatch: Any) -> None:
    info = tmp_path / "river-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: river\nVersion: 1.0\n")
    (info / "RECORD").write_text("river.py,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def fingerprint(content: str, **options: Any) -> str:
        (tmp_path / "river.py").write_text(content)
        return read_source("installed-packages", distributions=["river"], **options).fingerprint()

    base = fingerprint("a")
    assert fingerprint("a") == base
    changed = {fingerprint("b"), fingerprint("a", collected="2026-11-23"), fingerprint("a", minimum_characters=9)}
    assert base not in changed and len(changed) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"collected": "yesterday"}, "collected: 'yesterday' is not a date"),
        ({"workers": 0}, "workers: 0"),
        ({"distributions": 5}, "distributions: "),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_source("installed-packages", **options)
