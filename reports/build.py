"""From a run folder to ``report.html`` and ``report.json``."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from ..core import Chart, EnergyUse, Gallery, Table, write_json, write_text
from .caps import Caps
from .catalogue import DEFAULT
from .gate import latest
from .ledger import read_ledger
from .page import NO_ROWS, RenderedSection, lay_out, left_out, rendered, section_data
from .run import Run, read_run
from .signing import Signature, read_signatures

FORMAT = "headwater report/1"
HEAVIEST = 3_000_000


def build_report(
    folder: Path,
    *,
    title: str,
    documents: Mapping[str, Mapping[str, Any]] | None = None,
    provenance: Mapping[str, Any] | None = None,
    tracks: Sequence[str] = ("", "images"),
    planned: Mapping[str, Sequence[str]] | None = None,
    energy: Mapping[str, EnergyUse] | None = None,
    language: str = "en",
    into: Path | None = None,
    signatures: Sequence[Signature] | None = None,
) -> Path:
    """Write ``report.html`` and ``report.json`` into ``folder`` and return the path of the page.

    Reads ``curation.json``, ``audit.json``, ``training.json`` and ``evaluation.json`` of each track (the main one has
    an empty name, the others lie in sub-folders); a stage without a file is shown as not run, unless ``planned`` names
    the stages of its track and leaves it out. ``documents`` are cards
    by document id (``source url licence language locator excerpt status reason copies_before copies_after steps
    step_count decisions note``, all optional, texts redacted). ``provenance`` are entries by label, values text or
    nested mappings. The same input gives the same bytes: no clock is read. ``energy`` of each track's training varies
    from run to run: it stands on the page and not in the JSON. ``language`` is that of the page's own words;
    the JSON is in English.
    ``into`` is another folder for the pages, ``signatures`` are those to show [default: those of the folder].

    Raises :class:`IntegrityError` where a file is not a stage report.
    """
    run = read_run(Path(folder), title, documents or {}, provenance or {}, tracks, planned, energy)
    evidence, ledger = latest(Path(folder)), tuple(read_ledger(Path(folder)))
    signed = tuple(read_signatures(Path(folder)) if signatures is None else signatures)
    run = replace(run, evidence=evidence, ledger=ledger, signatures=signed, language=language)
    path = (into or Path(folder)) / "report.html"
    write_text(path, render_within(run, HEAVIEST))
    write_json(path.with_name("report.json"), report_json(replace(run, energy={}, ledger=(), language=DEFAULT)))
    return path


def render_within(run: Run, limit: int) -> str:
    """The page; where it is heavier than ``limit`` bytes, again with ever fewer examples, rows and pictures.

    Where the tightest caps are not enough, the heaviest sections give way to a note, one after the other: whatever the
    stages wrote, the page stays within the limit (above the few ten thousand bytes of its own style and script).
    """
    data = section_data(run)
    for caps in Caps().levels():
        parts = rendered(run, caps, data=data)
        html = lay_out(run, *parts)
        if weight(html) <= limit:
            return html
    return _without_the_heaviest(run, parts, limit)


def _without_the_heaviest(run: Run, parts: tuple[list[RenderedSection], Markup, Environment], limit: int) -> str:
    sections, _, environment = parts
    html = lay_out(run, sections, NO_ROWS, environment)
    for heaviest in sorted(sections, key=lambda section: -len(section.html)):
        if weight(html) <= limit:
            break
        sections = [left_out(one, environment) if one.name == heaviest.name else one for one in sections]
        html = lay_out(run, sections, NO_ROWS, environment)
    return html


def weight(html: str) -> int:
    """Bytes of the page as it is written."""
    return len(html.encode("utf-8", "replace"))


def report_json(run: Run) -> dict[str, Any]:
    """The data of every section, uncut, and the cards of all documents."""
    sections = {name: {"title": title, "data": plain(data)} for name, title, data in section_data(run)}
    return {"format": FORMAT, "title": run.title, "order": list(sections), "sections": sections}


def plain(value: Any) -> Any:
    """Dataclasses, tuples and mappings as JSON values; a number that is not finite becomes None."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"exhibit": type(value).__name__.lower()} if isinstance(value, Table | Chart | Gallery) else {}
        return kind | {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
