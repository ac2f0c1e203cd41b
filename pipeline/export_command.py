"""``headwater export``: a finished run in the formats of others."""

import json as jsonlib
from collections.abc import Sequence
from pathlib import Path

import typer

from ..core import UsageError, write_text
from ..reports import EXPORTERS, open_exported


def export(folder: Path, formats: Sequence[str], out: Path | None, *, json: bool, quiet: bool) -> None:
    """Write each format into ``out`` and print the paths; ``-`` prints the text of a single one instead."""
    names = list(dict.fromkeys(formats)) or EXPORTERS.names()
    exporters = {name: EXPORTERS.get(name) for name in names}
    run = open_exported(folder)
    if out == Path("-"):
        if len(names) != 1:
            raise UsageError("--out - prints one format; name it with --format")
        typer.echo(exporters[names[0]](run), nl=False)
        return
    target = out or folder / "exports"
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target}: a file stands there; --out takes a folder, into which each format writes its file")
    written = {}
    for name, exporter in exporters.items():
        path = target / EXPORTERS.describe(name).facts.get("file", f"{name}.txt")
        write_text(path, exporter(run))
        written[name] = str(path)
    if json:
        typer.echo(jsonlib.dumps(written, indent=1))
    elif not quiet:
        typer.echo("\n".join(written.values()))
