"""``headwater jobs``: what the commands print, and the code they end with."""

import json as jsonlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from ..core import MANIFEST, HeadwaterError, UsageError, did_you_mean, write_text
from ..reports import Change, detect, open_history
from .clock import read_time, wall_clock
from .jobs.alerts.delivery import report_changes
from .jobs.config import JobsFile, load_jobs
from .jobs.emit import EMITTERS
from .jobs.scheduler import Outcome, Runner, Stop, sleep_until
from .jobs.slots import Slot, read_slots, restore_slots


def check(file: Path, time: str | None, count: int, *, json: bool, quiet: bool) -> None:
    """Print the next times of each job, local and in UTC; a wrong file has raised its error before."""
    jobs, now = load_jobs(file), read_time(time)
    _configs(jobs)
    found = {name: job.times.next(now, count) for name, job in jobs.jobs.items()}
    if json:
        typer.echo(jsonlib.dumps({name: [at.isoformat() for at in times] for name, times in found.items()}, indent=1))
    elif not quiet:
        for name, times in found.items():
            job = jobs.jobs[name]
            typer.echo(f"{name}: {job.schedule} ({job.timezone}), catch_up: {job.catch_up}")
            for at in times:
                local = at.astimezone(ZoneInfo(job.timezone))
                typer.echo(f"  {local:%a %Y-%m-%d %H:%M:%S %Z}  {at:%Y-%m-%dT%H:%M:%SZ}")


def run_due(file: Path, names: Sequence[str], time: str | None, *, wait: bool, json: bool, quiet: bool) -> None:
    """Run what is due; print what became of each slot; exit with the worst code."""
    jobs = _known(load_jobs(file), names)
    stop = Stop()
    stop.listen()
    outcome = _once(jobs, names, time, stop, wait=wait, quiet=quiet or json)
    if json:
        slots = [slot.to_json() for slot in outcome.slots]
        typer.echo(jsonlib.dumps({"exit_code": outcome.exit_code, "slots": slots}, indent=1))
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def loop(file: Path, names: Sequence[str], *, quiet: bool) -> None:
    """Run what is due, sleep, again. The file is read anew each time, so that a change needs no restart."""
    stop = Stop()
    stop.listen()
    _known(load_jobs(file), names)
    while not stop.asked:
        try:
            jobs = _known(load_jobs(file), names)
        except UsageError as error:
            typer.echo(f"headwater: {error}; looked at again in a minute", err=True)
            stop.sleep(60)
            continue
        _once(jobs, names, None, stop, wait=True, quiet=quiet)
        if not stop.asked:
            stop.sleep(sleep_until(jobs, wall_clock()))


def list_slots(file: Path, names: Sequence[str], last: int, *, json: bool) -> None:
    """Print the newest slots."""
    jobs = _known(load_jobs(file), names)
    with open_history(Path(jobs.out)) as connection:
        restore_slots(connection, Path(jobs.out))
        found = [slot for slot in read_slots(connection) if not names or slot.job in names][:last]
    if json:
        typer.echo(jsonlib.dumps([slot.to_json() for slot in found], indent=1))
        return
    for slot in found:
        code = "" if slot.exit_code is None else f"exit {slot.exit_code}"
        tries = f"attempt {slot.attempt}" if slot.attempt else ""
        words = [slot.reason, code, tries, slot.folder]
        typer.echo(f"{slot.scheduled_for}  {slot.state:<9}  {slot.job}: {', '.join(word for word in words if word)}")


def emit(file: Path, formats: Sequence[str], out: Path | None, image: str, *, json: bool, quiet: bool) -> None:
    """Print the files, or write them into a folder."""
    if not formats:
        raise UsageError("say for which scheduler: --cron, --systemd, --kubernetes, --github-actions; several are fine")
    jobs = load_jobs(file)
    files = {name: text for form in formats for name, text in EMITTERS[form](jobs, file.absolute(), image).items()}
    if out is None:
        if json:
            typer.echo(jsonlib.dumps(files, indent=1))
        else:
            for name, text in files.items():
                typer.echo(f"# {name}\n{text}" if len(files) > 1 else text, nl=False)
        return
    for name, text in files.items():
        write_text(out / name, text)
    if json:
        typer.echo(jsonlib.dumps([str(out / name) for name in files], indent=1))
    elif not quiet:
        typer.echo("\n".join(str(out / name) for name in files))


def _once(jobs: JobsFile, names: Sequence[str], time: str | None, stop: Stop, *, wait: bool, quiet: bool) -> Outcome:
    say: Callable[[str], None] = (lambda _: None) if quiet else typer.echo
    runner = Runner(jobs, wall_clock, stop, say=say, wait=wait)
    now = read_time(time)
    outcome = runner.run_due(now, names)
    if not outcome.slots:
        chosen = [job for name, job in jobs.jobs.items() if not names or name in names]
        soonest = min((instant for job in chosen for instant in job.times.next(now, 1)), default=None)
        say(f"nothing is due; next at {soonest:%Y-%m-%dT%H:%M:%SZ}" if soonest else "nothing is due")
    report_changes(jobs, outcome.slots, wall_clock(), say, lambda slot: _changes(Path(jobs.out), slot, say))
    return outcome


def _changes(root: Path, slot: Slot, say: Callable[[str], None]) -> Iterable[Change]:
    """What the run of a slot changed against the runs before it; a run that cannot be compared is no change."""
    if slot.state not in ("succeeded", "failed") or not (root / slot.folder / MANIFEST).is_file():
        return ()
    try:
        return detect(root, root / slot.folder, wall_clock())
    except HeadwaterError as error:
        say(f"{slot.job} {slot.scheduled_for}: not compared with earlier runs: {error}")
        return ()


def _known(jobs: JobsFile, names: Sequence[str]) -> JobsFile:
    for name in names:
        if name not in jobs.jobs:
            raise UsageError(f"--job: no job {name!r}; {did_you_mean(name, jobs.jobs)}known: {', '.join(jobs.jobs)}")
    return jobs


def _configs(jobs: JobsFile) -> None:
    """Every run config is there and right."""
    from .config import load_config

    for job in jobs.jobs.values():
        load_config(Path(job.config))
