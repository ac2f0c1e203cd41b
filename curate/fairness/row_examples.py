"""The rows behind a finding: their ids, and excerpts of the first ones."""

from collections.abc import Sequence

import numpy as np

from ...core import Corpus, Example
from ..privacy import redact

DOCUMENTS, EXAMPLES, EXCERPT = 20, 3, 400


def first_ids(corpus: Corpus, places: np.ndarray) -> list[str]:
    """At most 20 of these rows in the order of their ids: each of them weighs the same, so that nothing ranks them."""
    return sorted(corpus.column("id").take(places).to_pylist())[:DOCUMENTS]


def row_examples(corpus: Corpus, ids: Sequence[str], why: str) -> tuple[Example, ...]:
    """Redacted excerpts of the first three rows; images have none."""
    shown = list(ids[:EXAMPLES])
    documents = corpus.documents(shown)
    found = []
    for id in shown:
        text = documents[id].get("table") or documents[id].get("text") or ""
        if text:
            found.append(Example(id, redact(text[: 10 * EXCERPT])[:EXCERPT], why, (), (id,)))
    return tuple(found)
