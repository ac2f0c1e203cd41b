"""Phrase lists as versioned data: groups of words and RE2 patterns, each group with a weight, and exceptions."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import re2

from ...core import InputError, did_you_mean, sha256

FOLDER = Path(__file__).parent / "lists"
MAX_BYTES = 1_000_000
MAX_ENTRIES = 20_000
MAX_LENGTH = 2_000
_GAP = r"(?:\s+|-)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a group in a text; ``start`` and ``end`` are character offsets."""

    group: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PhraseList:
    """One list. ``patterns`` maps each group to its RE2 pattern, ``weights`` to a number in [0, 1]."""

    id: str
    version: str
    hash: str
    source: str
    licence: str
    patterns: Mapping[str, str]
    weights: Mapping[str, float]
    exceptions: str

    @property
    def protocol(self) -> str:
        """Name, version and content hash, for the ``method`` of a score."""
        return f"{self.id}/{self.version} {self.hash[:8]}"

    def may_match(self, text: str) -> bool:
        """Whether any group has a phrase in the text, exceptions not considered."""
        union = "|".join(f"(?:{pattern})" for pattern in self.patterns.values())
        return _compiled(union).search(plain(text)) is not None

    def find(self, text: str) -> list[Hit]:
        """Every hit, by place; one inside an exception does not count. Time is linear in the text."""
        text = plain(text)
        spared = [found.span() for found in _compiled(self.exceptions).finditer(text)] if self.exceptions else []
        hits = [
            Hit(group, self.weights[group], *found.span())
            for group, pattern in self.patterns.items()
            for found in _compiled(pattern).finditer(text)
        ]
        kept = [hit for hit in hits if not any(low <= hit.start and hit.end <= high for low, high in spared)]
        return sorted(kept, key=lambda hit: (hit.start, hit.end, hit.group))


def load_phrases(phrases: str | Path) -> PhraseList:
    """A shipped list by its name, or one of your own by its path. Raises :class:`InputError` where it is not one."""
    if isinstance(phrases, str) and phrases not in shipped_lists() and not phrases.endswith(".json"):
        hint = did_you_mean(phrases, shipped_lists())
        raise InputError(f"no phrase list {phrases!r}; {hint}or give a path to a .json")
    return _load(FOLDER / f"{phrases}.json" if phrases in shipped_lists() else Path(phrases))


def shipped_lists() -> tuple[str, ...]:
    """Names of the lists that come with headwater."""
    return ("injections", "machine-text", "refusals", "toxicity")


def _load(path: Path) -> PhraseList:
    content = _read(path)
    try:
        data = json.loads(content)
        facts = {key: str(data[key]) for key in ("id", "version", "source", "licence")}
        patterns = {str(name): "|".join(_alternatives(path, entry)) for name, entry in data["groups"].items()}
        weights = {str(name): float(entry["weight"]) for name, entry in data["groups"].items()}
        exceptions = "|".join(_word(phrase) for phrase in data.get("exceptions", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path}: not a phrase list ({type(error).__name__}: {error}); see docs/text-detectors/toxicity-words.md"
        ) from None
    _check(path, patterns, weights)
    return PhraseList(hash=sha256(content), patterns=patterns, weights=weights, exceptions=exceptions, **facts)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a phrase list may have {MAX_BYTES:,} bytes at most; split it")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror
        raise InputError(f"{path}: cannot read the phrase list ({reason}); give the path of a .json file") from None


def _alternatives(path: Path, entry: Mapping[str, Any]) -> Iterator[str]:
    words, patterns = entry.get("words", ()), entry.get("patterns", ())
    if isinstance(words, str) or isinstance(patterns, str) or len(words) + len(patterns) > MAX_ENTRIES:
        raise InputError(f"{path}: words and patterns must be lists of at most {MAX_ENTRIES:,} strings")
    if words:
        yield rf"\b(?:{'|'.join(_word(word) for word in sorted(words))})\b"
    yield from (f"(?:{pattern})" for pattern in patterns)


def _word(phrase: str) -> str:
    return _GAP.join(re2.escape(part) for part in plain(phrase).split())


def plain(text: str) -> str:
    """The text with typographic apostrophes made plain; its length stays."""
    return text.replace("\u2019", "'")


def _check(path: Path, patterns: Mapping[str, str], weights: Mapping[str, float]) -> None:
    if not patterns:
        raise InputError(f"{path}: a phrase list needs at least one group")
    for group, pattern in patterns.items():
        if not 0 <= weights[group] <= 1:
            raise InputError(f"{path}: the weight of group {group!r} must be from 0 to 1, not {weights[group]}")
        try:
            matches_nothing = _compiled(pattern).search("") is None
        except re2.error as error:
            reason = str(error)[:200]
            raise InputError(f"{path}: group {group!r} is no RE2 pattern ({reason}); no look-around there") from None
        if not pattern or not matches_nothing:
            raise InputError(f"{path}: group {group!r} matches the empty text; give it words or patterns")


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20
    options.never_capture = True
    options.log_errors = False
    return re2.compile(pattern, options)


def find_all(lists: Sequence[PhraseList], text: str) -> list[Hit]:
    """The hits of several lists, by place."""
    return sorted((hit for one in lists for hit in one.find(text)), key=lambda hit: (hit.start, hit.end, hit.group))
