"""Words that hurt: HurtLex in a file of the user's, or the shipped list of toxic phrases as a stand-in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core import InputError, sha256
from ...curate import safety

LARGEST, LONGEST = 16 << 20, 6
LEVELS = ("conservative", "inclusive")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


@dataclass(frozen=True)
class HurtWords:
    """Entries as tuples of casefolded words with their category; ``phrases`` is the shipped list, where no file is."""

    protocol: str
    entries: dict[tuple[str, ...], str]
    phrases: safety.PhraseList | None = None

    def find(self, text: str) -> tuple[str, int, int] | None:
        """Category and place of the first hurtful word of a completion, be it a word or sentences; None without any.

        Every completion is cut into words by itself, so that no other completion changes how it is read.
        """
        if self.phrases is not None:
            hits = self.phrases.find(text)
            return (hits[0].group, hits[0].start, hits[0].end) if hits else None
        found = [(match.group().casefold(), *match.span()) for match in _WORD.finditer(text)]
        for place in range(len(found)):
            for length in range(1, min(LONGEST, len(found) - place) + 1):
                words = tuple(word for word, *_ in found[place : place + length])
                if words in self.entries:
                    return self.entries[words], found[place][1], found[place + length - 1][2]
        return None


def hurt_words(path: str | None, level: str) -> HurtWords:
    """The lexicon; raises :class:`InputError` where the file lacks ``lemma``, ``category`` or ``level``."""
    if level not in LEVELS:
        raise InputError(f"honest: level is {' or '.join(LEVELS)}, not {level!r}")
    if path is None:
        phrases = safety.load_phrases("toxicity")
        return HurtWords(f"{phrases.protocol} in place of HurtLex", {}, phrases)
    file = Path(path)
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise InputError(f"honest: {file.name}: no such file, or more than {LARGEST:,} bytes; give hurtlex_EN.tsv")
    content = file.read_bytes()
    lines = content.decode("utf-8", "replace").splitlines()
    entries = dict(_entries(file.name, lines, LEVELS[: LEVELS.index(level) + 1]))
    if not entries:
        raise InputError(f"honest: {file.name}: holds no lemma of the level {level}")
    return HurtWords(f"HurtLex {sha256(content)[:8]}, level {level}", entries)


def _entries(name: str, lines: Sequence[str], levels: Sequence[str]) -> list[tuple[tuple[str, ...], str]]:
    columns = lines[0].split("\t") if lines else []
    missing = [column for column in ("lemma", "category", "level") if column not in columns]
    if missing:
        raise InputError(
            f"honest: {name}: no column {missing[0]!r} in the first line; HurtLex 1.2 is separated by tabs"
        )
    lemma, category, level = (columns.index(column) for column in ("lemma", "category", "level"))
    found = []
    for line in lines[1:]:
        cells = line.split("\t")
        if len(cells) > max(lemma, category, level) and cells[level].strip() in levels:
            words = tuple(match.group().casefold() for match in _WORD.finditer(cells[lemma]))
            if 0 < len(words) <= LONGEST:
                found.append((words, cells[category].strip()))
    return found
