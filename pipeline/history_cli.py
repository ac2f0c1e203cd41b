"""Commands over many runs: history, status, trend."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, app

Root = Annotated[Path, typer.Argument(help="The folder below which the run folders lie.")]
Time = Annotated[str | None, typer.Option("--time", help="The time that counts as now, in ISO 8601 [default: now].")]
Since = Annotated[str | None, typer.Option("--since", help="Only runs from this day on, in ISO 8601.")]


@app.command()
def history(
    root: Root = Path("runs"),
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="The newest so many; 0 lists all.")] = 20,
    metric: Annotated[str | None, typer.Option("--metric", "-m", help="Show this metric over the runs.")] = None,
    place: Annotated[
        list[str] | None, typer.Option("--slice", help="With --metric: only slices with NAME=VALUE; repeatable.")
    ] = None,
    since: Since = None,
    accept: Annotated[
        Path | None, typer.Option("--accept", help="Make this run the baseline that later ones are held against.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--detect", help="Hold this run against its baseline and print what changed.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read every run folder again.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the index with the folders; exit 4 where they differ.")
    ] = False,
    time: Time = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the runs below a folder, with missed slots in their place; or one metric over the runs."""
    from . import history_command

    if check:
        return history_command.check(root, json=json, quiet=quiet)
    if accept is not None:
        return history_command.accept_run(root, accept, time, json=json, quiet=quiet)
    if compare is not None:
        return history_command.detect_run(root, compare, time, json=json, quiet=quiet)
    history_command.history(
        root, last or None, metric, place or [], since, rebuild=rebuild, json=json, quiet=quiet
    )  # fmt: skip


@app.command()
def status(
    root: Root = Path("runs"),
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="A pack or a policy file [default: that of the newest run].")
    ] = None,
    maximum_age: Annotated[
        str | None, typer.Option("--maximum-age", help="In place of the policy's ages: 36h, 30d, 8w.")
    ] = None,
    time: Time = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how old the evidence is: exit 5 where it is stale, 1 where the gate failed, 3 where some is missing."""
    from . import history_command

    history_command.status(root, policy, maximum_age, time, json=json, quiet=quiet)


@app.command()
def trend(
    root: Root = Path("runs"),
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path("trend.html"),
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="Only this metric; repeatable [default: all].")
    ] = None,
    place: Annotated[list[str] | None, typer.Option("--slice", help="Only slices with NAME=VALUE; repeatable.")] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="The newest so many runs; 0 takes all.")] = 365,
    since: Since = None,
    title: Annotated[str, typer.Option("--title", help="The heading [default: the folder's name].")] = "",
    language: Annotated[str, typer.Option("--language", help="Of the page's own words: en, de.")] = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a page over many runs: each score over time, with gaps, alerts and changes of protocol."""
    from . import history_command

    history_command.trend_page(
        root, out, metric or [], place or [], last or None, since, title, language, json=json, quiet=quiet
    )  # fmt: skip
