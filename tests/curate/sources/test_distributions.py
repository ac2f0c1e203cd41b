"""Distributions as they lie on disk: made by hand here, so that their metadata can be as messy as needed."""

import sys
from pathlib import Path

import pytest

from headwater.core import InputError
from headwater.curate.sources.distributions import Package, all_packages, packages_named, packages_required_by

MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy. The above copyright notice and this "
    "permission notice shall be included in all copies or substantial portions of the Software."
)
BSD_2 = (
    "Redistribution and use in source and binary forms are permitted. "
    "Redistributions in binary form must reproduce the notice."
)


def install(site: Path, name: str, metadata: str = "", files: dict[str, str] | None = None, record: str = "") -> None:
    """A distribution as an installer leaves it: metadata, files and the list of them."""
    info = f"{name}-1.0.dist-info"
    contents = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}", **(files or {})}
    for place, content in contents.items():
        path = site / place.replace("INFO", info)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    lines = [f"{place.replace('INFO', info)},," for place in contents] + [f"{info}/RECORD,,", record]
    (site / info / "RECORD").write_text("\n".join(filter(None, lines)) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def only(name: str) -> Package:
    (package,) = packages_named([name])
    return package


@pytest.mark.parametrize(
    ("metadata", "files", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0\n", {}, "MIT OR Apache-2.0"),
        ("License-Expression: Apache-2.0\n", {"INFO/LICENSE": MIT}, "Apache-2.0"),
        ("License: BSD\n", {}, "BSD-3-Clause"),
        ("License: BSD\n", {"INFO/licenses/LICENSE.txt": BSD_2}, "BSD-2-Clause"),
        ("License: Apache 2.0\n", {"INFO/LICENSE": MIT}, "MIT"),
        ("License: Apache 2.0\n", {"INFO/LICENSE": MIT + BSD_2}, "Apache-2.0"),
        ("", {"INFO/LICENSE": MIT}, "MIT"),
        ("", {"pkg/LICENSE": MIT}, "unknown"),
        ("", {}, "unknown"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n", {}, "MIT"),
        (
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: ISC License (ISCL)\n",
            {},
            "MIT AND ISC",
        ),
    ],
)
def test_licence_is_settled_by_expression_then_name_then_file(
    site: Path, metadata: str, files: dict[str, str], licence: str
) -> None:
    install(site, "river", metadata, files)
    assert only("river").licence[0] == licence


def test_what_the_metadata_say_is_kept_literally(site: Path) -> None:
    install(site, "river", "License: Apache 2.0 License\n")
    assert only("river").licence == ("Apache-2.0", "Apache 2.0 License")


def test_url_is_the_home_page_before_others_and_only_a_web_address(site: Path) -> None:
    links = ("Issues, https://a.example/issues", "Source, https://a.example/code", "Homepage, javascript:alert(1)")
    install(site, "river", "".join(f"Project-URL: {link}\n" for link in links))
    assert only("river").url == "https://a.example/code"


def test_readme_is_the_long_description(site: Path) -> None:
    install(site, "river", "\n# River\n\nAll about rivers.\n")
    assert only("river").readme.strip() == "# River\n\nAll about rivers."


def test_files_outside_the_site_folder_are_never_read(site: Path) -> None:
    (site.parent / "secret.py").write_text("'''secret'''")
    record = f"../secret.py,,\n{site.parent}/secret.py,,"
    install(site, "river", files={"river/b.py": "", "river/a.py": "", "river/data.txt": ""}, record=record)
    assert [name for name, _ in only("river").python_files()] == ["river/a.py", "river/b.py"]


def test_names_are_brought_to_their_normal_form(site: Path) -> None:
    install(site, "Big_River.py")
    assert packages_named(["big.river-PY", "Big_River.py"])[0].name == "big-river-py"


def test_missing_distribution_offers_the_nearest_name() -> None:
    with pytest.raises(InputError, match='nunpy: no such installed distribution; did you mean "numpy"'):
        packages_named(["nunpy"])


def test_requirements_are_followed_with_the_extras_that_are_asked_for(site: Path) -> None:
    install(site, "top", "Requires-Dist: middle[fast]>=1\nRequires-Dist: never; extra == 'all'\n")
    install(site, "middle", "Requires-Dist: quick; extra == 'fast'\nRequires-Dist: slow; extra == 'slow'\n")
    install(site, "quick", "Requires-Dist: top\nRequires-Dist: absent\nRequires-Dist: old; python_version < '3'\n")
    for name in ("slow", "never", "old"):
        install(site, name)
    assert [package.name for package in packages_required_by("top")] == ["middle", "quick"]


def test_requirements_of_headwater_hold_its_declared_ones_without_itself() -> None:
    names = {package.name for package in packages_required_by("headwater")}
    assert {"numpy", "torch", "scikit-learn", "python-dateutil"} <= names
    assert "headwater" not in names


def test_folder_left_behind_by_an_installer_is_passed_over(site: Path) -> None:
    (site / "~iver-1.0.dist-info").mkdir()
    install(site, "river")
    names = [package.name for package in all_packages()]
    assert "river" in names and names == sorted(set(names)) and "headwater" not in names
