"""The commands on the record of a run: erase, diff, replay."""

import json as jsonlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table as RichTable

from ..core import StageReport, Table
from ..curate import erasure
from .erase import erase as erase_run
from .progress import progress_for

MOST_ROWS = 40


def erase(
    target: Path, ids: Sequence[str], match: Sequence[str], match_file: Path | None, hashes: Path | None,
    out: Path | None, key: Path | None, time: str | None, *, copies: bool, dry_run: bool, json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Erase, and print what was found and where the release lies; ids go to standard output only."""
    wanted = erasure.request(ids, match, hashes, match_file)
    target = target.absolute()
    release = out or target.with_name(f"{target.name}-erased")
    key = key or erasure.default_key(release / erasure.LIST)
    console = Console(stderr=True, highlight=False, quiet=quiet or json)
    stamp = time or datetime.now(UTC).isoformat(timespec="seconds")
    report, found = erase_run(
        target, wanted, release, key, time=stamp, copies=copies, dry_run=dry_run, progress=progress_for(console)
    )
    place = None if dry_run else str(release)
    if json:
        values = {"release": place, "key": str(key), "ids": sorted(found), **report.to_json()}
        typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False))
        return
    print_report(console, report)
    if place and not quiet:
        console.print(f"key of the list: {key}; keep it apart from the release", markup=False)
    typer.echo(place or "nothing was written (--dry-run)")


def print_report(console: Console, report: StageReport) -> None:
    """The tables of a report and its findings."""
    for exhibit in report.exhibits:
        if isinstance(exhibit, Table) and exhibit.rows:
            console.print(f"\n{exhibit.title}", style="bold", markup=False)
            console.print(rich_table(exhibit))
    for finding in report.findings:
        console.print(f"{finding.severity:<7} {finding.code}  {finding.title}", markup=False)


def rich_table(table: Table) -> RichTable:
    """A table for a terminal, its first rows."""
    shown = RichTable(*table.columns, box=None, header_style="bold", pad_edge=False)
    for row in table.rows[:MOST_ROWS]:
        shown.add_row(*(_cell(cell) for cell in row))
    if len(table.rows) > MOST_ROWS:
        shown.add_row(f"and {len(table.rows) - MOST_ROWS:,} more")
    return shown


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return ""
    shown = f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else value
    return shown.replace("[", "\\[")
