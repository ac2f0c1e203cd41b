"""Both languages say the same things with the same values."""

import json
import re
from importlib import resources

import pytest

from headwater.reports.catalogue import Catalogue, languages
from headwater.reports.run import APART, OPTIONAL, STAGES

OWN = ("judgement", "verdict", "answers", "checklist", "removal", "lineage", "methods")


def texts(language: str, name: str) -> dict[str, str]:
    return dict(
        json.loads(resources.files("headwater.reports").joinpath("texts", language, f"{name}.json").read_text())
    )


@pytest.mark.parametrize("name", OWN)
def test_every_text_stands_in_both_languages_with_the_same_values(name: str) -> None:
    english, german = texts("en", name), texts("de", name)
    assert english.keys() == german.keys()
    differing = {
        key for key in english if set(re.findall(r"{(\w+)}", english[key])) != set(re.findall(r"{(\w+)}", german[key]))
    }
    assert differing == set()
    assert all(english.values()) and all(german.values())


@pytest.mark.parametrize("name", OWN)
def test_every_plural_has_both_forms(name: str) -> None:
    keys = texts("en", name)
    assert {key.removesuffix(".one") for key in keys if key.endswith(".one")} == {
        key.removesuffix(".other") for key in keys if key.endswith(".other")
    }


def test_every_stage_has_a_name_in_every_language() -> None:
    """A page about two runs could not be laid out once one of them had a finding: its stage had no name."""
    for language in languages():
        for stage in (*STAGES, *OPTIONAL, *APART):
            assert Catalogue(language)(f"page.stage-{stage}")
