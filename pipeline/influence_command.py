"""The option --influence of trace: documents ranked by what training on them did to an output or a score."""

import json as jsonlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..core import SEVERITIES, Finding, InputError, UsageError
from .progress import progress_for
from .run import findings_of
from .show import one_line
from .show_trace import FINDING, refuse_sample_id
from .terminal import terminal

if TYPE_CHECKING:
    from ..evaluate import Influence, Subject

WAYS = (
    "--influence takes a text, a sample's id or a finding's code, --influence-on a slice; give one of them and no "
    "other way to trace"
)
SHOWN = 5


def influence(
    folder: Path, what: str | None, on: str | None, method: str, validate: int | None, *, others: bool, json: bool
) -> None:
    """Rank documents, validate the ranking where that is asked for, and print both ends of it."""
    if others or (what is None) == (on is None):
        raise UsageError(WAYS)
    from ..evaluate import influence as rank
    from ..evaluate import known_validation, open_subject, validate_on_held_out

    console = terminal(err=True, quiet=json)
    subject = open_subject(folder, progress=progress_for(console))
    target = _target(subject, folder, what, on)
    ranked = rank(subject, target, method=method)
    if validate is not None:
        validate_on_held_out(subject, (method,), validate)
    found = _told(subject, ranked, known_validation(subject, ranked.protocol))
    typer.echo(jsonlib.dumps(found, indent=1, ensure_ascii=False) if json else "\n".join(influence_lines(found)))


def _target(subject: "Subject", folder: Path, what: str | None, on: str | None) -> Any:
    from ..evaluate import finding_target, is_sample_id, sample_target, slice_target, text_target
    from ..models import training_is_known

    if subject.checkpoint is None:
        raise UsageError(f"{subject.folder}: there is no model whose training could be looked at")
    if not training_is_known(subject.checkpoint):
        raise UsageError("the model was made elsewhere: what it was trained on is unknown, so no document is ranked")
    if on is not None:
        return slice_target(subject, on)
    name = what or ""
    if is_sample_id(subject, name):
        return sample_target(subject, name)
    if FINDING.fullmatch(name):
        return finding_target(subject, _finding(folder, name))
    refuse_sample_id(subject.folder, name)
    return text_target(subject.checkpoint, name)


def _finding(folder: Path, code: str) -> Finding:
    """The gravest finding of this code."""
    known = sorted(findings_of(folder), key=lambda one: SEVERITIES.index(one.severity))
    chosen = next((one for one in known if one.code == code), None)
    if chosen is None:
        codes = ", ".join(dict.fromkeys(one.code for one in known))
        raise InputError(f"{folder}: the run has no finding {code}; it has {codes or 'none'}")
    return chosen


def _told(subject: "Subject", ranked: "Influence", validation: Mapping[str, Any] | None) -> dict[str, Any]:
    """The ranking as JSON values, each document with its card."""
    from ..evaluate import document_cards

    found = ranked.to_json(SHOWN)
    cards = document_cards(subject, [row["id"] for side in ("raised", "lowered") for row in found[side]])
    for side in ("raised", "lowered"):
        found[side] = [{**row, "card": cards.get(row["id"])} for row in found[side]]
    return {**found, "validation": None if validation is None else dict(validation)}


def influence_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What was ranked, what the ranking is worth, and both ends of it."""
    validation = found["validation"]
    yield f"influence on {_quantity(found['target'])}, {found['documents']:,} documents"
    yield found["protocol"]
    yield from (f"note: {note}" for note in found["notes"])
    holds = validation is not None and validation["validated"]
    if validation is None:
        yield "not validated: nobody has trained again on halves of the documents; --validate 20 does, 20 times"
    else:
        yield validation["sentence"]
    kind = "documents" if holds else "not validated, no causes: documents"
    for side, did in (("raised", "raised"), ("lowered", "lowered")):
        yield f"{kind} whose training {did} it most" if found[side] else f"no document {did} it"
        for row in found[side]:
            yield from _document(row)


def _quantity(target: str) -> str:
    return f"the {target}" if target.startswith("gap ") else f"the log-probability of {target}"


def _document(row: Mapping[str, Any]) -> Iterator[str]:
    bounds = "" if row["low"] is None else f" ({row['low']:.3g} to {row['high']:.3g})"
    card = row["card"]
    where = "" if card is None else f"  {card['source']}  {card['licence']}  {card['locator']}"
    yield f"  {row['id']}  {row['influence']:+.3g}{bounds}{where}"
    if card is not None:
        yield f'      "{one_line(card["excerpt"])}"'
