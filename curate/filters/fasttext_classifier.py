"""A fastText classifier that reads many texts at once: the same answers as the library's, about ten times as fast.

The vector of a text is the mean over its words and their character n-grams. The library looks up every n-gram of every
word again; here the sum of a word is computed once and kept, for few words make up most of any language.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from .fasttext_file import ClassifierFile

END, BEGIN_WORD, END_WORD = b"</s>", b"<", b">"
REMEMBERED = 400_000
_FNV_START, _FNV_PRIME = np.uint32(2_166_136_261), np.uint32(16_777_619)
_TINY = 1e-5


class Classifier:
    """Labels texts by a :class:`ClassifierFile`; keeps the vectors of the words that it has seen."""

    def __init__(self, file: ClassifierFile) -> None:
        self.file = file
        self.labels = file.labels
        self.piece_rows = np.full(file.bucket, -1, np.int32)
        self.piece_rows[file.pieces] = file.piece_rows
        self._forget()

    def _forget(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.sums = np.zeros((0, self.file.vectors.shape[1]), np.float32)
        self.counts = np.zeros(0, np.int64)

    def predict(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The number of the most likely label of each text (-1 where nothing in it is known), and its probability."""
        split = [[*text.encode("utf-8", "replace").split(), END] for text in texts]
        if not split:
            return np.zeros(0, np.int64), np.zeros(0)
        words = list(chain.from_iterable(split))
        chosen = np.fromiter(map(self._known(words).__getitem__, words), np.int64, len(words))
        borders = np.cumsum([0, *map(len, split)])[:-1]
        counts = np.add.reduceat(self.counts[chosen], borders)
        hidden = np.add.reduceat(self.sums[chosen], borders) / np.maximum(counts, 1)[:, None].astype(np.float32)
        scores = self._scores(hidden)
        best = scores.argmax(axis=0)
        return np.where(counts > 0, best, -1), np.where(counts > 0, np.exp(scores.max(axis=0)), 0.0)

    def _known(self, words: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of words, after adding the sums of new ones."""
        if len(self.numbers) > REMEMBERED:
            self._forget()
        if new := sorted(set(words).difference(self.numbers)):
            self._learn(new)
        return self.numbers

    def _learn(self, new: Sequence[bytes]) -> None:
        owners, rows = self._rows(new)
        sums = np.zeros((len(new), self.sums.shape[1]), np.float32)
        found, starts = np.unique(owners, return_index=True)
        if found.size:
            sums[found] = np.add.reduceat(self.file.vectors[rows], starts)
        self.numbers.update(zip(new, range(len(self.numbers), len(self.numbers) + len(new)), strict=True))
        self.sums = np.concatenate([self.sums, sums])
        self.counts = np.concatenate([self.counts, np.bincount(owners, minlength=len(new))])

    def _rows(self, words: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
        """The rows of the vectors of each word (its own and those of its n-grams) with the number of the word.

        The end of a text has no n-grams, and a word that looks like a label is none, as in the library.
        """
        whole = [(number, row) for number, word in enumerate(words) if (row := self.file.words.get(word)) is not None]
        owners, rows = np.array(whole, np.int64).reshape(-1, 2).T
        taken = [b"" if word == END or word.startswith(b"__label__") else word for word in words]
        for piece_owners, pieces in character_ngrams(taken, self.file.shortest, self.file.longest):
            found = self.piece_rows[pieces % self.file.bucket]
            owners = np.concatenate([owners, piece_owners[found >= 0]])
            rows = np.concatenate([rows, found[found >= 0]])
        order = np.argsort(owners, kind="stable")
        return owners[order], rows[order]

    def _scores(self, hidden: np.ndarray) -> np.ndarray:
        """Log probabilities, shape (labels, texts), by going down the tree.

        Without a matrix product: the sum over a text's dimensions must not depend on the texts beside it.
        """
        labels = len(self.labels)
        margins = np.einsum("nd,td->nt", self.file.splits.astype(np.float64), hidden.astype(np.float64), optimize=False)
        right = 1 / (1 + np.exp(-margins))
        scores = np.zeros((2 * labels - 1, len(hidden)))
        for inner in range(labels - 2, -1, -1):
            first, second = self.file.children[inner]
            above = scores[labels + inner]
            scores[first] = above + np.log(1 - right[inner] + _TINY)
            scores[second] = above + np.log(right[inner] + _TINY)
        return scores[:labels]


def character_ngrams(words: Sequence[bytes], shortest: int, longest: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each length, the number of the word that each n-gram of characters is from, and its FNV-1a hash (int64).

    Words stand between ``<`` and ``>``, which alone are no n-gram. Bytes enter the hash with their sign, as in the
    library.
    """
    marked = [BEGIN_WORD + word + END_WORD if word else b"" for word in words]
    data = np.frombuffer(b"".join(marked), np.uint8)
    starts = np.flatnonzero((data & 0xC0) != 0x80)
    widths = np.diff(np.append(starts, data.size))
    owners = np.repeat(np.arange(len(marked)), np.fromiter(map(len, marked), np.int64, len(marked)))[starts]
    signed = np.append(data.view(np.int8), np.zeros(4, np.int8)).astype(np.uint32)
    hashes = np.full(starts.size, _FNV_START)
    for length in range(1, longest + 1):
        last = np.arange(length - 1, starts.size)
        hashes = _extended(hashes[: last.size], signed, starts[last], widths[last])
        within = owners[: last.size] == owners[last]
        if length == 1:
            within &= ~_at_an_edge(owners)
        if length >= shortest:
            yield owners[: last.size][within], hashes[within].astype(np.int64)


def _at_an_edge(owners: np.ndarray) -> np.ndarray:
    """Whether a character is the first or the last of its word."""
    change = np.append(True, owners[1:] != owners[:-1])[: owners.size]
    edges: np.ndarray = change | np.append(change[1:], True)[: owners.size]
    return edges


def _extended(hashes: np.ndarray, signed: np.ndarray, starts: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The hashes with the bytes of one more character each."""
    for byte in range(int(widths.max(initial=0))):
        longer = (hashes ^ signed[starts + byte]) * _FNV_PRIME
        hashes = np.where(widths > byte, longer, hashes)
    return hashes
