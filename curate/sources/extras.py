"""Libraries that only some sources need."""

from importlib import metadata

from ...core import UsageError


def require(distribution: str, source: str, extra: str = "documents") -> str:
    """The installed version of a library, or :class:`UsageError` with how to get it."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        raise UsageError(
            f"source {source!r} needs {distribution}, which is not installed: pip install 'headwater[{extra}]'"
        ) from None
