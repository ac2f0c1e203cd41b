"""Commands of the viewer: serve."""

from pathlib import Path
from typing import Annotated

import typer

from .app import app


@app.command()
def serve(
    root: Annotated[Path, typer.Argument(help="The folder that holds run folders.")] = Path("runs"),
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any free one.")] = 8800,
    host: Annotated[str, typer.Option("--host", help="Another address lets others in.")] = "127.0.0.1",
    language: Annotated[str, typer.Option("--language", help="Of the pages' own words: en, de.")] = "en",
) -> None:
    """Look at runs in a browser: list, compare, trends, reports, and where a sentence comes from. It only reads."""
    from . import viewer_command

    viewer_command.serve(root, host, port, language)
