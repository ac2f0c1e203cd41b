"""Lists of words or lines in files that a config names: read once, hashed, matched as whole words."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import InputError, sha256

LARGEST = 64 << 20
LONGEST_WORD = 200
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that are matched whole and without regard to case."""

    pattern: str

    def count(self, texts: pa.Array) -> np.ndarray:
        """How often words of the list stand in each text."""
        found: np.ndarray = pc.count_substring_regex(texts, self.pattern).to_numpy(zero_copy_only=False)
        return found


def read_entries(path: str, option: str) -> tuple[list[str], str]:
    """The lines of a file (without blank ones and comments after ``#``), stripped, and the SHA-256 of its bytes.

    Raises :class:`InputError` for a file that is missing, too large or not UTF-8.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{option}: no such file {path}; give a text file with one entry a line")
    if file.stat().st_size > LARGEST:
        raise InputError(f"{option}: {path} is larger than {LARGEST >> 20} MiB; split the list over several steps")
    content = file.read_bytes()
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{option}: {path} is not UTF-8 at byte {error.start}; convert the file") from None
    entries = [line.split("#", 1)[0].strip() for line in lines]
    found = [entry for entry in entries if entry]
    if not found:
        raise InputError(f"{option}: {path} holds no entry; give one a line or leave the option out")
    return found, sha256(content)


def read_words(path: str, option: str = "words_path") -> tuple[WordList, str]:
    """A word list and its SHA-256. Matching runs in linear time, whatever the words are."""
    entries, digest = read_entries(path, option)
    words = sorted({entry.lower() for entry in entries})
    if len(words) > MOST_WORDS or max(map(len, words)) > LONGEST_WORD:
        raise InputError(
            f"{option}: {path} holds more than {MOST_WORDS:,} words or one of over {LONGEST_WORD} characters"
        )
    union = "|".join(re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", word) for word in words)
    found = WordList(rf"(?i)(?:^|[^\pL\pN_])(?:{union})(?:$|[^\pL\pN_])")
    try:
        found.count(pa.array([""], pa.large_string()))
    except pa.ArrowInvalid:
        raise InputError(f"{option}: {path} is too long to be matched at once; split the list") from None
    return found, digest
