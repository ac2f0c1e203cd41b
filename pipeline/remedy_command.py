"""The command remedy."""

import json as jsonlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ..core import StageReport, Table
from .progress import progress_for
from .remedy import Remedy, apply, propose
from .show import counted
from .terminal import terminal

SOURCES, SHOWN = 8, 12


def remedy(
    folder: Path, code: str, action: str | None, weight: float, out: Path | None, *, dry_run: bool, json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Say what a remedy would do, or do it and say what became of the finding."""
    console = terminal(err=True, quiet=quiet or json)
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
    if not quiet:
        typer.echo("\n".join(outcome_lines(report)))
    typer.echo(str(place / "report.html"))


def proposal_lines(proposed: Remedy) -> Iterator[str]:
    """What would be done to which documents."""
    yield f"{proposed.finding.code}  {proposed.finding.title}"
    done = {key: number for key, number in proposed.to_json()["documents"].items() if number}
    what = ", ".join(f"{counted(number, 'document')} {key}" for key, number in done.items())
    if proposed.cap:
        what = f"at most {counted(proposed.cap, 'document')} of each source; behind the finding stand"
    yield f"action {proposed.action}: {what}"
    for source, number in list(proposed.sources.items())[:SOURCES]:
        yield f"  {number:>6,}  {source}"
    if len(proposed.sources) > SOURCES:
        yield f"  and {counted(len(proposed.sources) - SOURCES, 'more source')}"
    yield from (f"note: {note}" for note in proposed.notes)


def outcome_lines(report: StageReport) -> Iterator[str]:
    """What became of the finding: its scores before and after, and the other scores that are shown to have changed."""
    (told,) = report.findings
    yield told.title
    yield told.meaning
    tables = {table.name: table.rows for table in report.exhibits if isinstance(table, Table)}
    for row in tables.get("remedy-finding", ()):
        yield _change(row)
    decided = [row for row in tables.get("remedy-cost", ()) if str(row[8]).endswith("after")]
    for row in decided[:SHOWN]:
        yield _change(row)
    if len(decided) > SHOWN:
        yield f"  and {len(decided) - SHOWN} more scores that changed; the report has them all"
    yield told.advice


def _change(row: Any) -> str:
    metric, place, before, after, difference, low, high, p, verdict, items = row
    name = f"{metric} {place}".rstrip()
    words = f"  {name}: {_number(before)} before, {_number(after)} after"
    if difference is None:
        return words
    sure = (
        f"; {_number(difference)} less ({_number(low)} to {_number(high)}) on {items} items" if low is not None else ""
    )
    return f"{words}{sure}, {verdict}" + (f", p {p:.2g}" if p is not None else "")


def _number(value: float | None) -> str:
    return "no such score" if value is None else f"{value:.4g}"
