"""What models that make no rows of a table answer to whoever asks for some."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ..core import UsageError


class NoRows(ABC):
    """The part of the protocol of checkpoints that only models of tables fill."""

    @abstractmethod
    def _cannot(self, what: str) -> UsageError:
        """The error that says what this model cannot do."""

    def sample_records(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Any] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> list[dict[str, Any]]:
        """Models of tables only."""
        raise self._cannot("make rows of a table")

    def sample_rows(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Any] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> pa.Table:
        """Models of tables only."""
        raise self._cannot("make rows of a table")
