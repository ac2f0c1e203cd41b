"""Corpora whose documents have known groups and labels."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SCHEMAS, Corpus, CorpusWriter, document_id, record_batch, text_record

Make = Callable[..., Corpus]


@pytest.fixture
def corpus_of(tmp_path: Path) -> Make:
    """``corpus_of(rows)``: a corpus of texts, one a dict; the key ``source`` is the source, others are attributes."""

    def make(rows: Sequence[dict[str, Any]], name: str = "corpus") -> Corpus:
        records = [
            text_record(f"Text number {number}.", f"t:{number}", row.get("source", "t"), attributes=row)
            for number, row in enumerate(rows)
        ]
        with CorpusWriter(tmp_path / name, shard_rows=40) as writer:
            writer.write(record_batch(records))
        return Corpus(tmp_path / name)

    return make


@pytest.fixture
def records_of(tmp_path: Path) -> Make:
    """``records_of(modality, groups, contents)``: a corpus of images or table rows with groups."""

    def make(modality: str, groups: Sequence[dict[str, str]], contents: Sequence[Any]) -> Corpus:
        records = [
            {
                "id": document_id(str(content).encode(), str(number)),
                modality: content,
                "source": "t",
                "groups": sorted(group.items()),
                "attributes": [],
            }
            for number, (group, content) in enumerate(zip(groups, contents, strict=True))
        ]
        with CorpusWriter(tmp_path / modality, SCHEMAS[modality]) as writer:
            writer.write(record_batch(records, SCHEMAS[modality]))
        return Corpus(tmp_path / modality)

    return make
