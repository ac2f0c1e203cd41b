"""Files that a config names stand beside the config: relative paths become absolute when it is read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILES = frozenset({"path", "folder", "suites", "robots", "erased"})
PERHAPS_FILES = frozenset({"model", "key", "lists"})  # else the name of something built in


def with_absolute_paths(values: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The values of a config with the paths of its corpus, steps, audits and image track made absolute."""
    result = dict(values)
    for key in ("corpus", "curate", "audit", "erased"):
        if key in result:
            result[key] = _absolute(result[key], base, key)
    if isinstance(result.get("images"), Mapping):
        result["images"] = with_absolute_paths(result["images"], base)
    return result


def _absolute(value: Any, base: Path, key: str) -> Any:
    """A value below an option: strings and lists of strings under the option of a file are paths; URLs stay."""
    if isinstance(value, Mapping):
        inherited = key if key in ("suites", "robots") else ""
        return {name: _absolute(part, base, inherited or str(name)) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_absolute(part, base, key) for part in value]
    return _path(value, base, key) if isinstance(value, str) and "://" not in value else value


def _path(value: str, base: Path, key: str) -> str:
    path = (base / value).absolute()
    named = key in FILES or key.endswith(("_path", "_file"))
    return str(path) if named or (key in PERHAPS_FILES and path.exists()) else value
