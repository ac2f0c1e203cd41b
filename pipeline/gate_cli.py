"""Commands of the gate: check, attest."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, Run, app

Time = Annotated[str | None, typer.Option("--time", help="The time to judge at, in ISO 8601 [default: now].")]
Policy = Annotated[str | None, typer.Option("--policy", "-p", help="A pack or a policy file [default: the run's own].")]
Control = Annotated[str, typer.Argument(help="The id of the control: H15, or a reviewed one such as D10.")]


@app.command()
def check(
    run: Run,
    policy: Policy = None,
    waivers: Annotated[
        list[Path] | None, typer.Option("--waivers", help="A file of waivers, kept with the run; repeatable.")
    ] = None,
    attestations: Annotated[
        list[Path] | None, typer.Option("--attestations", help="A file of attestations, kept with the run; repeatable.")
    ] = None,
    time: Time = None,
    again: Annotated[bool, typer.Option("--again", help="Judge a signed run again; that voids its sign-off.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge a run by a policy: a checklist, and an exit code that a pipeline can act on."""
    from . import check_command

    check_command.check(Path(run), policy, waivers or [], attestations or [], time, json=json, quiet=quiet, again=again)


@app.command()
def attest(
    run: Run,
    control: Control,
    person: Annotated[str, typer.Option("--person", help="Who says so.")],
    role: Annotated[str, typer.Option("--role", help="In which role.")],
    statement: Annotated[str, typer.Option("--statement", help="What is attested.")],
    evidence: Annotated[str, typer.Option("--evidence", help="Where the proof lies: a link, a document's name.")],
    date: Annotated[str | None, typer.Option("--date", help="The day of the statement [default: today].")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="Its last day [default: a year later].")] = None,
    policy: Policy = None,
    time: Time = None,
    json: Json = False,
) -> None:
    """Write down what a person says of a control that no program can measure; it is shown as their word."""
    from . import check_command

    values = {"person": person, "role": role, "statement": statement, "evidence": evidence}
    check_command.attest(Path(run), control, policy, time, {**values, "date": date, "expires": expires}, json)
