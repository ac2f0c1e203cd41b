"""Commands of scheduled jobs: jobs check, run-due, loop, list, emit."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, app

jobs_app = typer.Typer(no_args_is_help=True, help="Run configs on a schedule: once each time, and every time recorded.")
app.add_typer(jobs_app, name="jobs")

File = Annotated[Path, typer.Argument(help="A file of jobs; docs/jobs.md has every key.")]
Names = Annotated[list[str] | None, typer.Option("--job", "-j", help="Only this job; repeatable [default: all].")]
Time = Annotated[str | None, typer.Option("--time", help="The time to act at, in ISO 8601 [default: now].")]


@jobs_app.command()
def check(
    file: File,
    time: Time = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="How many times to show of a job.")] = 5,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether a file of jobs is right, and when each job is due next."""
    from . import jobs_command

    jobs_command.check(file, time, count, json=json, quiet=quiet)


@jobs_app.command("run-due")
def run_due(
    file: File,
    job: Names = None,
    time: Time = None,
    wait: Annotated[bool, typer.Option("--wait", help="Sleep out the jitter of a job that has come.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run what is due and was not run yet, then end: for cron, systemd, Kubernetes or your own hands."""
    from . import jobs_command

    jobs_command.run_due(file, job or [], time, wait=wait, json=json, quiet=quiet)


@jobs_app.command()
def loop(file: File, job: Names = None, quiet: Quiet = False) -> None:
    """Call run-due again and again, sleeping until the next job is due; SIGTERM ends it."""
    from . import jobs_command

    jobs_command.loop(file, job or [], quiet=quiet)


@jobs_app.command("list")
def list_slots(
    file: File,
    job: Names = None,
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=10_000, help="How many slots to show.")] = 20,
    json: Json = False,
) -> None:
    """List what became of each time a job was due: succeeded, failed, missed, skipped, timed out, crashed."""
    from . import jobs_command

    jobs_command.list_slots(file, job or [], last, json=json)


@jobs_app.command()
def emit(
    file: File,
    cron: Annotated[bool, typer.Option("--cron", help="Lines for a crontab.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and a timer for each job.")] = False,
    kubernetes: Annotated[bool, typer.Option("--kubernetes", help="A CronJob for each job.")] = False,
    github_actions: Annotated[bool, typer.Option("--github-actions", help="A workflow for each job.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder for the files [default: print].")] = None,
    image: Annotated[
        str, typer.Option("--image", help="Kubernetes: the container image that has headwater.")
    ] = "headwater:latest",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the files by which another scheduler calls run-due."""
    from . import jobs_command

    wanted = {"cron": cron, "systemd": systemd, "kubernetes": kubernetes, "github-actions": github_actions}
    formats = [name for name, asked in wanted.items() if asked]
    jobs_command.emit(file, formats, out, image, json=json, quiet=quiet)
