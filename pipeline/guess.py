"""Which source fits a file or folder, by its name and what lies in it."""

from pathlib import Path
from typing import Any

from ..core import MANIFEST, InputError

BY_SUFFIX = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "text",
    ".md": "text",
    ".png": "image-folder",
    ".jpg": "image-folder",
    ".jpeg": "image-folder",
}


def guess_source(path: Path) -> dict[str, Any]:
    """The ``corpus`` section for a path. Raises :class:`InputError` where nothing fits."""
    if path.is_file():
        return {"source": _of_file(path), "path": str(path)}
    if (path / MANIFEST).is_file() and (path / "part-00000.parquet").is_file():
        return {"source": "parquet", "path": str(path / "part-*.parquet")}
    if (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file():
        return {"source": "datasets", "path": str(path)}
    for file in sorted(path.rglob("*")):
        kind = BY_SUFFIX.get(_suffix(file))
        if file.is_file() and kind in ("text", "image-folder"):
            return {"source": kind, "path": str(path)}
        if file.is_file() and kind:
            return {"source": kind, "path": str(path / f"*{''.join(file.suffixes)}")}
    raise InputError(f"{path}: no file of a known kind in this folder; name the source in a config ('headwater init')")


def _of_file(path: Path) -> str:
    kind = BY_SUFFIX.get(_suffix(path))
    if kind is None:
        raise InputError(
            f"{path}: cannot tell the kind of data from its name; "
            f"known endings: {', '.join(BY_SUFFIX)} (text also with .gz, .zst)"
        )
    return kind


def _suffix(path: Path) -> str:
    name = path.name.lower()
    for packed in (".gz", ".zst"):
        name = name.removesuffix(packed)
    return Path(name).suffix
