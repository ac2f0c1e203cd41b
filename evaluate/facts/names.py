"""Capitalised names in a text, and whether a source holds them: by letters alone, without a model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .sentences import sentences

LONGEST = 80
_TOKEN = re.compile(r"\w{1,80}(?:['’.&-]\w{1,80}){0,6}")
_PARTICLES_WORDS = "of de la le van von der den del da di du bin al and the for"
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
_OPENERS_WORDS = (
    "a about above according across additionally after afterwards again against all almost along already also "
    "although always am amid among an and another any anyone are around as aside at back based be because been "
    "before behind being below besides between beyond both but by can clearly come consequently contrary could "
    "currently data days despite did do does down due during each earlier early eight either else eventually every "
    "everyone everything except few finally first five following for four from further furthermore get give given "
    "go good had has have he help hence her here hers high his hot how however i if in indeed initially inside "
    "instead into is it its itself just keep large last later least less let like long look make many may maybe "
    "meanwhile men might mine more moreover most much must my near neither never nevertheless next nine no nobody "
    "none nonetheless nor not note nothing now of off officials often oh old on once one only onto or other others "
    "otherwise our out outside over overall own part people perhaps please police previously rather recent remember "
    "researchers scientists second see seven several shall she should similarly since six small so some someone "
    "something sometimes soon still subsequently such take ten than that the their them then there therefore these "
    "they third this those though three through throughout thus till to today together tomorrow too toward towards "
    "try twice two under unfortunately unless unlike until up upon us use using usually very via was we well were "
    "what when whenever where whereas whether which while who whoever whom whose why will with within without women "
    "would yes yesterday yet you your"
)
OPENERS = frozenset(_OPENERS_WORDS.split())
_CALENDAR_WORDS = "january february march april may june july august september october november december"
_CALENDAR = frozenset(_CALENDAR_WORDS.split())
_TITLES_WORDS = "mr mrs ms dr prof sir lady lord president king queen saint st"
TITLES = frozenset(_TITLES_WORDS.split())
_SINGULAR_WORDS = "was is has had said says wrote won became died lives lived works worked plays played made"
SINGULAR = frozenset(_SINGULAR_WORDS.split())


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name at [start, end); ``words`` are its parts in lower case, without titles and particles."""

    text: str
    words: tuple[str, ...]
    start: int
    end: int


def capitalised_names(text: str, known: frozenset[str] = frozenset()) -> list[Name]:
    """Runs of capitalised words, in order. ``known``: words that are written with a capital inside sentences elsewhere.

    The first word of a sentence has a capital anyway. It belongs to a name where it goes on ("Ada Lovelace"), is known,
    is all capitals, or a verb in the singular follows ("Lovelace wrote"); never where it is a common opener. Months, a
    lone "I" and text all in capitals are no names.

    >>> [name.text for name in capitalised_names("Then Ada Lovelace met the Duke of York. Lovelace wrote to NASA.")]
    ['Ada Lovelace', 'Duke of York', 'Lovelace', 'NASA']
    """
    known = known | inner_capitals(text)
    return [name for sentence in sentences(text) for name in _names(sentence.text, sentence.start, known)]


def inner_capitals(text: str) -> frozenset[str]:
    """Words in lower case that have a capital where no sentence begins; none of a sentence that is all capitals."""
    found: set[str] = set()
    for sentence in sentences(text):
        tokens = [match[0] for match in _TOKEN.finditer(sentence.text)]
        if not _shouts(tokens):
            found.update(_plain(token) for token in tokens[1:] if _capital(token))
    return frozenset(found - _CALENDAR)


def _names(text: str, offset: int, known: frozenset[str]) -> Iterator[Name]:
    tokens = list(_TOKEN.finditer(text))
    if _shouts([token[0] for token in tokens]):
        return
    place = 0
    while place < len(tokens):
        end = _run(text, tokens, place)
        if end > place:
            first = place + (place == 0 and not _opens_a_name(tokens, end, known))
            name = _name(text, tokens[first:end], offset) if end > first else None
            if name:
                yield name
        place = max(end, place + 1)


def _run(text: str, tokens: list[re.Match[str]], place: int) -> int:
    """The end of the run of capitalised words that begins at ``place``; ``place`` where none does."""
    if not _capital(tokens[place][0]):
        return place
    end = place + 1
    while end < len(tokens) and tokens[end].end() - tokens[place].start() <= LONGEST:
        if not _together(text, tokens[end - 1], tokens[end]):
            break
        if _capital(tokens[end][0]):
            end += 1
        elif (
            tokens[end][0] in _PARTICLES - {"and", "the", "for"}
            and end + 1 < len(tokens)
            and _capital(tokens[end + 1][0])
            and _together(text, tokens[end], tokens[end + 1])
        ):
            end += 2
        else:
            break
    return end


def _together(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return text[first.end() : second.start()] in (" ", ". ", "\u00a0")


def _opens_a_name(tokens: list[re.Match[str]], end: int, known: frozenset[str]) -> bool:
    word = _plain(tokens[0][0])
    if word in OPENERS:
        return False
    if word in known or (len(word) > 1 and tokens[0][0].isupper()):
        return True
    if word.endswith(("ing", "ly", "ed")) and word not in known:
        return False
    return end > 1 or (len(tokens) > 1 and tokens[1][0] in SINGULAR) or tokens[0][0].endswith(("'s", "’s"))


def _name(text: str, tokens: list[re.Match[str]], offset: int) -> Name | None:
    while tokens and (_plain(tokens[0][0]) in TITLES | {"i", "the"}):
        tokens = tokens[1:]
    words = tuple(word for token in tokens if (word := _plain(token[0])) not in _PARTICLES)
    if not words or all(word in _CALENDAR or word == "i" for word in words) or len(words[0]) < 2 and len(words) == 1:
        return None
    start, end = tokens[0].start(), tokens[-1].end()
    return Name(text[start:end], words, offset + start, offset + end)


def _capital(token: str) -> bool:
    return token[0].isupper() and token not in ("I", "I'm", "I’m", "I've", "I'll", "I'd")


def _shouts(tokens: list[str]) -> bool:
    letters = [token for token in tokens if token[0].isalpha()]
    return len(letters) > 3 and sum(token.isupper() for token in letters) > 0.7 * len(letters)


def _plain(token: str) -> str:
    """Lower case, without a genitive and without full stops: "U.S." and "US" are one."""
    word = token.lower().replace("’", "'")
    word = word[:-2] if word.endswith("'s") else word
    return word.replace(".", "")


class SourceNames:
    """The words of a source, in which names of an output are looked up."""

    def __init__(self, text: str) -> None:
        tokens = [_plain(match[0]) for match in _TOKEN.finditer(text)]
        words = [word for word in tokens if word not in _PARTICLES]
        self._line = f" {' '.join(words)} "
        self._words = {part for word in words for part in (word, *word.split("-"))}
        names = capitalised_names(text)
        self._names = list(dict.fromkeys(frozenset(name.words) for name in names))
        self._initials = {"".join(word[0] for word in name.words) for name in names}

    def holds(self, name: Name) -> bool:
        """Whether the name stands in the source: as it is, case apart; as part of a longer name; as its initials."""
        if f" {' '.join(name.words)} " in self._line or (len(name.words) == 1 and name.words[0] in self._words):
            return True
        wanted = frozenset(name.words)
        if any(wanted <= one for one in self._names):
            return True
        return len(name.words) == 1 and name.text.replace(".", "").isupper() and name.words[0] in self._initials
