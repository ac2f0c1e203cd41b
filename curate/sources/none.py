"""No corpus: for evaluations that score files of finished answers, and need no document."""

from collections.abc import Iterator

import pyarrow as pa

from ...core import Progress, sha256
from ..base import SOURCES, Reject, Source

NAME = "none"


@SOURCES.register(NAME)
def none() -> Source:
    """No documents: for metrics that score a file of finished answers."""
    return NoDocuments()


class NoDocuments:
    """The source: it yields nothing. A run of it curates and audits nothing and goes on to its metrics."""

    name = NAME
    modality = "text"

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Nothing."""
        return iter(())

    def fingerprint(self) -> str:
        """Always the same."""
        return sha256(NAME.encode())
