"""The page on the defaults names every step, every default audit, and the licence of every library."""

import re
import tomllib
from pathlib import Path

import pytest

from headwater.curate import FILTERS
from headwater.curate.audit import DEFAULTS
from headwater.curate.steps import LIBRARIES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "concepts" / "defaults.md").read_text("utf-8")
LICENCES = PAGE.split("## Licences of what the steps use")[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
BUILT_IN = sorted(name for name in FILTERS.names() if FILTERS.get(name).__module__.startswith("headwater."))


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_step_is_on_by_default_or_the_page_says_why_not(name: str) -> None:
    assert f"(../filters/{name}.md)" in PAGE


@pytest.mark.parametrize("name", sorted({name for names in DEFAULTS.values() for name in names}))
def test_every_default_audit_is_named(name: str) -> None:
    assert f"(../audits/{name}.md)" in PAGE


@pytest.mark.parametrize("library", sorted({library for step in LIBRARIES.values() for library in step}))
def test_the_licence_of_every_library_of_a_step_is_stated(library: str) -> None:
    assert re.search(rf"\|.*\b{re.escape(library)}\b.*\|", LICENCES)


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"test"}))
def test_the_licences_of_every_extra_are_stated(extra: str) -> None:
    for requirement in EXTRAS[extra]:
        assert re.search(rf"\|.*\b{re.escape(re.split('[<>=~ ]', requirement)[0])}\b.*\|", LICENCES), requirement
