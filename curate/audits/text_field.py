"""Where an audit of texts finds them: the column ``text``, or an attribute such as the caption of an image."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...core import Corpus
from .text_block import TextBlock

TEXT = "text"


def text_batches(
    corpus: Corpus, field: str = TEXT, columns: Sequence[str] = ()
) -> Iterator[tuple[pa.RecordBatch, list[str | None]]]:
    """Record batches with ``columns`` and ``language``, and the text of each row; None where it has none."""
    wanted = dict.fromkeys([*columns, "language", TEXT if field == TEXT else "attributes"])
    for batch in corpus.batches(list(wanted)):
        column = batch.column(TEXT) if field == TEXT else pc.map_lookup(batch.column("attributes"), field, "first")
        yield batch, column.to_pylist()


def text_blocks(corpus: Corpus, field: str = TEXT) -> Iterator[TextBlock]:
    """The texts of the corpus with their languages, batch by batch."""
    for batch, texts in text_batches(corpus, field):
        yield TextBlock.of(texts, batch.column("language").to_pylist())


def no_text(corpus: Corpus, field: str = TEXT) -> str:
    """Why there is nothing to read, or "" where there is."""
    if field == TEXT:
        if corpus.modality == TEXT:
            return ""
        holds = f"needs texts, and this corpus holds records of kind {corpus.modality!r}"
        return f"{holds}; name the attribute with their captions or labels in 'field'"
    if any(text for _, texts in text_batches(corpus, field) for text in texts):
        return ""
    return f"no document has an attribute {field!r}; name one that the corpus holds in 'field'"


def text_of(row: Mapping[str, Any], field: str = TEXT) -> str:
    """The text of one row of :meth:`Corpus.documents`."""
    return str((row[TEXT] if field == TEXT else row["attributes"].get(field)) or "")
