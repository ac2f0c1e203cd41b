"""Commands that hand a run to others: export."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, Run, app


@app.command()
def export(
    run: Run,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help="A format of 'headwater list exporter'; repeatable [default: all]."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder [default: RUN/exports]; - prints.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a run in formats that other tools read: cards, SARIF, JUnit, CycloneDX, Croissant and more."""
    from . import export_command

    export_command.export(run, formats or [], out, json=json, quiet=quiet)
