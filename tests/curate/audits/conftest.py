"""Small corpora on disk for the audits."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.core import Corpus, CorpusWriter, record_batch, text_record

MakeCorpus = Callable[..., Corpus]


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    def make(texts: Sequence[str], name: str = "corpus", **columns: Sequence[Any]) -> Corpus:
        """One document a text; ``columns`` gives source, licence, groups ... of each."""
        rows = []
        for number, text in enumerate(texts):
            fields = {key: values[number] for key, values in columns.items()}
            rows.append(text_record(text, f"{name}:{number}", fields.pop("source", "made"), **fields))
        with CorpusWriter(tmp_path / name) as writer:
            writer.write(record_batch(rows))
        return Corpus(tmp_path / name)

    return make
