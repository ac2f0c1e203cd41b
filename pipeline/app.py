"""The command line's one application, and what many commands take. Files ``*_cli.py`` add their commands to it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

ORDER = [
    "init",
    "demo",
    "run",
    "curate",
    "audit",
    "calibrate",
    "train",
    "sample",
    "evaluate",
    "report",
    "check",
    "attest",
    "sign",
    "verify",
    "bundle",
    "keys",
    "ledger",
    "sign-model",
    "export",
    "trace",
    "explain",
    "index",
    "remedy",
    "erase",
    "diff",
    "compare",
    "replay",
    "history",
    "status",
    "trend",
    "jobs",
    "serve",
    "models",
    "list",
]
"""Commands as the help lists them: the line of a run, the gate, questions and changes, many runs."""


class InOrder(TyperGroup):
    """The commands in the order in which somebody needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command; one that :data:`ORDER` does not know stands last."""
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


app = typer.Typer(
    cls=InOrder,
    name="headwater",
    help="Clean and audit a corpus, train a model on it, score it, and trace every bad output upstream.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Target = Annotated[Path, typer.Argument(help="A config file, or a run folder (its config.yaml is used).")]
Data = Annotated[Path, typer.Argument(help="A data file or folder, a config file, or a run folder.")]
Run = Annotated[Path, typer.Argument(help="A run folder.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The run folder [default: runs/NAME].")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
Workers = Annotated[int | None, typer.Option("--workers", "-w", min=1, help="Processes for curation.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done and try the steps on some rows.")]
Rows = Annotated[int, typer.Option("--rows", min=1, help="Rows that --dry-run tries the steps on.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only errors.")]
