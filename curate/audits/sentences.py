"""Which groups and attributes stand in the same sentence, for a whole corpus."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Progress
from .term_counts import TermCounter
from .term_matcher import Hits
from .text_block import Ints, TextBlock
from .text_field import TEXT, text_blocks

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Sentences:
    """The sentences that mention a group. Rows are in corpus order.

    ``document`` (n,): index of the document; ``offset`` (n,): byte in the document where the sentence's first mention
    stands; ``identity`` (n, groups) and ``attribute`` (n, attributes): what stands in it. ``total`` and
    ``with_attribute`` (attributes,) count all sentences of the corpus.
    """

    document: Ints
    offset: Ints
    identity: Bools
    attribute: Bools
    total: int
    with_attribute: Ints


def sentences_with_groups(
    corpus: Corpus, identity: TermCounter, attribute: TermCounter, progress: Progress, field: str = TEXT
) -> Sentences:
    """Read the corpus once and keep what :class:`Sentences` holds; ``field`` as in :mod:`.text_field`."""
    parts = [_empty(identity, attribute)]
    first = 0
    with progress.task("associations", len(corpus)) as task:
        for block in text_blocks(corpus, field):
            parts.append(_sentences(block, identity, attribute, first))
            first += len(block)
            task.advance(len(block))
    rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROWS}
    total = sum(part.total for part in parts)
    return Sentences(**rows, total=total, with_attribute=np.sum([part.with_attribute for part in parts], axis=0))


_ROWS = ("document", "offset", "identity", "attribute")


def sentences_in(
    texts: Sequence[str], identity: TermCounter, attribute: TermCounter, written: Sequence[int] | None = None
) -> Sentences:
    """The same of some texts, such as a model's outputs: texts are the documents.

    ``written`` are the characters from which on an attribute counts: what stands before them was in the prompt.
    """
    block = TextBlock.of(texts)
    if written is None:
        return _sentences(block, identity, attribute, 0)
    sizes = [len(text[:place].encode("utf-8", "replace")) for text, place in zip(texts, written, strict=True)]
    return _sentences(block, identity, attribute, 0, block.starts[:-1] + np.array(sizes, np.int64))


def _sentences(
    block: TextBlock, identity: TermCounter, attribute: TermCounter, first: int, written: Ints | None = None
) -> Sentences:
    begins = block.sentences()
    people, words = identity.hits(block), attribute.hits(block)
    if written is not None and len(words.start):
        kept = words.start >= written[block.document_of(words.start)]
        words = Hits(words.start[kept], words.end[kept], words.group[kept])
    chosen, row = np.unique(_index(begins, people.start), return_inverse=True)
    offset = np.full(len(chosen), len(block.data), np.int64)
    np.minimum.at(offset, row, people.start)
    of_people = np.zeros((len(chosen), len(identity.groups)), bool)
    of_people[row, people.group] = True
    sentence = _index(begins, words.start)
    inside = np.isin(sentence, chosen)
    of_words = np.zeros((len(chosen), len(attribute.groups)), bool)
    of_words[np.searchsorted(chosen, sentence[inside]), words.group[inside]] = True
    document = block.document_of(offset)
    return Sentences(
        document + first, offset - block.starts[document], of_people, of_words, len(begins),
        _sentences_with(sentence, words.group, attribute),
    )  # fmt: skip


def _index(begins: Ints, offsets: Ints) -> Ints:
    return np.searchsorted(begins, offsets, side="right") - 1


def _sentences_with(sentence: Ints, group: Ints, terms: TermCounter) -> Ints:
    distinct = np.unique(np.stack([sentence, group], 1), axis=0)
    return np.bincount(distinct[:, 1], minlength=len(terms.groups))


def _empty(identity: TermCounter, attribute: TermCounter) -> Sentences:
    none = np.zeros(0, np.int64)
    groups, attributes = len(identity.groups), len(attribute.groups)
    return Sentences(
        none, none, np.zeros((0, groups), bool), np.zeros((0, attributes), bool), 0, np.zeros(attributes, np.int64)
    )
