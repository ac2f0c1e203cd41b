"""The commands on the record of a run: erase, diff, replay."""

import json as jsonlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from ..core import IntegrityError, StageReport, Table, UsageError, write_text
from ..curate import erasure
from .cells import MOST_ROWS, cell_text, rich_table
from .commands import resolve
from .diff_report import diff as diff_report
from .diff_report import markdown
from .dry_run import dry_run
from .erase import erase as erase_run
from .progress import progress_for
from .replay import Replay
from .replay import check as check_files
from .replay import replay as replay_run
from .show_scores import score_lines
from .terminal import terminal

SCORES = "diff-scores"


def erase(
    target: Path, ids: Sequence[str], match: Sequence[str], match_file: Path | None, hashes: Path | None,
    out: Path | None, key: Path | None, time: str | None, *, copies: bool, dry_run: bool, json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Erase, and print what was found and where the release lies; ids go to standard output only."""
    wanted = erasure.request(ids, match, hashes, match_file)
    target = target.absolute()
    release = out or target.with_name(f"{target.name}-erased")
    key = key or erasure.default_key(release / erasure.LIST)
    console = terminal(err=True, quiet=quiet or json)
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


def diff(a: Path, b: Path, to: Path | None, html: Path | None, *, json: bool, quiet: bool) -> None:
    """Compare, and print the tables on standard output; with ``html`` also pair the scores, and lay out a page."""
    progress = progress_for(terminal(err=True, quiet=quiet or json))
    if html is None:
        report = diff_report(a, b, progress)
    else:
        from ..reports import build_difference
        from .diff_page import difference_report

        report = difference_report(a, b, progress=progress)
        build_difference(report, html, title=f"What changed: {a.name} and {b.name}")
    if to is not None:
        write_text(to, markdown(report))
    if json:
        typer.echo(jsonlib.dumps(report.to_json(), indent=1, ensure_ascii=False))
    elif not quiet:
        print_report(terminal(), report)


def compare(
    runs: Sequence[Path], against: Sequence[Path], html: Path | None, seed: int, *, json: bool, quiet: bool
) -> None:
    """Compare evaluations, and print the verdicts on standard output."""
    from ..reports import build_comparison
    from .compare import comparison_report

    if not against and len(runs) != 2:
        raise UsageError(f"compare takes two runs, or several with --against; {len(runs)} given and no --against")
    a, b = (runs, against) if against else (runs[:1], runs[1:])
    report = comparison_report(a, b, seed)
    if html is not None:
        names = (" + ".join(folder.name for folder in side) for side in (a, b))
        build_comparison(report, html, title=f"Comparison: {' against '.join(names)}")
    if json:
        typer.echo(jsonlib.dumps(report.to_json(), indent=1, ensure_ascii=False))
    elif not quiet:
        print_report(terminal(), report)


def dry(target: Path, out: Path | None, until: str, rows: int, *, workers: int | None, json: bool, quiet: bool) -> None:
    """Print what a run would do; nothing is written."""
    config, folder = resolve(target, out)
    if workers is not None:
        config = config.model_copy(update={"workers": workers})
    report = dry_run(config, folder, until, rows, progress_for(terminal(err=True, quiet=quiet or json)))
    if json:
        typer.echo(jsonlib.dumps(report.to_json(), indent=1, ensure_ascii=False))
        return
    for name, value in report.facts.items():
        typer.echo(f"{name}: {cell_text(value)}")
    print_report(terminal(), report)


def replay(folder: Path, only_check: bool, *, workers: int | None, json: bool, quiet: bool) -> None:
    """Check or repeat a run, say what differs, and end with code 4 where anything does."""
    console = terminal(err=True, quiet=quiet or json)
    progress = progress_for(console)
    if only_check:
        number, wrong = check_files(folder, progress)
        values: dict[str, Any] = {"checked": number, "same": not wrong, "files": [asdict(entry) for entry in wrong]}
        lines = [entry.line for entry in wrong]
        end = f"{number:,} files are what the manifests say"
    else:
        replays = replay_run(folder, workers=workers, progress=progress)
        values = {"same": all(entry.same for entry in replays), "tracks": [entry.to_json() for entry in replays]}
        lines = [line for entry in replays for line in _replay_lines(entry)]
        end = f"{sum(entry.compared for entry in replays):,} files came out with the same bytes"
    if json:
        typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False))
    for line in lines if not json else ():
        typer.echo(line, err=True)
    if not values["same"]:
        wanted = "restore the file, or make the stage again" if only_check else "the lines above say what has changed"
        raise IntegrityError(f"{folder}: {_first(values)}; {wanted}")
    if not (json or quiet):
        typer.echo(end)


def _replay_lines(entry: Replay) -> Iterator[str]:
    yield from (difference.line for difference in entry.files[:MOST_ROWS])
    if entry.files and not entry.inputs:
        yield "code, versions, source, steps and seed are what they were: the files were altered, or a step is not pure"
    yield from (difference.line for difference in entry.inputs)


def _first(values: dict[str, Any]) -> str:
    files = values.get("files") or [file for track in values["tracks"] for file in track["files"]]
    more = f" and {len(files) - 1:,} more files are" if len(files) > 1 else " is"
    return f"{files[0]['name']}{more} not what was recorded"


def print_report(console: Console, report: StageReport) -> None:
    """The tables of a report and its findings."""
    for exhibit in report.exhibits:
        if isinstance(exhibit, Table) and exhibit.rows:
            console.print(f"\n{exhibit.title}", style="bold", markup=False)
            if exhibit.name.endswith(SCORES):
                console.print("\n".join(score_lines(exhibit)), markup=False)
            else:
                console.print(rich_table(exhibit))
    for finding in report.findings:
        console.print(f"{finding.severity:<7} {finding.code}  {finding.title}", markup=False)
