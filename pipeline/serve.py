"""``headwater models serve``: a checkpoint behind an OpenAI-compatible address on this machine."""

import signal
from pathlib import Path
from typing import Any

import typer

from ..core import InputError, TemporaryError, UsageError

RUN = "run.json"


def serve(target: Path, host: str, port: int, name: str | None) -> None:
    """Load the checkpoint, say where it is served, and serve until Ctrl-C."""
    folder = next((place for place in (target, target / "checkpoint") if (place / RUN).is_file()), None)
    if folder is None:
        raise InputError(f"{target}: no finished checkpoint ({RUN}); 'headwater train' makes one")
    from ..models import Server, Service, load, system_clock

    model: Any = load(folder)
    if not hasattr(model, "logprobs_of"):
        kind = model.run.get("name") or f"a model of family {model.family}"
        raise UsageError(f"{folder}: only text models of our own can be served, and this is {kind}")
    called = name or folder.resolve().parent.name
    try:
        server = Server(Service(model, called, system_clock), host, port)
    except (OSError, OverflowError) as error:
        raise TemporaryError(f"{host}:{port}: cannot be used ({error}); choose another --port or --host") from None
    typer.echo(f"{server.url}  model {called}  (Ctrl-C stops)")
    if not server.is_loopback:
        typer.echo(f"{host} can be reached by others: whoever can connect can ask, without a key", err=True)
    # a shell starts what runs in the background with Ctrl-C switched off
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        server.run()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


def _interrupt(*_: object) -> None:
    """A service manager stops a program like a person does."""
    raise KeyboardInterrupt
