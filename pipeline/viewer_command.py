"""``headwater serve``: the viewer behind an address of this machine, with a token of its own."""

import secrets
from pathlib import Path

import typer

from ..core import InputError, TemporaryError, UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(root: Path, host: str, port: int, language: str) -> None:
    """Say the address with its token and serve until Ctrl-C."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; give the folder that holds run folders")
    import uvicorn

    from .viewer.app import build_app

    config = uvicorn.Config("", host=host, port=port, log_level="critical", access_log=False, server_header=False)
    try:
        listening = config.bind_socket()
    except SystemExit:
        raise TemporaryError(f"{host}:{port}: cannot be used; choose another --port or --host") from None
    number, token = listening.getsockname()[1], secrets.token_urlsafe(32)
    config.app = build_app(root, token, own_names(host, number), language)
    name = f"[{host}]" if ":" in host else host
    typer.echo(f"http://{name}:{number}/?token={token}  (Ctrl-C stops)")
    if host not in LOOPBACK:
        typer.echo(f"{host} can be reached by others, unencrypted: whoever has this address can read", err=True)
    uvicorn.Server(config).run([listening])


def own_names(host: str, port: int) -> list[str]:
    """What a browser says in ``Host`` when it means this viewer."""
    names = {"[::1]" if host == "::1" else host, *(("localhost",) if host in LOOPBACK else ())}
    if host in ("0.0.0.0", "::"):
        raise UsageError(f"{host} is every address of this machine; give the one under which it will be called")
    return sorted(f"{name}:{port}" for name in names)
