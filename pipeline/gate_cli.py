"""Commands of the gate: check."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, Run, app

Time = Annotated[str | None, typer.Option("--time", help="The time to judge at, in ISO 8601 [default: now].")]


@app.command()
def check(
    run: Run,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="A pack or a policy file [default: the run's own].")
    ] = None,
    time: Time = None,
    again: Annotated[bool, typer.Option("--again", help="Judge a signed run again; that voids its sign-off.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge a run by a policy: a checklist, and an exit code that a pipeline can act on."""
    from . import check_command

    check_command.check(Path(run), policy, time, json=json, quiet=quiet, again=again)
