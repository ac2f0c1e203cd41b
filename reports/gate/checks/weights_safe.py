"""Whether the weights lie in files that cannot run code, and are named in the manifest with their hash."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "weights-safe"
SAFE = frozenset({".safetensors", ".gguf", ".json", ".parquet", ".txt", ".model", ".jinja"})
WEIGHTS = (".safetensors", ".gguf")
METHOD = f"every file of the checkpoint: {', '.join(sorted(SAFE))} hold data only"


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.7-001, MG-3.2-002; CVE-2025-32434")
def weights_safe(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the checkpoint's files in formats that hold data only, and of the weights that the manifest names."""
    found: list[Measurement] = []
    for track in run.tracks():
        files = sorted(_files(run.folder / track / "checkpoint"))
        if not files:
            continue
        where = {"track": track} if track else {}
        safe = sum(path.suffix.lower() in SAFE for path in files)
        found.append(share(NAME, safe, len(files), METHOD, "files", of="format", **where))
        weights = [path for path in files if path.suffix.lower() in WEIGHTS or path.suffix.lower() not in SAFE]
        if not weights:
            found.append(NotMeasured(NAME, "the checkpoint holds no weights", {"of": "hash", **where}))
            continue
        named = sum(path.relative_to(run.folder).as_posix() in run.manifest.files for path in weights)
        found.append(share(NAME, named, len(weights), "weights named in manifest.json", "files", of="hash", **where))
    return found or [NotMeasured(NAME, "the run has no checkpoint: its model was not trained here")]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else iter(())
