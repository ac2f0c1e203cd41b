"""The run that a test session is about; set by the pytest plugin, asked by ``headwater.check``."""

from contextvars import ContextVar
from pathlib import Path

CURRENT: ContextVar[Path | None] = ContextVar("headwater_run", default=None)
