"""``headwater check`` and ``headwater attest``: judge, print the checklist, end with the code of the gate."""

import json as jsonlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.text import Text

from ..core import UsageError, did_you_mean
from ..reports import (
    Attestation,
    Judgement,
    Policy,
    Said,
    add_said,
    append_entry,
    is_signed,
    load_policy,
    read_ledger,
    read_said,
    refuse_signed,
    require_run,
    with_said,
)
from .clock import read_time
from .config import load_config
from .gate import judged, keep
from .stages import locked
from .terminal import terminal

PIPED = 100
"""Columns of a checklist that goes to a file or a log."""
TONES = {
    "fail": "bold red",
    "broken": "bold red",
    "stale": "bold magenta",
    "not_measured": "bold yellow",
    "incomplete": "bold yellow",
    "inconclusive": "yellow",
    "warn": "yellow",
    "waived": "cyan",
    "pass": "green",
    "title": "bold underline",
}


def check(
    folder: Path, policy: str | None, waivers: Sequence[Path], attestations: Sequence[Path], time: str | None, *,
    json: bool, quiet: bool, again: bool = False,
) -> None:  # fmt: skip
    """Judge a run folder, lay its report out again, and exit with the code of the gate."""
    if not again:
        refuse_signed(folder, "judging it again", "--again does so all the same, and somebody has to sign anew")
    chosen = policy_of(folder, policy)
    said = [read_said(path) for path in (*waivers, *attestations)]
    now = read_time(time)
    with locked(folder):
        _remember(folder, chosen, said, now.isoformat())
        judgement = keep(folder, chosen, judged(folder, chosen, now))
    if not judgement.is_broken:
        lay_out_quietly(folder)  # first: what reads the checklist may close the pipe
    if json:
        typer.echo(jsonlib.dumps(judgement.to_json(), indent=1, ensure_ascii=False))
    elif not quiet:
        show(judgement)
    if judgement.exit_code:
        raise typer.Exit(judgement.exit_code)


def policy_of(folder: Path, name: str | None) -> Policy:
    """The policy that is asked for, or the run's own. Raises :class:`UsageError` where there is none."""
    require_run(folder)
    chosen = name or load_config(folder / "config.yaml").policy
    if chosen is None:
        raise UsageError(f"{folder}: its config names no policy; give one with --policy, such as genai-baseline")
    return load_policy(chosen)


def show(judgement: Judgement) -> None:
    """Print the checklist, in colours where it goes to a terminal."""
    console = terminal()
    for line in judgement.lines(console.width if console.is_terminal else PIPED):
        console.print(Text(line.text, TONES.get(line.tone, "")), soft_wrap=True)


SIGNED_ALREADY = (
    "this run is signed: it counts from 'headwater check --again' on, which voids the sign-off; "
    "then somebody has to sign anew"
)


def attest(
    folder: Path, control: str, policy: str | None, time: str | None, values: dict[str, Any], json: bool
) -> None:
    """Write down with the run what a person says of a control, and say so in the ledger."""
    chosen, now = policy_of(folder, policy), read_time(time)
    made = attestation(control, values, now.date())
    known = [one.id for one in chosen.controls if one.kind != "automatic"]
    if made.control not in known:
        measured = made.control in {one.id for one in chosen.controls}
        why = "is measured, and needs no attestation" if measured else "is none of the policy's"
        hint = did_you_mean(made.control, known)
        raise UsageError(f"{made.control} {why} ({chosen.name}); {hint}it can be one of {', '.join(known) or 'none'}")
    with locked(folder):
        new = _remember(folder, chosen, [Said(attestations=(made,))], now.isoformat()).attestations
    if json:
        return typer.echo(jsonlib.dumps(made.model_dump(mode="json"), indent=1, ensure_ascii=False))
    typer.echo(f"{made.control} attested until {made.expires}" if new else f"{made.control} was attested so already")
    typer.echo(SIGNED_ALREADY if is_signed(folder) else "it counts from the next 'headwater check' on")


def attestation(control: str, values: dict[str, Any], today: date) -> Attestation:
    """An attestation of today, for a year where nothing else is said; a wrong value is a :class:`UsageError`."""
    begun = values.get("date") or today.isoformat()
    given = {**values, "control": control, "date": begun, "expires": values.get("expires") or _year_after(begun)}
    try:
        return Attestation.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"--{place}: {message}" if place else message) from None


def _year_after(begun: str) -> str:
    try:
        day = date.fromisoformat(begun)
    except ValueError:
        raise UsageError(f"--date: {begun!r} is not a day; write 2026-11-30") from None
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day).isoformat()


def _remember(folder: Path, policy: Policy, said: Sequence[Said], time: str) -> Said:
    """Keep waivers and attestations with the run; each new one is an entry of the ledger."""
    waivers = [one for file in said for one in file.waivers]
    attestations = [one for file in said for one in file.attestations]
    with_said(policy, waivers, attestations)
    if not waivers and not attestations:
        return Said()
    list(read_ledger(folder))  # a broken chain gets nothing added: neither entry nor file
    new = add_said(folder, waivers, attestations)
    for event, rows in (("waived", new.waivers), ("attested", new.attestations)):
        for one in rows:
            append_entry(folder, event, time, "", **one.model_dump(mode="json"))
    return new


def lay_out_quietly(folder: Path) -> None:
    """Lay the report out again, so that the page shows the judgement."""
    from .run import make_report

    make_report(load_config(folder / "config.yaml"), folder)
