"""From a corpus to windows of tokens: choose documents, learn the tokenizer, pack, note who stands where."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from ..core import Corpus, EmptyCorpus, Progress, Recipe, generator
from ..curate import alphabet_of
from .base import Canary
from .canaries import plan_canaries
from .ledger import documents_in, ledger_table
from .order import Weights
from .planting import plant
from .selection import read_rows, select_documents
from .tokenizer import TextTokenizer, make_tokenizer
from .validation import HeldOutText, held_out_text
from .weighting import document_weights

TOKENIZER_BYTES = 16_000_000
"""The tokenizer learns from at most this much text: more changes no merge that matters at these vocabularies."""


@dataclass(frozen=True)
class TextData:
    """Packed training text.

    ``windows``: int32 of shape (n, context + 1); neighbours share one token, so that each token is a target once. The
    last ``planted`` of them hold the canaries.
    ``ledger``: rows of :data:`models.ledger.LEDGER_SCHEMA`. ``text_bytes`` and ``text_tokens`` count
    the documents once. ``document_weights``: of each chosen document by id, 1 on average.
    """

    windows: np.ndarray
    tokenizer: TextTokenizer
    ledger: pa.Table
    canaries: tuple[Canary, ...]
    documents: int
    held_out: int
    text_bytes: int
    text_tokens: int
    planted: int
    weights: Weights | None = None
    weighting: Mapping[str, Any] | None = None
    document_weights: Mapping[str, float] | None = None
    validation: HeldOutText | None = None

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


def prepare_text(
    corpus: Corpus, recipe: Recipe, progress: Progress, kind: str = "bpe", tokenizer: TextTokenizer | None = None
) -> TextData:
    """Choose, tokenise and pack the documents of a text corpus, canaries included.

    Without a ``tokenizer`` one of this ``kind`` is trained on the chosen documents.
    """
    chosen = select_documents(corpus, recipe)
    if tokenizer is None:
        with progress.task("tokenizer"):
            tokenizer = make_tokenizer(kind, sample_of(corpus, chosen.rows), recipe.vocabulary)
    sequences = sequences_in(sample_of(corpus, chosen.rows)) if kind == "residues" else ""
    canaries = plan_canaries(recipe.canaries, recipe.seed, sequences)
    pieces, text_bytes = tokenise(corpus, chosen.rows, tokenizer, progress)
    order = [row for row in generator(recipe.seed, "stream").permutation(len(pieces)) if len(pieces[row])]
    weighing = document_weights(corpus, chosen, recipe)
    sizes = np.array([len(piece) for piece in pieces])
    final = weighing.for_sizes(sizes) if weighing else None
    if final is not None:  # neighbours in the stream share windows, so that they have to weigh alike
        order = sorted((row for row in order if final[row] > 0), key=lambda row: final[row])
    if not order:
        raise EmptyCorpus(f"{corpus.folder}: none of the {len(pieces)} training documents holds any text")
    pieces, named = [pieces[row] for row in order], [(chosen.ids[row], "trained") for row in order]
    weights = None if final is None else window_weights(pieces, final[order], recipe.context)
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
        documents=len(chosen.rows) if final is None else int((final > 0).sum()),
        held_out=len(chosen.held_out),
        text_bytes=text_bytes,
        text_tokens=sum(len(piece) for piece in pieces),
        planted=len(planted),
        weights=weights,
        weighting=weighing.facts(sizes, final) if weighing and final is not None else None,
        document_weights=None if final is None else dict(zip(chosen.ids, (final / final.mean()).tolist(), strict=True)),
        validation=held_out_text(corpus, chosen.held_out, tokenizer, recipe),
    )


def tokenise(
    corpus: Corpus, rows: np.ndarray, tokenizer: TextTokenizer, progress: Progress
) -> tuple[list[np.ndarray], int]:
    """The tokens of the documents in these rows, and how many bytes of text they are."""
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


def window_weights(pieces: Sequence[np.ndarray], weights: np.ndarray, context: int) -> Weights:
    """The mean weight of the tokens that each window of :func:`pack` predicts; their documents weigh ``weights``."""
    stream = np.repeat(weights, [len(piece) + 1 for piece in pieces])
    n = -(-len(stream) // context)
    return Weights.of(np.resize(np.roll(stream, -1), n * context).reshape(n, context).mean(1))


def sample_of(corpus: Corpus, rows: np.ndarray) -> Iterator[str]:
    """The text that tokenizers learn from: at most TOKENIZER_BYTES characters."""
    left = TOKENIZER_BYTES
    for texts in read_rows(corpus, rows, "text"):
        for text in texts:
            if left <= 0:
                return
            yield text[:left]
            left -= len(text)


def sequences_in(texts: Iterator[str]) -> str:
    """Whether most of the texts are of DNA, RNA or proteins: what canaries among them have to look like."""
    counts = Counter(alphabet_of(text) or "protein" for text in texts)
    return min(counts, key=lambda name: (-counts[name], name), default="protein")
