"""The words of a corpus as one array of numbers, for counting which stand near each other."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Progress, generator
from ..audits.text_block import TextBlock
from ..audits.text_field import TEXT, text_batches

Ints = NDArray[np.int32]

_SIGNS = re.compile(rb"\xe2\x80[\x80-\xbf]|\xc2[\xa0-\xbf]")  # general punctuation, no-break space, quotation marks
_LETTERS = {*range(97, 123), *range(128, 256)}
_TABLE = bytes(byte if byte in _LETTERS else 32 for byte in range(256))


@dataclass(frozen=True)
class TokenStream:
    """``tokens`` (n,): numbers of words, ``document`` (n,): which document each stands in; ``words``: their names.

    ``left_out`` documents were not drawn, because the whole would hold more than the limit of words.
    """

    tokens: Ints
    document: Ints
    words: tuple[str, ...]
    documents: int
    left_out: int


def token_stream(
    corpus: Corpus, language: str, limit: int, seed: int, progress: Progress, field: str = TEXT
) -> TokenStream:
    """Words of the documents in ``language``, in lower case; whole documents, at most ``limit`` words of them.

    A word is a run of letters. Documents are drawn at random where there are too many words.
    """
    drawn, left_out = _drawn(corpus, language, limit, seed, field)
    numbers: dict[bytes, int] = defaultdict(count().__next__)
    tokens, sizes, place = [np.zeros(0, np.int32)], [], 0
    with progress.task("reading words", len(corpus)) as task:
        for batch, texts in text_batches(corpus, field):
            for text in texts:
                if drawn[place]:
                    words = _split(text or "")
                    tokens.append(np.fromiter(map(numbers.__getitem__, words), np.int32, len(words)))
                    sizes.append(len(words))
                place += 1
            task.advance(batch.num_rows)
    names = tuple(word.decode("utf-8", "replace") for word in numbers)
    document: Ints = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return TokenStream(np.concatenate(tokens), document, names, len(sizes), left_out)


def _drawn(corpus: Corpus, language: str, limit: int, seed: int, field: str) -> tuple[NDArray[np.bool_], int]:
    parts = list(_sizes(corpus, language, field))
    words = np.concatenate([sizes for sizes, _ in parts]) if parts else np.zeros(0, np.int64)
    read = np.concatenate([read for _, read in parts]) if parts else np.zeros(0, bool)
    if words[read].sum() <= limit:
        return read, 0
    order = generator(seed, "embedding-documents").permutation(np.flatnonzero(read))
    chosen = order[np.cumsum(words[order]) <= limit]
    drawn = np.zeros(len(words), bool)
    drawn[chosen] = True
    return drawn, int(read.sum()) - len(chosen)


def _sizes(corpus: Corpus, language: str, field: str) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    for batch, texts in text_batches(corpus, field):
        block = TextBlock.of(texts, batch.column("language").to_pylist())
        yield block.words(), block.read_by(language)


def _split(text: str) -> list[bytes]:
    data = text.lower().encode("utf-8", "replace")
    return _SIGNS.sub(b" ", data).translate(_TABLE).split()
