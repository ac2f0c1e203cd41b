"""fastText's compressed classifiers (``.ftz``), read from the file: vectors of words and pieces, and the label tree.

The layout is that of fastText 0.9, file version 12, with a product-quantised input (Joulin et al. 2016, arXiv
1612.03651).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...core import InputError

MAGIC, VERSION, HIERARCHICAL_SOFTMAX = 793_712_314, 12, 1
CENTROIDS = 256
NO_CHILD, NOT_YET = -1, 10**15


@dataclass(frozen=True, slots=True)
class ClassifierFile:
    """What the file holds.

    ``words`` maps words to rows of ``vectors`` (float32, rows x dimensions). ``pieces`` (int64, ascending) are the
    hashes, modulo ``bucket``, of the character n-grams that survived pruning, and ``piece_rows`` their rows. The tree
    has a row of ``splits`` for each inner node (in the order in which they were joined: the last one is the root), and
    ``children`` (inner nodes x 2): numbers below the number of labels are labels, the others inner nodes.
    """

    labels: tuple[str, ...]
    words: dict[bytes, int]
    vectors: np.ndarray
    pieces: np.ndarray
    piece_rows: np.ndarray
    bucket: int
    shortest: int
    longest: int
    splits: np.ndarray
    children: np.ndarray


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def array(self, kind: Any, count: int) -> np.ndarray:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def text(self) -> bytes:
        end = self.data.index(b"\0", self.at)
        found, self.at = self.data[self.at : end], end + 1
        return found


def read_classifier(path: Path) -> ClassifierFile:
    """Read a compressed classifier with a hierarchical softmax. Raises :class:`InputError` for any other file."""
    reader = _Reader(path.read_bytes())
    try:
        return _read(reader, path)
    except (struct.error, ValueError) as error:
        raise InputError(f"{path}: not a compressed fastText classifier ({error})") from None


def _read(reader: _Reader, path: Path) -> ClassifierFile:
    if reader.take("ii") != (MAGIC, VERSION):
        raise InputError(f"{path}: not a fastText file of version {VERSION}")
    _, _, _, _, _, ngrams, loss, _, bucket, shortest, longest, _, _ = reader.take("12id")
    size, words, labels, _, pruned = reader.take("iiiqq")
    entries = [(reader.text(), reader.take("qb")[0]) for _ in range(size)]
    pairs = reader.array("<i4", 2 * pruned).reshape(pruned, 2) if pruned > 0 else np.zeros((0, 2), np.int32)
    if not reader.take("?")[0] or ngrams != 1 or loss != HIERARCHICAL_SOFTMAX:
        raise InputError(f"{path}: needs a compressed model of single words with a hierarchical softmax")
    vectors = _quantised(reader)
    compressed_output = reader.take("?")[0]
    splits = _quantised(reader) if compressed_output else reader.array("<f4", np.prod(reader.take("qq"))).copy()
    order = np.argsort(pairs[:, 0])
    return ClassifierFile(
        tuple(text.decode().removeprefix("__label__") for text, _ in entries[words : words + labels]),
        {text: row for row, (text, _) in enumerate(entries[:words])},
        vectors,
        pairs[order, 0].astype(np.int64),
        pairs[order, 1].astype(np.int64) + words,
        bucket,
        shortest,
        longest,
        splits.reshape(-1, vectors.shape[1])[: labels - 1],
        label_tree([count for _, count in entries[words : words + labels]]),
    )


def _quantised(reader: _Reader) -> np.ndarray:
    """A product-quantised matrix, unpacked: float32 of shape (rows, dimensions)."""
    with_norms, rows, _, size = reader.take("?qqi")
    codes = reader.array(np.uint8, size)
    matrix = _unpacked(reader, codes, rows)
    if with_norms:
        matrix *= _unpacked(reader, reader.array(np.uint8, rows), rows)
    return matrix


def _unpacked(reader: _Reader, codes: np.ndarray, rows: int) -> np.ndarray:
    width, parts, step, _ = reader.take("4i")
    centroids = reader.array("<f4", width * CENTROIDS)
    codes, matrix = codes.reshape(rows, parts), np.empty((rows, width), np.float32)
    for part in range(parts):
        columns = slice(part * step, min((part + 1) * step, width))
        table = centroids[part * CENTROIDS * step :][: CENTROIDS * (columns.stop - columns.start)]
        matrix[:, columns] = table.reshape(CENTROIDS, -1)[codes[:, part]]
    return matrix


def label_tree(counts: list[int]) -> np.ndarray:
    """Huffman's tree over labels in falling order of their counts: int64 of shape (labels - 1, 2), the root last."""
    total = len(counts)
    sizes = [*counts, *[NOT_YET] * (total - 1)]
    children = np.full((total - 1, 2), NO_CHILD)
    leaf, node = total - 1, total
    for made in range(total, 2 * total - 1):
        for side in (0, 1):
            if leaf >= 0 and sizes[leaf] < sizes[node]:
                chosen, leaf = leaf, leaf - 1
            else:
                chosen, node = node, node + 1
            children[made - total, side] = chosen
        sizes[made] = sum(sizes[chosen] for chosen in children[made - total])
    return children
