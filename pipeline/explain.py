"""The story of a document by its id: which run knows it, and what its steps changed."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import MANIFEST, SILENT, Corpus, HeadwaterError, InputError, Progress, UsageError
from ..curate import COUNTERFACTUAL_OF, Replay, build_steps, read_source, replay
from ..reports import TRACKS
from .config import load_config

if TYPE_CHECKING:
    from ..evaluate import Subject

DOCUMENT_ID = re.compile("[0-9a-f]{16}-[0-9a-f]{8}|canary-[0-9]{1,9}(-[0-9]{1,9})?")
RUNS = Path("runs")


def is_document_id(name: str) -> bool:
    """Whether a name has the form of a document's id (``0123456789abcdef-01234567``); no registered name has it."""
    return DOCUMENT_ID.fullmatch(name) is not None


def explain_document(name: str, run: Path | None, rebuild: bool, progress: Progress = SILENT) -> dict[str, Any]:
    """The story of a document in ``run``, or in the only run folder below ``runs/`` that knows it.

    With ``rebuild`` the source is read again to show what edits changed. Raises :class:`InputError` where no run
    knows the id and :class:`UsageError` where several do.
    """
    found = [(folder, track) for folder in _folders(run) for track in TRACKS if _knows(folder / track, name)]
    if not found:
        if run:
            raise InputError(f"{name}: no document with this id in {run}; decisions/ and corpus/ there hold its ids")
        raise InputError(f"{name}: no document with this id in any run folder below {RUNS}/; name one with --run")
    if len({folder for folder, _ in found}) > 1:
        runs = ", ".join(str(folder) for folder, _ in found)
        raise UsageError(f"{name}: in several runs ({runs}); choose one with --run")
    from ..evaluate import document_story

    folder, track = found[0]
    subject, note = _open(folder / track)
    again = partial(_rebuild, folder, track, name, progress) if rebuild else None
    story = document_story(subject, name, again)
    return {"run": str(folder / track), **story, "notes": [*story["notes"], *note]}


def _folders(run: Path | None) -> Iterator[Path]:
    if run is not None:
        if not any((run / track / "corpus" / MANIFEST).is_file() for track in TRACKS):
            raise InputError(f"{run}: not a run folder (no corpus/{MANIFEST}); 'headwater run' or 'curate' makes one")
        yield run
        return
    if RUNS.is_dir():
        yield from sorted(folder for folder in RUNS.iterdir() if folder.is_dir())


def _knows(folder: Path, name: str) -> bool:
    if not (folder / "corpus" / MANIFEST).is_file():
        return False
    parts = [folder / part for part in ("corpus", "removed") if (folder / part / MANIFEST).is_file()]
    return any(Corpus(part).documents([name]) for part in parts) or _planted(folder, name)


def _parent(folder: Path, name: str) -> str | None:
    """The document that a step made this one from, where a step added it."""
    parts = [folder / part for part in ("corpus", "removed") if (folder / part / MANIFEST).is_file()]
    found = [row for part in parts for row in Corpus(part).documents([name]).values()]
    return found[0]["attributes"].get(COUNTERFACTUAL_OF) if found else None


def _planted(folder: Path, name: str) -> bool:
    if not name.startswith("canary-") or not (folder / "checkpoint").is_dir():
        return False
    subject, _ = _open(folder)
    return subject.checkpoint is not None and any(canary.id == name for canary in subject.checkpoint.canaries)


def _open(folder: Path) -> "tuple[Subject, list[str]]":
    """The run folder; where training was interrupted or damaged, without its checkpoint, and a note says so."""
    from ..evaluate import Subject, open_subject

    try:
        return open_subject(folder), []
    except HeadwaterError as error:
        return Subject(folder, Corpus(folder / "corpus")), [f"the checkpoint is left out: {error}"]


def _rebuild(folder: Path, track: str, name: str, progress: Progress, until: int) -> Replay:
    """The document through the steps of the run's own config; a reason where that cannot be done."""
    path = folder / "config.yaml"
    if not path.is_file():
        return Replay(False, note="there is no config.yaml in the run folder that names the source")
    try:
        config = load_config(path)
        chosen = config.tracks()[track]
        source = read_source(chosen.corpus.source, **chosen.corpus.options)
        steps = build_steps(chosen.steps(source.modality))
        return replay(
            source, steps, name, seed=config.seed, until=until, parent=_parent(folder / track, name), progress=progress
        )
    except (HeadwaterError, KeyError, OSError) as error:
        return Replay(False, note=f"the source cannot be read again ({error})")
