"""A difference between two runs or corpora as tables, for people, machines and Markdown."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..core import (
    SILENT,
    Cell,
    HeadwaterError,
    Manifest,
    Measurement,
    Progress,
    Score,
    StageReport,
    Table,
    read_json,
    wilson,
)
from ..curate import ScoreChange, audited_scores, place_of, redact, score_changes
from .cells import cell_text
from .config import effective_values, load_config
from .diff import BY, Difference, compare, tracks_of
from .erase import Track
from .inputs import differences
from .run import stage_files

TOP = 30
LONGEST = 120
FORMAT = "headwater diff/1"
_WILSON = "Low and high bound the share: Wilson's interval at 95 %."


def diff(one: Path, two: Path, progress: Progress = SILENT) -> StageReport:
    """The difference of two run folders or corpora, A and B, as a report. Raises :class:`InputError` for other folders.

    Facts are those of the main track; ``detail`` has the same tables for machines.
    """
    tables: list[Table] = []
    facts: dict[str, Cell] = {}
    for a, b in tracks_of(one, two):
        found = compare(a, b, progress)
        facts = facts or _facts(found)
        tables += [_titled(table, a.name) for table in (*_document_tables(found), *_record_tables(a, b))]
    tables.append(_config_table(one, two))
    detail = {
        "format": FORMAT,
        "tables": {table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in tables},
    }
    return StageReport("diff", "A and B", facts, exhibits=tuple(tables), detail=detail)


def markdown(report: StageReport) -> str:
    """The report as Markdown."""
    lines = [f"# {report.title}", "", *(f"- {name}: {_shown(value)}" for name, value in report.facts.items())]
    for table in report.exhibits:
        if isinstance(table, Table) and table.rows:
            lines += ["", f"## {table.title}", "", _line(table.columns), _line("---" for _ in table.columns)]
            lines += [_line(map(_shown, row)) for row in table.rows]
            lines += ["", table.note] if table.note else []
    return "\n".join(lines) + "\n"


def _facts(found: Difference) -> dict[str, Cell]:
    return {
        "documents in A": len(found.a),
        "documents in B": len(found.b),
        "the same in both": int(found.same.sum()),
        "in both, with other text": int(found.changed.sum()),
        "the same content at another place": int(found.moved_a.sum()),
        "other content at the same place": int(found.edited_a.sum()),
        "only in A": int(found.only_a.sum()),
        "only in B": int(found.only_b.sum()),
    }


def _document_tables(found: Difference) -> Iterator[Table]:
    kept = [("the same in both", found.same), ("in both, with other text", found.changed)]
    kept += [("the same content at another place", found.moved_a)]
    kept += [("other content at the same place", found.edited_a), ("only in A", found.only_a)]
    rows = [(name, *_share(int(mask.sum()), len(found.a)), _examples(found, "a", mask)) for name, mask in kept]
    only_b = int(found.only_b.sum())
    rows.append(("only in B", *_share(only_b, len(found.b)), _examples(found, "b", found.only_b)))
    columns = ("documents that are", "number", "share", "low", "high", "the first ones")
    yield Table("diff-documents", "Documents", columns, tuple(rows), f"Shares of A; of B in the last row. {_WILSON}")
    for name in BY:
        yield _by(found, name)
    yield _reasons(found, "a")
    yield _reasons(found, "b")
    ranked = sorted(found.other_rules().items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    yield Table(
        "diff-other-rules",
        "Removed in both, by other rules",
        ("in A by", "in B by", "documents"),
        tuple((one, two, count) for (one, two), count in ranked),
    )


def _by(found: Difference, name: str) -> Table:
    """For each value: how much of A is still there in B, in whatever form, and what B has that A has not."""
    in_a, in_b = (side.label(name, np.ones(len(side), bool)) for side in (found.a, found.b))
    lost, new = found.a.label(name, found.only_a), found.b.label(name, found.only_b)
    ranked = sorted(in_a.keys() | in_b.keys(), key=lambda value: (-in_a[value] - in_b[value], value))
    rows: list[tuple[Cell, ...]] = [
        (
            redact(value)[:LONGEST],
            in_a[value],
            in_b[value],
            lost[value],
            new[value],
            *_share(lost[value], in_a[value])[1:],
        )
        for value in ranked[:TOP]
    ]
    if rest := ranked[TOP:]:
        sums = [sum(counts[value] for value in rest) for counts in (in_a, in_b, lost, new)]
        rows.append((f"other ({len(rest):,})", *sums, *_share(sums[2], sums[0])[1:]))
    columns = (name, "in A", "in B", "only in A", "only in B", "share of A that B lacks", "low", "high")
    return Table(f"diff-by-{name}", f"Documents, by {name}", columns, tuple(rows), _WILSON)


def _reasons(found: Difference, side: str) -> Table:
    one, other = ("A", "B") if side == "a" else ("B", "A")
    counts = found.reasons(side)
    total = len(found.a if side == "a" else found.b)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    return Table(
        f"diff-lost-{side}",
        f"Kept in {one}, not in {other}: why",
        (f"in {other}", "documents", f"share of {one}", "low", "high"),
        tuple((reason, *_share(count, total)) for reason, count in ranked),
        _WILSON,
    )


def _label(value: str) -> str:
    return redact(value)[:LONGEST]


def _share(count: int, total: int) -> tuple[Cell, ...]:
    return (count, count / total, *wilson(count, total)) if total else (count, None, None, None)


def _examples(found: Difference, side: str, mask: np.ndarray) -> str:
    documents = found.a if side == "a" else found.b
    return ", ".join(documents.ids_at(np.flatnonzero(mask)))


def _record_tables(one: Track, two: Track) -> Iterator[Table]:
    yield _manifest_table(one, two)
    if one.folder and two.folder:
        yield _score_table(scores_by_stage(one.folder), scores_by_stage(two.folder))


def _manifest_table(one: Track, two: Track) -> Table:
    first, second = (_flat(_manifest(track.corpus.manifest)) for track in (one, two))
    sides = [_inputs(track) for track in (one, two)]
    rows = [(key, first.get(key, ""), second.get(key, "")) for key in sorted(first.keys() | second.keys())]
    rows = [row for row in rows if row[1] != row[2]]
    if sides[0] and sides[1]:
        rows += [
            (f"{entry.kind} {entry.name}", entry.recorded[:LONGEST], entry.now[:LONGEST])
            for entry in differences(sides[0], sides[1])
            if entry.kind == "code"
        ]
    note = "Of the code, the files that differ. What is equal is left out."
    return Table("diff-manifest", "Manifests: what differs", ("entry", "A", "B"), tuple(rows), note)


def _manifest(manifest: Manifest) -> dict[str, Any]:
    values = asdict(manifest)
    return {key: values[key] for key in ("config_hash", "seed", "parents", "versions", "counts")}


def _inputs(track: Track) -> dict[str, Any] | None:
    if track.folder is None:
        return None
    run = track.folder.parent if track.name else track.folder
    path = run / "stages" / f"{track.name}-curate-inputs.json".lstrip("-")
    return dict(read_json(path)) if path.is_file() else None


def _config_table(one: Path, two: Path) -> Table:
    sides = [_config(side) for side in (one, two)]
    keys = sorted(sides[0].keys() | sides[1].keys()) if all(sides) else []
    rows = [(key, sides[0].get(key, ""), sides[1].get(key, "")) for key in keys]
    shown = tuple(tuple(redact(cell)[:LONGEST] for cell in row) for row in rows if row[1] != row[2])
    note = "" if all(sides) else "At least one side has no config.yaml."
    return Table("diff-config", "Configuration: what differs", ("key", "A", "B"), shown, note)


def _config(side: Path) -> dict[str, str]:
    path = side / "config.yaml"
    if not path.is_file():
        return {}
    try:
        return {key: str(value) for key, value in _flat(effective_values(load_config(path))).items()}
    except HeadwaterError as error:
        return {"(not readable)": str(error)}


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    """``{"curate[2].length.minimum": "3"}``: a nested value as texts by their paths."""
    if isinstance(value, Mapping) and value:
        parts = [_flat(item, f"{prefix}.{key}" if prefix else str(key)) for key, item in value.items()]
    elif isinstance(value, list) and value:
        parts = [_flat(item, f"{prefix}[{place}]") for place, item in enumerate(value)]
    else:
        return {prefix: str(value)}
    return {key: item for part in parts for key, item in part.items()}


def scores_by_stage(folder: Path) -> dict[str, list[Measurement]]:
    """Every score of every stage; of audits also those that they keep for comparisons."""
    found: dict[str, list[Measurement]] = {}
    for path in stage_files(folder):
        report = StageReport.load(path)
        found.setdefault(report.stage, []).extend(audited_scores(report) if report.stage == "audit" else report.scores)
    return found


def _score_table(one: Mapping[str, list[Measurement]], two: Mapping[str, list[Measurement]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for stage in sorted(one.keys() & two.keys()):
        rows += [_score_row(stage, found) for found in score_changes(one[stage], two[stage])]
    for stage in sorted(one.keys() ^ two.keys()):
        rows.append((stage, "", "", *[None] * 9, f"this stage was run in {'A' if stage in one else 'B'} only"))
    columns = (
        "stage", "metric", "slice", "A", "low A", "high A", "B", "low B", "high B", "B - A", "low", "high", "note",
    )  # fmt: skip
    note = (
        "A difference is shown where both sides have one protocol. Low and high of B - A at 95 %, from both intervals "
    )
    note += "(MOVER) as if A and B were independent; where they share documents they are too wide. Better and worse by "
    return Table("diff-scores", "Scores", columns, tuple(rows), f"{note}the direction of the score.")


def _score_row(stage: str, found: ScoreChange) -> tuple[Cell, ...]:
    numbers = (found.difference, found.low, found.high)
    note = found.verdict if found.difference is not None else ""
    sides = (*_cells(found.before), *_cells(found.after))
    reason = redact(found.reason)[:LONGEST] if found.difference is None else note
    return (stage, found.metric, place_of(found.slice), *sides, *numbers, reason)


def _cells(side: Measurement | None) -> tuple[Cell, ...]:
    return (side.value, side.low, side.high) if isinstance(side, Score) else (None, None, None)


def _titled(table: Table, track: str) -> Table:
    if not track:
        return table
    return Table(f"{track}-{table.name}", f"{table.title} ({track})", table.columns, table.rows, table.note)


def _shown(value: Cell) -> str:
    return " ".join(cell_text(value).split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"
