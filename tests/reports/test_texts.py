"""Both languages say the same things with the same values."""

import json
import re
from importlib import resources

import pytest

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
