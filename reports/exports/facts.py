"""Facts of a run and its governance section that several formats ask for."""

import re
from collections.abc import Mapping
from typing import Any

from ...core import Table
from ..run import Track
from .base import ExportedRun
from .texts import declared

HASH = re.compile(r"[0-9a-f]{64}")


def stated(exported: ExportedRun, part: str, key: str) -> tuple[str, ...]:
    """What the config's section ``governance`` says of a fact; nothing where it does not."""
    section = exported.governance.get(part)
    value = section.get(key) if isinstance(section, Mapping) else None
    values = value if isinstance(value, list | tuple) else () if value is None else (value,)
    return tuple(declared(str(one)) for one in values if str(one).strip())


def one_stated(exported: ExportedRun, part: str, key: str) -> str:
    """The same as one text."""
    return ", ".join(stated(exported, part, key))


def file_hash(exported: ExportedRun, track: Track, name: str) -> str:
    """SHA-256 of a file of a track, as the manifest has it; empty where there is none."""
    found = exported.manifest.files.get(f"{track.name}/{name}" if track.name else name, "")
    return found if HASH.fullmatch(found) else ""


def licences(track: Track) -> list[str]:
    """Licences of the corpus, the one of most documents first."""
    tables = {
        exhibit.name: exhibit
        for stage in ("curation", "audit")
        if stage in track.stages
        for exhibit in track.stages[stage].exhibits
        if isinstance(exhibit, Table)
    }
    table = tables.get("composition-licence") or tables.get("removal-by-licence") or tables.get("licences")
    return [str(row[0]) for row in table.rows if row and row[0] is not None] if table else []


def detail(track: Track, *keys: str) -> Any:
    """A value in the detail of the training report; None where it is not there."""
    value: Any = track.stages["training"].detail if "training" in track.stages else None
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def configured(exported: ExportedRun, track: Track, *keys: str) -> str:
    """A value of the track's configuration as text; empty where it is not there."""
    value: Any = exported.config.get(track.name) if track.name else exported.config
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return declared(str(value), 300) if isinstance(value, str | int) else ""
