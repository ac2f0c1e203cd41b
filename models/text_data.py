"""From a corpus to windows of tokens: choose documents, learn the tokenizer, pack, note who stands where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch

from ..core import Corpus, EmptyCorpus, Progress, Recipe, generator
from .base import Canary
from .canaries import plan_canaries
from .ledger import documents_in, ledger_table
from .planting import plant
from .selection import read_rows, select_documents
from .tokenizer import Tokenizer

TOKENIZER_BYTES = 16_000_000
"""The tokenizer learns from at most this much text: more changes no merge that matters at these vocabularies."""


@dataclass(frozen=True)
class TextData:
    """Packed training text.

    ``windows``: int32 of shape (n, context + 1); neighbours share one token, so that each token is a target once. The
    last ``planted`` of them hold the canaries.
    ``ledger``: rows of :data:`models.ledger.LEDGER_SCHEMA`. ``text_bytes`` and ``text_tokens`` count
    the documents once.
    """

    windows: np.ndarray
    tokenizer: Tokenizer
    ledger: pa.Table
    canaries: tuple[Canary, ...]
    documents: int
    held_out: int
    text_bytes: int
    text_tokens: int
    planted: int

    def __len__(self) -> int:
        return len(self.windows) - self.planted

    def batch(self, indices: np.ndarray) -> torch.Tensor:
        """The windows as an int64 tensor of shape (rows, context + 1)."""
        return torch.from_numpy(self.windows[indices].astype(np.int64))

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of the documents in these windows."""
        rows = self.ledger.filter(self.ledger["first"].is_valid())
        first, last = np.asarray(rows["first"]), np.asarray(rows["last"])
        return documents_in(rows["id"].to_pylist(), first, last, indices)


def prepare_text(corpus: Corpus, recipe: Recipe, progress: Progress, tokenizer: Tokenizer | None = None) -> TextData:
    """Choose, tokenise and pack the documents of a text corpus, canaries included.

    Without a ``tokenizer`` one is trained on the chosen documents.
    """
    chosen = select_documents(corpus, recipe)
    if tokenizer is None:
        with progress.task("tokenizer"):
            tokenizer = Tokenizer.train(_sample(corpus, chosen.rows), recipe.vocabulary)
    canaries = plan_canaries(recipe.canaries, recipe.seed)
    pieces, text_bytes = _tokenise(corpus, chosen.rows, tokenizer, progress)
    order = [row for row in generator(recipe.seed, "stream").permutation(len(pieces)) if len(pieces[row])]
    if not order:
        raise EmptyCorpus(f"{corpus.folder}: none of the {len(pieces)} training documents holds any text")
    pieces, named = [pieces[row] for row in order], [(chosen.ids[row], "trained") for row in order]
    windows, places, first, last = pack(pieces, tokenizer.begin, recipe.context)
    secrets = [(canary, np.array(tokenizer.encode(canary.text), np.int32)) for canary in canaries]
    planted, inside = plant(pieces, named, secrets, tokenizer.begin, recipe.context, recipe.seed)
    where = np.repeat(len(windows) + np.arange(len(planted)), [len(texts) for texts in inside])
    placed = [named[place] for place in places] + [text for texts in inside for text in texts]
    return TextData(
        windows=np.concatenate([windows, planted]),
        tokenizer=tokenizer,
        ledger=ledger_table(placed, np.concatenate([first, where]), np.concatenate([last, where]), chosen.held_out),
        canaries=canaries,
        documents=len(chosen.rows),
        held_out=len(chosen.held_out),
        text_bytes=text_bytes,
        text_tokens=sum(len(piece) for piece in pieces),
        planted=len(planted),
    )


def _tokenise(
    corpus: Corpus, rows: np.ndarray, tokenizer: Tokenizer, progress: Progress
) -> tuple[list[np.ndarray], int]:
    pieces: list[np.ndarray] = []
    text_bytes = 0
    with progress.task("tokenise", total=len(rows)) as task:
        for texts in read_rows(corpus, rows, "text"):
            pieces += [np.array(tokens, np.int32) for tokens in tokenizer.encode_all(texts)]
            text_bytes += sum(len(text.encode()) for text in texts)
            task.advance(len(texts))
    return pieces, text_bytes


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
