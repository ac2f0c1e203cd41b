"""Which source fits a file or folder that a command was given: what curate says of it."""

from ..curate import guess_source

__all__ = ["guess_source"]
