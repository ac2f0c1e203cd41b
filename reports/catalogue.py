"""The report's own words, by language: one JSON file for each part of the page, the same keys in every language.

What stages say (titles of charts, findings, reasons) is data and stays in the language in which it was written.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from ..core import UsageError

DEFAULT = "en"
THIN = "\u202f"  # groups digits in German


class Catalogue:
    """The words of one language. ``t("verdict.title")`` is the entry ``title`` of ``verdict.json``.

    On a page ``apart`` from runs, which has no report.json beside it, ``title-apart`` is taken where there is one.
    """

    def __init__(self, language: str = DEFAULT, apart: bool = False) -> None:
        if language not in languages():
            raise UsageError(f"no language {language!r} for the report; there are {', '.join(languages())}")
        self.language, self.apart = language, apart
        self._texts, self._fallback = _texts(language), _texts(DEFAULT)

    def __call__(self, key: str, **values: object) -> str:
        """The text with its values filled in. Where ``count`` is given, ``key.one`` or ``key.other`` is taken."""
        if self.apart and f"{key}-apart" in self._fallback:
            key += "-apart"
        if f"{key}.other" in self._fallback:
            key += ".one" if values.get("count") == 1 else ".other"
        text = self._texts.get(key) or self._fallback[key]
        return text.format_map({name: self._written(value) for name, value in values.items()}) if values else text

    def _written(self, value: object) -> object:
        """Whole numbers with their digits grouped as the language does."""
        if not isinstance(value, int):
            return value
        return f"{value:,}".replace(",", THIN) if self.language == "de" else f"{value:,}"

    def all(self, file: str) -> dict[str, str]:
        """Every text of one file, by its key."""
        names = [key for key in self._fallback if key.startswith(f"{file}.")]
        return {key.removeprefix(f"{file}."): self._texts.get(key) or self._fallback[key] for key in names}

    def get(self, key: str, default: str) -> str:
        """The text, or ``default`` for a key that is in no catalogue (the title of somebody else's section)."""
        return self._texts.get(key) or self._fallback.get(key) or default


@cache
def languages() -> tuple[str, ...]:
    """Every language of the report."""
    return tuple(sorted(path.name for path in _folder().iterdir() if path.is_dir()))


@cache
def _texts(language: str) -> Mapping[str, str]:
    files = sorted((_folder() / language).iterdir(), key=lambda path: path.name)
    return {
        f"{file.name.removesuffix('.json')}.{key}": text
        for file in files
        if file.name.endswith(".json")
        for key, text in json.loads(file.read_text("utf-8")).items()
    }


def _folder() -> Traversable:
    return resources.files("headwater.reports") / "texts"
