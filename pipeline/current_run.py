"""The run that a test session is about; set by the pytest plugin, asked by ``headwater.check``."""

from contextvars import ContextVar
from pathlib import Path

CURRENT: ContextVar[Path | None] = ContextVar("headwater_run", default=None)
IN_TEST: ContextVar[bool] = ContextVar("headwater_in_test", default=False)
"""Whether a test runs: there a shut gate fails it, whatever run was named, for nobody looks at what is returned."""
