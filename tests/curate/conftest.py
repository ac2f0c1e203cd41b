"""A source that holds what a test gives it, and small corpora on disk."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import (
    SCHEMAS,
    TABLE_SCHEMA,
    Corpus,
    CorpusWriter,
    Progress,
    canonical_json,
    record_batch,
    sha256,
    text_record,
)
from headwater.curate import Rejected

MakeCorpus = Callable[..., Corpus]


@dataclass
class FakeSource:
    """Yields ``rows`` in batches of ``batch`` rows; ``rejected`` go out before the first one."""

    rows: Sequence[dict[str, Any]]
    rejected: Sequence[Rejected] = ()
    batch: int = 100
    modality: str = "text"
    name: str = "fake"
    read: int = field(default=0, compare=False)

    def batches(self, reject: Callable[[Rejected], None], progress: Progress) -> Iterator[pa.RecordBatch]:
        self.read += 1
        for rejected in self.rejected:
            reject(rejected)
        for start in range(0, len(self.rows), self.batch):
            yield record_batch(self.rows[start : start + self.batch], SCHEMAS[self.modality])

    def fingerprint(self) -> str:
        return sha256(canonical_json([str(self.rows), str(self.rejected)]))


def rows_of(texts: Sequence[str], **fields: Any) -> list[dict[str, Any]]:
    """One text record for each text."""
    return [text_record(text, f"fake.txt:{line}", "fake.txt", **fields) for line, text in enumerate(texts, 1)]


@pytest.fixture
def source() -> Callable[..., FakeSource]:
    """``source(texts, rejected=..., batch=..., licence=...)``: a source of these texts."""

    def make(texts: Sequence[str], rejected: Sequence[Rejected] = (), batch: int = 100, **fields: Any) -> FakeSource:
        return FakeSource(rows_of(texts, **fields), rejected, batch)

    return make


@pytest.fixture
def batch_of() -> Callable[..., pa.RecordBatch]:
    """``batch_of(texts, licence=...)``: a record batch of these texts."""
    return lambda texts, **fields: record_batch(rows_of(texts, **fields))


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
