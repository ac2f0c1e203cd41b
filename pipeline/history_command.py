"""What ``headwater history``, ``status`` and ``trend`` do."""

import json as jsonlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from ..core import Cell, IntegrityError, Table, UsageError, did_you_mean
from ..reports import (
    Change,
    Night,
    Standing,
    TrendLine,
    accept,
    build_trend,
    check_index,
    detect,
    exit_code_of,
    known_metrics,
    load_policy,
    open_history,
    read_journal,
    score_lines,
    standings,
    timeline,
    visible,
)
from .cells import rich_table
from .clock import read_time
from .jobs.slots import up_to_date
from .terminal import terminal

AGE = re.compile("[0-9]+ ?[hdw]")


def history(
    root: Path, last: int | None, metric: str | None, place: Sequence[str], since: str | None, *,
    rebuild: bool, json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Bring the index up to date and list runs, or a metric over them."""
    wanted = _slice(place)
    if wanted and metric is None:
        raise UsageError("--slice goes with --metric")
    start = read_time(since).isoformat(timespec="seconds") if since else ""
    done = up_to_date(root, anew=rebuild)
    journal = read_journal(root)
    with open_history(root) as connection:
        nights = timeline(connection, root, journal, last, start)
        if metric is not None and metric not in (known := known_metrics(connection)):
            raise UsageError(f"no run below {root} has a metric {metric!r}; {did_you_mean(metric, known)}")
        lines = score_lines(connection, nights, journal, metric, wanted) if metric else []
    if json:
        values = [one.to_json() for one in lines or nights] if metric is None or lines else []
        return typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False))
    if quiet:
        return
    console = terminal()
    for table in _trend_tables(lines) if metric else (_table(nights),):
        console.print(_shown(table))
    if not metric:
        damaged = f", {done.damaged} damaged" if done.damaged else ""
        listed = sum(night.kind == "run" for night in nights)
        slots = f"; {len(nights) - listed} slots without a run" if listed < len(nights) else ""
        console.print(f"{listed} of {done.runs} runs{damaged}{slots}", markup=False)


def check(root: Path, *, json: bool, quiet: bool) -> None:
    """Compare index and folders; where they differ exit 4."""
    found = check_index(root)
    if json:
        values = [{"folder": one.folder, "reason": one.reason} for one in found]
        typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False))
    elif not quiet:
        table = Table("differences", "Differences", ("folder", "what"), tuple((d.folder, d.reason) for d in found))
        if found:
            terminal().print(_shown(table))
        else:
            terminal().print("the index and the run folders agree", markup=False)
    if found:
        raise typer.Exit(IntegrityError.exit_code)


def accept_run(root: Path, run: Path, time: str | None, *, json: bool, quiet: bool) -> None:
    """Make a run the baseline of its series."""
    series = accept(root, run, read_time(time))
    if json:
        typer.echo(jsonlib.dumps({"run": str(run), "series": series}, ensure_ascii=False))
    elif not quiet:
        terminal().print(f"{run} is the baseline of {series!r} from now on", markup=False)


def detect_run(root: Path, run: Path, time: str | None, *, json: bool, quiet: bool) -> None:
    """What changed its state with a run; exit 1 where something got worse."""
    found = detect(root, run, read_time(time))
    if json:
        typer.echo(jsonlib.dumps([one.to_json() for one in found], indent=1, ensure_ascii=False))
    elif not quiet:
        table = _changes(found)
        if found:
            terminal().print(_shown(table))
        else:
            terminal().print("nothing has changed its state", markup=False)
    if any(one.alert for one in found):
        raise typer.Exit(1)


def status(
    root: Path, policy: str | None, maximum: str | None, time: str | None, *, json: bool, quiet: bool
) -> None:  # fmt: skip
    """How old the newest evidence of each series is; exits with the code of the worst."""
    now = read_time(time)
    if maximum is not None and not AGE.fullmatch(maximum):
        raise UsageError(f"--maximum-age {maximum!r} is not a span of time; write 36h, 30d or 8w")
    up_to_date(root)
    given = load_policy(policy) if policy else None
    with open_history(root) as connection:
        found = standings(connection, root, now, given, maximum)
    if json:
        typer.echo(jsonlib.dumps([one.to_json() for one in found], indent=1, ensure_ascii=False))
    elif not quiet:
        for one in found:
            for line in _standing_lines(one):
                typer.echo(visible(line))
        if not found:
            typer.echo(f"there is no run below {root}")
    code = exit_code_of(found)
    if code:
        raise typer.Exit(code)


def trend_page(
    root: Path, out: Path, metrics: Sequence[str], place: Sequence[str], last: int | None, since: str | None,
    title: str, language: str, *, json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Write the trend page."""
    start = read_time(since).isoformat(timespec="seconds") if since else ""
    up_to_date(root)
    with open_history(root) as connection:
        known = known_metrics(connection)
    for name in metrics:
        if name not in known:
            raise UsageError(f"--metric: no run below {root} has a metric {name!r}; {did_you_mean(name, known)}")
    page = build_trend(
        root, out, metrics=metrics, place=_slice(place), last=last, since=start, title=title, language=language
    )
    if json:
        typer.echo(jsonlib.dumps({"page": str(page), "bytes": page.stat().st_size}))
    elif not quiet:
        typer.echo(str(page))


def _slice(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise UsageError(f"--slice {one!r}: write NAME=VALUE")
        found[name] = value
    return found


def _table(nights: Sequence[Night]) -> Table:
    columns = ("when (UTC)", "run", "state", "findings", "headline scores", "note")
    return Table("history", "Runs", columns, tuple(map(_row, nights)))


def _row(night: Night) -> tuple[Cell, ...]:
    findings = ", ".join(f"{count} {severity}" for severity, count in night.findings.items() if count)
    scores = "; ".join(_score(one) for one in night.headline)
    changes = [f"{one.metric} {one.state}" for one in night.changes]
    notes = [night.reason, "accepted as baseline" if night.baseline else "", *changes, night.job]
    when = night.when[:16].replace("T", " ") or "no ledger"
    return when, night.folder or "-", night.state, findings, scores, "; ".join(filter(None, notes))


def _score(one: Mapping[str, Any]) -> str:
    ends = "" if one["low"] is None else f" [{one['low']:.4g}, {one['high']:.4g}]"
    return f"{one['metric']} {one['value']:.4g}{ends}"


def _trend_tables(lines: Sequence[TrendLine]) -> Iterator[Table]:
    for line in lines:
        place = " ".join(f"{key}={value}" for key, value in line.slice.items())
        title = " ".join(filter(None, (line.metric, place, f"({line.unit})" if line.unit else "", line.series)))
        columns = ("when (UTC)", "run", "value", "low", "high", "n", "note")
        yield Table("trend", title, columns, tuple(_trend_rows(line)))


def _trend_rows(line: TrendLine) -> Iterator[tuple[Cell, ...]]:
    before = ""
    for point in line.points:
        notes = [f"{change.state}" for change in line.changes if change.run and change.run == point.folder]
        if point.value is None:
            notes.append(f"{point.state}: {point.reason}" if point.reason else point.state)
        elif before and before != point.protocol:
            notes.append("protocol changed: not to be compared with the runs before")
        before = point.protocol or before
        when = point.when[:16].replace("T", " ") or "no ledger"
        yield when, point.folder or "-", point.value, point.low, point.high, point.n, "; ".join(notes)


def _shown(table: Table) -> Any:
    """All rows, hidden characters of names as marks: no name may command a terminal."""
    rows = tuple(tuple(visible(cell) if isinstance(cell, str) else cell for cell in row) for row in table.rows)
    return rich_table(replace(table, rows=rows), len(rows))


def _changes(found: Sequence[Change]) -> Table:
    columns = ("what", "slice", "state", "before", "after", "p", "rule")
    rows = tuple(
        (one.metric, " ".join(map("=".join, one.slice.items())), one.state, one.before, one.after, one.p, one.rule)
        for one in found
    )
    return Table("changes", "Changes", columns, rows)


def _standing_lines(one: Standing) -> Iterator[str]:
    name = f" by {one.policy}" if one.policy else ""
    yield f"{one.series}: newest gate{name}: {one.verdict}" + (f" ({one.folder})" if one.folder else "")
    for age in one.controls:
        title = f" {age.title}" if age.title else ""
        yield f"  {age.state:<8} {age.control:<5}{title}: {age.sentence}"
    if one.missed:
        yield f"  {one.missed} slots missed, skipped or failed since the newest evidence"
