"""Small corpora on disk for the audits."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.core import TABLE_SCHEMA, Corpus, CorpusWriter, record_batch, text_record

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


@pytest.fixture(scope="session")
def table_corpus() -> MakeCorpus:
    """``table_corpus(folder, rows)``: one record a row, with ids in their order."""

    def make(folder: Path, rows: Sequence[dict[str, Any]]) -> Corpus:
        records = []
        for number, row in enumerate(rows):
            record = text_record("", f"t.csv:{number}", "t.csv")
            del record["text"]
            records.append({**record, "id": f"row-{number:06d}", "table": json.dumps(row)})
        with CorpusWriter(folder, TABLE_SCHEMA) as writer:
            writer.write(record_batch(records, TABLE_SCHEMA))
        return Corpus(folder)

    return make
