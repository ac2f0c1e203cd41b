"""Run folders with a real corpus, for the exporters that describe data."""

from pathlib import Path
from typing import Any

import yaml

from headwater.core import IMAGE_SCHEMA, TABLE_SCHEMA, CorpusWriter, document_id, record_batch, text_record
from headwater.reports import ExportedRun, Governance, open_exported
from headwater.reports.governance import PARTS

from ..fixtures import HOSTILE, empty_run, full_run
from .made import finish

SAFE = [text for text in HOSTILE if "\ud800" not in text]
"""Parquet and YAML hold no lone surrogates."""
ROWS = [
    text_record("Rivers rise somewhere.", "a.txt:1", "alpha", url="https://www.alpha.example/1", licence="MIT",
                language="en", collected="2024-05-02", groups={"region": "north"}),
    text_record("Mills grind slowly, they say.", "a.txt:2", "alpha", url="https://alpha.example/2", licence="MIT",
                language="en", collected="2025-01-31"),
    text_record("Ein Fluss fließt.", "b.txt:1", "beta", url="https://beta.example/", licence="CC-BY-4.0",
                language="de"),
    text_record("Nothing is known of this one.", "c.txt:1", "gamma"),
]  # fmt: skip


def write(folder: Path, rows: list[dict[str, Any]], **schema: Any) -> None:
    """A corpus of a few rows."""
    with CorpusWriter(folder, **schema) as writer:
        writer.write(record_batch(rows, **schema))


def texts_run(folder: Path, governance: Any = None, rows: list[dict[str, Any]] | None = None) -> ExportedRun:
    """Every stage, and a corpus of four texts."""
    full_run(folder)
    write(folder / "corpus", rows or ROWS)
    return _open(folder, governance, {"model": {"family": "transformer"}})


def data_run(folder: Path) -> ExportedRun:
    """Data alone: what an audit leaves."""
    full_run(folder)
    write(folder / "corpus", ROWS)
    for name in ("training.json", "evaluation.json"):
        (folder / name).unlink()
    for path in (folder / "images").glob("*.json"):
        path.unlink()
    return _open(folder, None, {})


def images_run(folder: Path) -> ExportedRun:
    """A run of images alone."""
    empty_run(folder)
    pixels = {"image": bytes(range(12)), "height": 2, "width": 2, "channels": 3}
    row = text_record("", "images/1.png", "camera", licence="CC0-1.0")
    rows = [{**row, **pixels, "id": document_id(b"x", f"images/{number}")} for number in range(3)]
    write(folder / "corpus", rows, schema=IMAGE_SCHEMA)
    return _open(folder, None, {})


def table_run(folder: Path) -> ExportedRun:
    """A run of rows of a table."""
    empty_run(folder)
    rows = [{**text_record("", f"t.csv:{at}", "t.csv"), "table": f'{{"a": {at}}}'} for at in range(3)]
    write(folder / "corpus", rows, schema=TABLE_SCHEMA)
    return _open(folder, None, {})


def hostile_data_run(folder: Path, text: str) -> ExportedRun:
    """One hostile text as title, in every fact, and in every column of provenance."""
    fields = dict.fromkeys(("url", "licence", "language", "collected"), text)
    row = text_record(text or "empty", "x:1", text, groups={text: text}, attributes={text: text}, **fields)
    return texts_run(folder, filled(text[:1_000]), [row, *ROWS])


def filled(text: str = "") -> dict[str, Any]:
    """Every fact stated with one text, or each with its own."""

    def told(part: str, name: str, several: bool) -> Any:
        value = text or own(f"{part}.{name}")
        return [value] if several else value

    parts: dict[str, Any] = {
        part: {name: told(part, name, info.default == ()) for name, info in kind.model_fields.items()}
        for part, kind in PARTS.items()
    }
    values: dict[str, Any] = Governance.model_validate({**parts, "sme": True}).values()
    return values


def own(key: str) -> str:
    """A text that nothing but the fact under this key holds."""
    return "Fact of " + key.replace(".", " ").replace("_", " ") + " as told"


def _open(folder: Path, governance: Any, config: dict[str, Any]) -> ExportedRun:
    values = {"title": "River letters", "corpus": {"source": "jsonl"}, **config, "governance": governance or {}}
    finish(folder, yaml.safe_load(yaml.safe_dump(values)), versions={"headwater": "0.1.0"})
    return open_exported(folder)
