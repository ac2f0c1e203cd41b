"""``headwater check``: judge, print the checklist, end with the code of the gate."""

import json as jsonlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from ..core import UsageError
from ..reports import Evidence, exit_code, load_policy, refuse_signed
from .clock import read_time
from .config import load_config
from .gate import judge_run
from .stages import locked


def check(folder: Path, policy: str | None, time: str | None, *, json: bool, quiet: bool, again: bool = False) -> None:
    """Judge a run folder, lay its report out again, and exit with the code of the gate."""
    if not again:
        refuse_signed(folder, "judging it again (which --again does)")
    own = load_config(folder / "config.yaml").policy
    name = policy or own
    if name is None:
        raise UsageError(f"{folder}: its config names no policy; give one with --policy, such as genai-baseline")
    with locked(folder):
        found = judge_run(folder, load_policy(name), read_time(time))
    if json:
        typer.echo(jsonlib.dumps([one.to_json() for one in found], indent=1, ensure_ascii=False))
    elif not quiet:
        for line in checklist_lines(found):
            typer.echo(line)
    lay_out_quietly(folder)
    code = exit_code(one.status for one in found if one.blocking)
    if code:
        raise typer.Exit(code)


def checklist_lines(evidence: Sequence[Evidence]) -> Iterable[str]:
    """The checklist as lines of text."""
    for one in evidence:
        yield f"{one.status:<13} {one.control:<5} {one.title}: {one.reason}"


def lay_out_quietly(folder: Path) -> None:
    """Lay the report out again, so that the page shows the judgement."""
    from .run import make_report

    make_report(load_config(folder / "config.yaml"), folder)
