"""The n-grams of evaluation items, ready to be looked up for whole columns of training text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import UsageError
from .ngrams import HashTable, ngram_hashes
from .shingles import word_hashes
from .suites import Item, Suites
from .words import Words, split_words

Method = Literal["gpt3", "datatrove"]
DATATROVE_SIZE = 12
SHORTEST, LONGEST, PERCENTILE = 8, 13, 5
ANSWERS = ("answer", "answers", "label", "target", "output", "solution", "completion")


@dataclass(frozen=True, slots=True)
class Hits:
    """Matches in a column of texts: number of the text, number of the word, and the key of the n-gram, one a row."""

    texts: np.ndarray
    places: np.ndarray
    keys: np.ndarray


@dataclass(frozen=True, slots=True)
class SuiteGrams:
    """Every n-gram of one suite. Key k belongs to ``items[starts[k]:starts[k + 1]]`` and has the words ``grams[k]``."""

    suite: str
    size: int
    names: tuple[str, ...]
    measurable: int
    table: HashTable
    starts: np.ndarray
    items: np.ndarray
    grams: tuple[bytes, ...]

    def find(self, words: Words, hashes: np.ndarray) -> Hits:
        """Where the n-grams stand in texts that are split and hashed, each compared word for word."""
        places, keys = self.table.find(ngram_hashes(hashes, self.size))
        texts = np.searchsorted(words.borders, places, side="right") - 1
        whole = places + self.size <= words.borders[texts + 1]
        places, keys, texts = places[whole], keys[whole], texts[whole]
        same = np.array([self._same(words, *pair) for pair in zip(places.tolist(), keys.tolist(), strict=True)], bool)
        return Hits(texts[same], (places - words.borders[texts])[same], keys[same])

    def items_of(self, keys: np.ndarray) -> np.ndarray:
        """Distinct items (their numbers) that hold any of the n-grams."""
        parts = [self.items[self.starts[key] : self.starts[key + 1]] for key in keys.tolist()]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))

    def _same(self, words: Words, place: int, key: int) -> bool:
        raw = words.data[words.starts[place] : words.ends[place + self.size - 1]]
        return b" ".join(raw.split()) == self.grams[key]


def index_suites(
    suites: Suites, method: Method, size: int | None, fields: Sequence[str] | None, answers: Sequence[str]
) -> list[SuiteGrams]:
    """The n-grams of every suite, in the order of the names."""
    return [_index(name, suites.items_of(name), method, size, fields, answers) for name in suites]


def _index(
    suite: str,
    items: Sequence[Item],
    method: Method,
    size: int | None,
    fields: Sequence[str] | None,
    answers: Sequence[str],
) -> SuiteGrams:
    texts, leads = _texts(suite, items, method, fields, answers)
    words = split_words(pa.array(texts, pa.large_string()))
    counts = np.diff(words.borders)
    length = size or (DATATROVE_SIZE if method == "datatrove" else _gpt3_size(counts))
    owners, places = _places(counts, leads, length)
    hashes = ngram_hashes(word_hashes(words), length)[places]
    grams = [b" ".join(_raw(words, place, length).split()) for place in places.tolist()]
    table, order, keys = _grouped(hashes, grams)
    starts = np.searchsorted(keys, np.arange(table.keys.size + 1))
    firsts = order[starts[:-1]].tolist()
    names = tuple(item.name for item in items)
    measurable = int(np.unique(owners).size)
    return SuiteGrams(
        suite, length, names, measurable, table, starts, owners[order], tuple(grams[first] for first in firsts)
    )


def _texts(
    suite: str, items: Sequence[Item], method: Method, fields: Sequence[str] | None, answers: Sequence[str]
) -> tuple[list[str], np.ndarray]:
    """The text of each item, and how many words of it are the question (0: no answer is told from a question)."""
    known = {field for item in items for field, _ in item.passages}
    missing = [field for field in fields or () if field not in known]
    if missing:
        raise UsageError(f"suite {suite!r}: no field {missing[0]!r} with text; it has {', '.join(sorted(known))}")
    chosen = [[pair for pair in item.passages if fields is None or pair[0] in fields] for item in items]
    if method == "gpt3":
        return ["\n".join(passage for _, passage in pairs) for pairs in chosen], np.zeros(len(items), np.int64)
    questions = ["\n".join(passage for field, passage in pairs if field not in answers) for pairs in chosen]
    replies = ["\n".join(passage for field, passage in pairs if field in answers) for pairs in chosen]
    leads = np.diff(split_words(pa.array(questions, pa.large_string())).borders)
    leads[[not reply.strip() for reply in replies]] = 0
    return [f"{question}\n{reply}" for question, reply in zip(questions, replies, strict=True)], leads


def _gpt3_size(counts: np.ndarray) -> int:
    """The 5th percentile of the items' length in words, at least 8 and at most 13."""
    if not counts.size:
        return LONGEST
    return int(np.clip(np.floor(np.percentile(counts, PERCENTILE)), SHORTEST, LONGEST))


def _places(counts: np.ndarray, leads: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Item and first word of every n-gram that ends after the question."""
    borders = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    owners = np.repeat(np.arange(counts.size), counts)
    places = np.arange(owners.size)
    within = places - borders[owners]
    good = (within + size <= counts[owners]) & (within + size > leads[owners])
    return owners[good], places[good]


def _grouped(hashes: np.ndarray, grams: Sequence[bytes]) -> tuple[HashTable, np.ndarray, np.ndarray]:
    """The table, the n-grams in the order of their hashes, and the key of each in that order.

    Of two different n-grams with one hash the later is left out, so that no match is put down to a wrong item.
    """
    order = np.argsort(hashes, kind="stable")
    table = HashTable.of(hashes)
    keys = np.searchsorted(table.keys, hashes[order])
    firsts = order[np.searchsorted(keys, np.arange(table.keys.size))]
    pairs = zip(order.tolist(), firsts[keys].tolist(), strict=True)
    right = np.array([grams[place] == grams[first] for place, first in pairs], bool)
    return table, order[right], keys[right]


def _raw(words: Words, place: int, size: int) -> bytes:
    return words.data[words.starts[place] : words.ends[place + size - 1]]


def frequent(texts: np.ndarray, keys: np.ndarray, limit: int) -> np.ndarray:
    """Which rows are matches of an n-gram that stands in more than ``limit`` texts: bool of the shape of ``keys``."""
    pairs = np.unique(np.stack([keys, texts], axis=1), axis=0) if keys.size else np.zeros((0, 2), np.int64)
    found, counts = np.unique(pairs[:, 0], return_counts=True)
    result: np.ndarray = np.isin(keys, found[counts > limit])
    return result
