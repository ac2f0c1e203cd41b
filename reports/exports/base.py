"""What an exporter is: a function from a finished run to the text of one file in a format that others read.

It is registered with the file's name and the format's source, as in
``@EXPORTERS.register("sarif", file="headwater.sarif", source="OASIS SARIF 2.1.0")``. It computes nothing: every number
comes from stage reports or evidence. What only a person knows comes from ``governance``, and is shown as missing where
it is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ...core import IncompleteError, InputError, Manifest, Registry
from ..gate import latest
from ..ledger import read_ledger
from ..run import Run, read_run

TRACKS = ("", "images")


@dataclass(frozen=True)
class ExportedRun:
    """A finished run folder. ``run`` holds stage reports, the newest evidence and the ledger."""

    folder: Path
    run: Run
    manifest: Manifest
    config: Mapping[str, Any]
    governance: Mapping[str, Any] = field(default_factory=dict)


Exporter = Callable[[ExportedRun], str]
EXPORTERS: Registry[Exporter] = Registry("exporter", "headwater.exporters")


def open_exported(folder: Path) -> ExportedRun:
    """Read a finished run. Raises :class:`InputError`, :class:`IncompleteError` or :class:`IntegrityError`."""
    if not (folder / "config.yaml").is_file():
        raise InputError(f"{folder}: not a run folder (no config.yaml); 'headwater run CONFIG --out DIR' makes one")
    if not (folder / "manifest.json").is_file():
        raise IncompleteError(f"{folder}: the run has not come to its end; 'headwater run {folder}' goes on with it")
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    run = read_run(folder, config.get("title") or "headwater report", {}, {}, TRACKS)
    judged = Run(run.title, run.tracks, evidence=latest(folder), ledger=tuple(read_ledger(folder)))
    return ExportedRun(folder, judged, Manifest.load(folder), config, config.get("governance") or {})
