"""Continuations of a prompt on the command line."""

import json as jsonlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..core import InputError, UsageError
from ..curate import redact

if TYPE_CHECKING:
    from ..models import Checkpoint

RUN = "run.json"


def complete(target: Path, prompts: Sequence[str], options: Mapping[str, Any], *, json: bool) -> None:
    """Print continuations of each prompt, redacted, by the model of a run folder or a checkpoint folder."""
    checkpoint = open_checkpoint(target)
    if "sample" not in checkpoint.capabilities:
        raise UsageError(f"{checkpoint.folder}: a {checkpoint.family} model cannot continue a prompt")
    outputs = checkpoint.complete(prompts, **options)
    samples = int(options["samples"])
    rows = [
        {"prompt": redact(prompt), "sample": number, "text": redact(prompt + outputs[place * samples + number])}
        for place, prompt in enumerate(prompts)
        for number in range(samples)
    ]
    if json:
        told = {"model": checkpoint.hash, "options": dict(options), "outputs": rows}
        typer.echo(jsonlib.dumps(told, indent=1, ensure_ascii=False))
    else:
        typer.echo("\n\n".join(str(row["text"]) for row in rows))


def open_checkpoint(target: Path) -> "Checkpoint":
    """The checkpoint in a folder, or in the run folder that it is; a config stands for its run folder."""
    folder = Path("runs") / target.stem if target.suffix in (".yaml", ".yml") else target
    places = (folder, folder / "checkpoint")
    found = next((place for place in places if (place / RUN).is_file()), None)
    if found is None:
        raise InputError(f"{folder}: no finished checkpoint ({RUN}); 'headwater train' makes one")
    from ..models import load

    return load(found)
