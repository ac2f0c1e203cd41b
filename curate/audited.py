"""Whatever a program holds as the corpus that an audit looks at, and back to its rows."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import SCHEMAS, SILENT, Corpus, CorpusWriter, InputError, Progress
from .base import Source
from .sources import guess_corpus, open_guess, source_from
from .temporary import Temporary

if TYPE_CHECKING:
    from pandas import DataFrame

MEMORY = "memory"
UNREAD = "rows that could not be read"


def corpus_of(
    data: Any, text: str = "text", groups: Sequence[str] = (), needed: Sequence[str] = (), progress: Progress = SILENT
) -> Corpus:
    """The corpus that ``data`` is or holds, with no step applied.

    ``data`` is a :class:`Corpus`, a path of a file or folder, a ``pandas.DataFrame``, ``pyarrow.Table``,
    ``datasets.Dataset``, or a list of texts or of dicts. Rows without a column ``text`` are those of a table. Raises
    :class:`InputError` for other types, and where a column in ``groups`` or ``needed`` is not there.
    """
    if isinstance(data, Corpus):
        return data
    folder, unread = Temporary(), [0]
    source = _source(data, text, groups, needed)
    with CorpusWriter(folder.path / "corpus", SCHEMAS[source.modality]) as writer:
        for batch in source.batches(lambda rejected: unread.append(1), progress):
            writer.write(batch)
        writer.describe(counts={UNREAD: sum(unread)})
    return folder.corpus()


def rows_of(corpus: Corpus, ids: Sequence[str]) -> "DataFrame":
    """The documents with these ids, in this order: place in the data, id, source, locator and content."""
    import pandas

    found = corpus.documents(ids)
    rows = [_row(found[name]) for name in ids if name in found]
    return pandas.DataFrame(rows, columns=None if rows else ["row", "id", "source", "locator"])


def _source(data: Any, text: str, groups: Sequence[str], needed: Sequence[str]) -> Source:
    read: Callable[..., Source]
    if isinstance(data, (str, Path)):
        read = partial(open_guess, guess_corpus(Path(data), text=text))
    else:
        names = _columns(data)
        is_table = names is not None and text not in names
        read = partial(source_from, data, MEMORY, text, modality="table" if is_table else "text")
    if needed:  # the source knows the columns of its data: let it refuse those that are missing
        read(groups=[*groups, *(name for name in dict.fromkeys(needed) if name not in groups)])
    return read(groups=list(groups)) if groups else read()


def _columns(data: Any) -> list[str] | None:
    """Names of columns; None for a list of texts."""
    if isinstance(data, (list, tuple)):
        first = next(iter(data), "")
        return [str(name) for name in first] if isinstance(first, dict) else None
    names = getattr(data, "column_names", None)
    if names is None:
        names = getattr(data, "columns", None)
    if names is None:
        raise InputError(
            f"cannot audit {type(data).__name__}; give a Corpus, a path, a DataFrame, a pyarrow.Table, a "
            "datasets.Dataset, or a list of texts or of dicts"
        )
    return [str(name) for name in names]


def _row(document: dict[str, Any]) -> dict[str, Any]:
    locator = document["attributes"].get("locator", "")
    place = locator.rpartition(":")
    known = {
        "row": int(place[2]) - 1 if place[0] == MEMORY else None,
        "id": document["id"], "source": document["source"], "locator": locator,
    }  # fmt: skip
    return known | {name if name not in known else f"{name} (data)": value for name, value in _content(document)}


def _content(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "table" in document:
        yield from json.loads(document["table"]).items()
    elif "text" in document:
        yield "text", document["text"]
