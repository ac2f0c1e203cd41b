"""Association tests as versioned data: sets of words, which of them are compared, and where they were published."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import InputError, sha256
from ..audits.document_language import ENGLISH, language_tag
from ..audits.lexicon import MAX_BYTES, load_lexicon

FOLDER = Path(__file__).parent / "sets"
SHIPPED = "weat"
MOST_TESTS, MOST_WORDS = 200, 5_000


@dataclass(frozen=True, slots=True)
class WordSet:
    """A named list of words."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetTest:
    """Targets X and Y, attributes A and B: is X nearer to A, and Y to B, than chance gives?"""

    name: str
    x: WordSet
    y: WordSet
    a: WordSet
    b: WordSet
    source: str


@dataclass(frozen=True, slots=True)
class WordTest:
    """Single words between A and B."""

    name: str
    words: WordSet
    a: WordSet
    b: WordSet
    source: str


@dataclass(frozen=True, slots=True)
class WordSets:
    """One file of tests."""

    id: str
    version: str
    language: str
    tests: tuple[SetTest, ...]
    words: tuple[WordTest, ...]
    hash: str

    @property
    def protocol(self) -> str:
        """Name, version and content hash."""
        return f"word sets {self.id}/{self.version} {self.hash[:8]}"

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every test."""
        sets = [part for test in self.tests for part in (test.x, test.y, test.a, test.b)]
        sets += [part for test in self.words for part in (test.words, test.a, test.b)]
        return frozenset(word for part in sets for word in part.words)


def load_word_sets(path: str | Path | None = None) -> WordSets:
    """The shipped tests, or those of a file of your own. Raises :class:`InputError` where it is not one."""
    place = FOLDER / f"{SHIPPED}.json" if path is None else Path(path)
    content = _read(place)
    try:
        data = json.loads(content)
        sets = {str(name): WordSet(str(name), tuple(_words(entry))) for name, entry in data["sets"].items()}
        tests = tuple(_set_test(entry, sets) for entry in data.get("tests", ()))
        words = tuple(_word_test(entry, sets) for entry in data.get("words", ()))
        facts = {key: str(data[key]) for key in ("id", "version")}
        language = language_tag(str(data.get("language", ENGLISH)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{place}: not a file of association tests ({type(error).__name__}: {error}); see "
            "docs/audits/embedding-associations.md"
        ) from None
    names = [*(test.name for test in tests), *(test.name for test in words)]
    if not 0 < len(names) <= MOST_TESTS or len(set(names)) != len(names) or not language:
        raise InputError(
            f"{place}: needs 1 to {MOST_TESTS} tests, each with a name of its own, and a language such as 'de'"
        )
    return WordSets(language=language, tests=tests, words=words, hash=sha256(content), **facts)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a file of tests may have {MAX_BYTES:,} bytes at most; split it")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot read the tests ({error.strerror}); give the path of a .json file") from None


def _words(entry: Any) -> Iterator[str]:
    """A list of words, or the single words of a lexicon (of one group of it)."""
    if isinstance(entry, Mapping):
        lexicon = load_lexicon(entry["lexicon"])
        if "group" in entry and entry["group"] not in lexicon.groups:
            raise ValueError(f"lexicon {lexicon.id!r} has no group {entry['group']!r}")
        chosen = [term for term, group in lexicon.terms.items() if entry.get("group", group) == group]
        found = [term for term in chosen if " " not in term]
    elif isinstance(entry, list) and all(isinstance(word, str) and word and not word.isspace() for word in entry):
        found = list(dict.fromkeys(entry))
    else:
        raise ValueError(f"a set is a list of words or {{lexicon: name, group: name}}, not {str(entry)[:60]!r}")
    if not 0 < len(found) <= MOST_WORDS:
        raise ValueError(f"a set has 1 to {MOST_WORDS:,} words, not {len(found):,}")
    yield from found


def _set_test(entry: Mapping[str, Any], sets: Mapping[str, WordSet]) -> SetTest:
    x, y = (sets[name] for name in entry["targets"])
    a, b = (sets[name] for name in entry["attributes"])
    _apart(str(entry["name"]), x, y)
    _apart(str(entry["name"]), a, b)
    return SetTest(str(entry["name"]), x, y, a, b, str(entry.get("source", "")))


def _word_test(entry: Mapping[str, Any], sets: Mapping[str, WordSet]) -> WordTest:
    a, b = (sets[name] for name in entry["attributes"])
    _apart(str(entry["name"]), a, b)
    return WordTest(str(entry["name"]), sets[entry["words"]], a, b, str(entry.get("source", "")))


def _apart(test: str, one: WordSet, other: WordSet) -> None:
    shared = sorted({word.lower() for word in one.words} & {word.lower() for word in other.words})
    if shared and one.name != other.name:
        raise ValueError(f"test {test!r}: {shared[0]!r} stands in {one.name!r} and in {other.name!r}")
