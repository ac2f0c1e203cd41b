"""The commands that lead from outputs to documents and back: index, trace."""

import json as jsonlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from ..core import MANIFEST, InputError, UsageError
from ..curate import guess_corpus
from .config import config_from
from .explain_model import documents_at, step_lines
from .guess_evaluation import modality_of
from .progress import progress_for
from .run import findings_of
from .run import run as run_config
from .show import trace_lines
from .show_story import story_lines
from .show_trace import FINDING, finding_lines, refuse_sample_id, sample_lines, source_lines
from .terminal import terminal

WAYS = "give one of: a text, a sample's id or a finding's code, --document ID, --source NAME, --step N"


def trace(
    folder: Path, what: str | None, document: str | None, source: str | None, step: int | None, *, json: bool
) -> None:
    """Trace a text, a sample, a finding, a document, a source or a training step, and print what was found."""
    if sum(one is not None for one in (what, document, source, step)) != 1:
        raise UsageError(WAYS)
    if step is not None:
        told = documents_at(folder, step)
        return _print(told, step_lines(told), json)
    from ..evaluate import document_story, open_subject, trace_source

    subject = open_subject(folder)
    if document is not None:
        story = document_story(subject, document)
        return _print(story, story_lines(story), json)
    if source is not None:
        found = trace_source(subject, source, findings_of(folder))
        return _print(found, source_lines(found), json)
    _trace_output(folder, subject, what or "", json)


def _trace_output(folder: Path, subject: Any, what: str, json: bool) -> None:
    from ..evaluate import is_sample_id, open_subject, trace_finding, trace_sample
    from ..evaluate import trace as trace_text

    tracks = [(subject, findings_of(folder))]
    if (folder / "images" / "corpus" / MANIFEST).is_file():
        tracks.append((open_subject(folder / "images"), findings_of(folder / "images")))
    if FINDING.fullmatch(what):
        chosen = [trace_finding(track, found) for track, known in tracks for found in known if found.code == what]
        if not chosen:
            codes = dict.fromkeys(found.code for _, known in tracks for found in known)
            raise InputError(f"{folder}: the run has no finding {what}; it has {', '.join(codes) or 'none'}")
        return _print(chosen, (line for one in chosen for line in finding_lines(one)), json)
    for track, known in tracks:
        if is_sample_id(track, what):
            sample = trace_sample(track, what, known)
            return _print(sample, sample_lines(sample), json)
    refuse_sample_id(folder, what)
    found = trace_text(subject, what)
    _print(found.to_json(), trace_lines(found), json)


def _print(values: Any, lines: Iterable[str], json: bool) -> None:
    typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False) if json else "\n".join(lines))


def index(target: Path, out: Path | None, *, json: bool, quiet: bool) -> None:
    """Index a run's corpus, or data as they are, so that outputs can be traced to it."""
    from ..evaluate import open_subject

    console = terminal(err=True, quiet=quiet or json)
    folder = _run_of(target, out, console)
    found = open_subject(folder, progress=progress_for(console)).index
    values = {"folder": str(folder), "documents": len(found.ids), "bytes": len(found), "index": str(found.folder)}
    if json:
        typer.echo(jsonlib.dumps(values, indent=1, ensure_ascii=False))
        return
    console.print(
        f"{len(found.ids):,} documents, {len(found):,} bytes; ask  headwater trace {folder} TEXT", markup=False
    )
    typer.echo(str(folder))


def _run_of(target: Path, out: Path | None, console: Console) -> Path:
    """A run folder as it is; of other data a run folder is made that holds them as they were read."""
    if (target / "corpus" / MANIFEST).is_file():
        if out is not None:
            raise UsageError(f"{target} is a run folder: its index lies in it; leave --out away")
        return target
    if not target.exists():
        raise InputError(f"{target}: no such file or folder; give a data set or a run folder")
    corpus = guess_corpus(target)
    if modality_of(corpus) != "text":
        raise UsageError(f"{target} holds {modality_of(corpus)}s; an index is made of text")
    config = config_from({"title": f"Index of {target.name}", "corpus": corpus, "curate": [], "audit": []})
    folder = out or Path("runs") / f"{target.name.split('.')[0] or 'corpus'}-index"
    say = lambda line: console.print(line, markup=False)  # noqa: E731
    return run_config(config, folder, until="curate", progress=progress_for(console), say=say).folder
