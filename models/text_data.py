"""From a corpus to windows of tokens: choose documents, learn the tokenizer, pack, note who stands where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch

from ..core import Corpus, EmptyCorpus, Progress, generator
from .base import Canary, Recipe
from .canaries import plan_canaries
from .ledger import documents_in, ledger_table
from .selection import read_rows, select_documents
from .tokenizer import Tokenizer

TOKENIZER_BYTES = 16_000_000
"""The tokenizer learns from at most this much text: more changes no merge that matters at these vocabularies."""


@dataclass(frozen=True)
class TextData:
    """Packed training text.

    ``windows``: int32 of shape (n, context + 1); neighbours share one token, so that each token is a target once.
    ``ledger``: rows of :data:`models.ledger.LEDGER_SCHEMA`. ``text_bytes`` and ``text_tokens`` count the stream once.
    """

    windows: np.ndarray
    tokenizer: Tokenizer
    ledger: pa.Table
    canaries: tuple[Canary, ...]
    documents: int
    held_out: int
    text_bytes: int
    text_tokens: int

    def __len__(self) -> int:
        return len(self.windows)

    def batch(self, indices: np.ndarray) -> torch.Tensor:
        """The windows as an int64 tensor of shape (rows, context + 1)."""
        return torch.from_numpy(self.windows[indices].astype(np.int64))

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of the documents in these windows."""
        rows = self.ledger.filter(self.ledger["first"].is_valid())
        first, last = np.asarray(rows["first"]), np.asarray(rows["last"])
        return documents_in(rows["id"].to_pylist(), first, last, indices)


def prepare_text(corpus: Corpus, recipe: Recipe, progress: Progress) -> TextData:
    """Choose, tokenise and pack the documents of a text corpus, canaries included."""
    chosen = select_documents(corpus, recipe)
    with progress.task("tokenizer"):
        tokenizer = Tokenizer.train(_sample(corpus, chosen.rows), recipe.vocabulary)
    canaries = plan_canaries(recipe.canaries, recipe.seed)
    pieces: list[np.ndarray] = []
    text_bytes = 0
    with progress.task("tokenise", total=len(chosen.rows)) as task:
        for texts in read_rows(corpus, chosen.rows, "text"):
            pieces += [np.array(tokens, np.int32) for tokens in tokenizer.encode_all(texts)]
            text_bytes += sum(len(text.encode()) for text in texts)
            task.advance(len(texts))
    named = [(name, "trained") for name in chosen.ids]
    for canary in canaries:
        pieces += [np.array(tokenizer.encode(canary.text), np.int32)] * canary.repetitions
        named += [(canary.id, "canary")] * canary.repetitions
        text_bytes += len(canary.text) * canary.repetitions
    order = generator(recipe.seed, "stream").permutation(len(pieces))
    order = np.array([row for row in order if len(pieces[row])], np.int64)
    if not len(order):
        raise EmptyCorpus(f"{corpus.folder}: none of the {len(pieces)} training documents holds any text")
    windows, places, first, last = pack([pieces[row] for row in order], tokenizer.begin, recipe.context)
    ledger = ledger_table([named[order[place]] for place in places], first, last, chosen.held_out)
    tokens = sum(len(piece) for piece in pieces)
    return TextData(windows, tokenizer, ledger, canaries, len(chosen.rows), len(chosen.held_out), text_bytes, tokens)


def pack(
    pieces: Sequence[np.ndarray], begin: int, context: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Concatenate documents, each after a begin token, and cut windows of ``context`` + 1 tokens, ``context`` apart.

    The end of the stream runs into its beginning, so the last window is full too. Returns the windows and, for each
    place of a document in the stream: its index in ``pieces``, the first and the last window that hold its text.
    """
    lengths = np.array([len(piece) + 1 for piece in pieces])
    stream = np.concatenate([part for piece in pieces for part in (np.array([begin], np.int32), piece)])
    n = -(-len(stream) // context)
    windows = np.resize(stream, n * context + 1)[np.arange(n)[:, None] * context + np.arange(context + 1)]
    copies = -(-(n * context + 1) // len(stream))
    ends = np.cumsum(np.tile(lengths, copies))
    starts = ends - np.tile(lengths, copies) + 1  # of the text: the begin token itself is not the document's
    inside = starts <= n * context
    places = np.tile(np.arange(len(pieces)), copies)[inside]
    first = np.maximum(starts[inside] - 1, 0) // context
    last = np.minimum((ends[inside] - 1) // context, n - 1)
    return windows, places, first, last


def _sample(corpus: Corpus, rows: np.ndarray) -> Iterator[str]:
    left = TOKENIZER_BYTES
    for texts in read_rows(corpus, rows, "text"):
        for text in texts:
            if left <= 0:
                return
            yield text[:left]
            left -= len(text)
