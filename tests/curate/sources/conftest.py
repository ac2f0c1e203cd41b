"""Reading a whole source in a test."""

from collections.abc import Callable
from typing import Any

import pytest

from headwater.core import SCHEMAS, SILENT
from headwater.curate import Rejected, Source

Read = Callable[[Source], tuple[list[dict[str, Any]], list[Rejected]]]


@pytest.fixture
def read() -> Read:
    """Every row (maps as dicts) and every rejected row of a source."""

    def _read(source: Source) -> tuple[list[dict[str, Any]], list[Rejected]]:
        rejected: list[Rejected] = []
        rows: list[dict[str, Any]] = []
        for batch in source.batches(rejected.append, SILENT):
            assert batch.schema.equals(SCHEMAS[source.modality])
            rows += batch.to_pylist()
        return [row | {"groups": dict(row["groups"]), "attributes": dict(row["attributes"])} for row in rows], rejected

    return _read
