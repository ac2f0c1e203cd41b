"""Word lists as versioned data: one JSON file a category, groups of terms in it, and phrases that do not count."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ...core import InputError, canonical_json, did_you_mean, sha256
from .document_language import ENGLISH, language_tag

Kind = Literal["identity", "attribute"]

FOLDER = Path(__file__).parent / "lexicons"
IDENTITY = ("gender", "ethnicity", "origin", "religion", "age", "disability", "orientation")
ATTRIBUTES = ("career-family", "science-arts", "sentiment", "competence", "crime", "appearance")
ON_REQUEST = ("names", "nationality", "occupation")
MAX_BYTES = 1_000_000
MAX_TERMS = 20_000
MAX_TERM_LENGTH = 80
_MACRO = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One category: ``terms`` maps each surface form to its group, ``exceptions`` are phrases that never count.

    A form with an upper-case letter matches only as it is written ("Polish", never "polish"); any other form matches
    in every case. A space in a form stands for white space or a hyphen in the text. ``language`` says which documents
    it reads (see :mod:`.document_language`).
    """

    id: str
    version: str
    kind: Kind
    groups: tuple[str, ...]
    terms: Mapping[str, str]
    exceptions: frozenset[str]
    source: str
    licence: str
    note: str
    hash: str
    language: str = ENGLISH

    @property
    def protocol(self) -> str:
        """Name, version and content hash, for the ``method`` of a score."""
        return f"{self.id}/{self.version} {self.hash[:8]}"


def load_lexicon(lexicon: "str | Path | Lexicon") -> Lexicon:
    """A shipped lexicon by its name, or one of your own by its path. Raises :class:`InputError` where it is not one."""
    if isinstance(lexicon, Lexicon):
        return lexicon
    if isinstance(lexicon, str) and lexicon not in shipped_lexicons() and not lexicon.endswith(".json"):
        raise InputError(
            f"no lexicon {lexicon!r}; {did_you_mean(lexicon, shipped_lexicons())}or give a path to a .json"
        )
    return _load(FOLDER / f"{lexicon}.json" if lexicon in shipped_lexicons() else Path(lexicon))


def made_lexicon(name: str, groups: Mapping[str, Sequence[str]], kind: Kind = "attribute") -> Lexicon:
    """A lexicon of words that are known only while running, such as those of a set of sentences.

    A term of two groups belongs to the first; one that is empty or longer than 80 characters is left out, and so are
    groups without a term and what is beyond 20,000 terms. Raises :class:`InputError` where nothing is left.
    """
    terms: dict[str, str] = {}
    for group, forms in groups.items():
        for form in map(normalise, forms):
            if 0 < len(form) <= MAX_TERM_LENGTH and len(terms) < MAX_TERMS:
                terms.setdefault(form, group)
    if not terms:
        raise InputError(f"{name}: holds no term of 1 to {MAX_TERM_LENGTH} characters")
    content = sha256(canonical_json({"id": name, "terms": terms}))
    kept = tuple(dict.fromkeys(terms.values()))
    return Lexicon(name, "made", kind, kept, terms, frozenset(), "given while running", "none", "", content)


def shipped_lexicons() -> tuple[str, ...]:
    """Names of the lexicons that come with headwater."""
    return (*IDENTITY, *ON_REQUEST, *ATTRIBUTES)


def normalise(surface: str) -> str:
    """One space for each run of white space and hyphens; typographic apostrophes made plain."""
    return re.sub(r"[\s\-]+", " ", surface.replace("\u2019", "'")).strip()


def _load(path: Path) -> Lexicon:
    content = _read(path)
    try:
        data = json.loads(content)
        groups = {group: tuple(_forms(entry, _macros())) for group, entry in data["groups"].items()}
        kind: Kind = "attribute" if data["kind"] == "attribute" else "identity"
        facts = {key: str(data[key]) for key in ("id", "version", "source", "licence")}
        exceptions = frozenset(normalise(phrase) for phrase in data.get("exceptions", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path}: not a lexicon ({type(error).__name__}: {error}); see docs/concepts/lexicons.md"
        ) from None
    terms = _unique(path, groups)
    language = language_tag(str(data.get("language", ENGLISH)))
    if not language:
        raise InputError(f"{path}: the language {data['language']!r} is none; give a tag such as 'de', or '*' for all")
    return Lexicon(
        kind=kind, groups=tuple(groups), terms=terms, exceptions=exceptions, note=str(data.get("note", "")),
        hash=sha256(content), language=language, **facts,
    )  # fmt: skip


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a lexicon may have {MAX_BYTES:,} bytes at most; split it by category")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot read the lexicon ({error.strerror}); give the path of a .json file") from None


def _forms(entry: Mapping[str, Sequence[str]], macros: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for noun in entry.get("nouns", ()):
        yield from (normalise(noun), normalise(plural(noun)))
    for term in entry.get("terms", ()):
        macro = _MACRO.search(term)
        if macro is None:
            yield normalise(term)
        else:
            yield from (normalise(term.replace(macro[0], word)) for word in macros[macro[1]])


def plural(noun: str) -> str:
    """The regular English plural.

    >>> [plural(word) for word in ("girl", "lady", "boy", "church")]
    ['girls', 'ladies', 'boys', 'churches']
    """
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _unique(path: Path, groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    terms: dict[str, str] = {}
    for group, forms in groups.items():
        for form in forms:
            if terms.setdefault(form, group) != group:
                raise InputError(
                    f"{path}: {form!r} stands in the groups {terms[form]!r} and {group!r}; keep one of them"
                )
            if not form or len(form) > MAX_TERM_LENGTH:
                raise InputError(f"{path}: the term {form[:40]!r} must have 1 to {MAX_TERM_LENGTH} characters")
    if not 0 < len(terms) <= MAX_TERMS:
        raise InputError(f"{path}: {len(terms)} terms, but a lexicon needs 1 to {MAX_TERMS:,}")
    return terms


@lru_cache(maxsize=1)
def _macros() -> Mapping[str, Sequence[str]]:
    macros: dict[str, Any] = json.loads((FOLDER / "macros.json").read_bytes())
    return macros
