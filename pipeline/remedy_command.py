"""The command remedy."""

import json as jsonlib
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from .progress import progress_for
from .record_commands import print_report
from .remedy import Remedy, apply, propose

SOURCES = 8


def remedy(
    folder: Path, code: str, action: str | None, weight: float, out: Path | None, *, dry_run: bool, json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Say what a remedy would do, or do it and say what became of the finding."""
    console = Console(stderr=True, highlight=False, quiet=quiet or json)
    progress = progress_for(console)
    proposed = propose(folder, code, action, weight=weight, progress=progress)
    if dry_run:
        values = proposed.to_json()
        typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False) if json else "\n".join(proposal_lines(proposed)))
        return
    for line in proposal_lines(proposed):
        console.print(line, markup=False)
    place = out or folder.with_name(f"{folder.name}-remedy")
    report = apply(proposed, place, progress=progress, say=lambda line: console.print(line, markup=False))
    if json:
        typer.echo(jsonlib.dumps({"folder": str(place), **report.to_json()}, indent=1, ensure_ascii=False))
        return
    print_report(Console(highlight=False, quiet=quiet), report)
    typer.echo(str(place / "report.html"))


def proposal_lines(proposed: Remedy) -> Iterator[str]:
    """What would be done to which documents."""
    yield f"{proposed.finding.code}  {proposed.finding.title}"
    done = {key: number for key, number in proposed.to_json()["documents"].items() if number}
    what = ", ".join(f"{number:,} documents {key}" for key, number in done.items())
    if proposed.cap:
        what = f"at most {proposed.cap:,} documents of each source"
    yield f"action {proposed.action}: {what}"
    for source, number in list(proposed.sources.items())[:SOURCES]:
        yield f"  {number:>6,}  {source}"
    if len(proposed.sources) > SOURCES:
        yield f"  and {len(proposed.sources) - SOURCES:,} more sources"
    yield from (f"note: {note}" for note in proposed.notes)
