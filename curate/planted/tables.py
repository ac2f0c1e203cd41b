"""Planted controls for tables: faults put into a copy of some rows, and rows that only look like faults.

Kinds of faults that could hide one another are planted apart, and the real audit looks at them. A kind that is planted
once and either found or not (a column, a gap) is planted several times. Mislabelled rows have their place beside
:func:`_giveaways`: one more generator of trials, called in :func:`table_trials`.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import (
    SILENT,
    TABLE_SCHEMA,
    Corpus,
    CorpusWriter,
    Finding,
    StageReport,
    generator,
    record_batch,
    text_record,
)
from ..base import AUDITS
from ..fairness.row_columns import Column, columns_from
from ..tabular.column_types import Typed, typed
from ..tabular.duplicate_rows import DuplicateRows
from ..tabular.leakage import Leakage
from ..tabular.row_hashes import cell_hashes, equals, near_rows, row_hashes
from ..tabular.split_leaks import cross_share, crossings
from ..tabular.table_schema import look
from .trials import Trial

Row = dict[str, Any]
ROWS, DRAWINGS, GAP, BESIDE, MOST_COLUMNS, WIDEST = 500, 5, 0.3, 3, 30, 60
GROUP, LABEL, PLANTED, MISSING = "planted group", "planted label", "planted column", "planted gaps"


def draw_rows(corpus: Corpus, wanted: int, seed: int) -> list[Row]:
    """``wanted`` rows (or all) as they stand in the table, in corpus order, with their first 60 columns."""
    chosen = np.sort(generator(seed, "planted-controls", "sample").permutation(len(corpus))[:wanted])
    rows, start = [], 0
    for batch in corpus.batches(["table"]):
        here = chosen[(chosen >= start) & (chosen < start + batch.num_rows)] - start
        start += batch.num_rows
        for content in batch.column("table").take(here).to_pylist() if len(here) else ():
            row = json.loads(content or "{}")
            if isinstance(row, dict):
                rows.append(row)
    names = list(dict.fromkeys(name for row in rows for name in row))[:WIDEST]
    return [{name: row[name] for name in names if name in row} for row in rows]


def table_trials(rows: Sequence[Row], per_type: int, seed: int) -> Iterator[Trial]:
    """Trials of every audit of tables on rows of this one; another kind of fault is one more line here."""
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), list(rows), per_type, seed)
        yield from _copies(bench)
        yield from _crossed(bench)
        yield from _far_values(bench)
        yield from _giveaways(bench)
        yield from _by_group(bench)


class _Bench:
    """Drawn rows, and small corpora made of them."""

    def __init__(self, folder: Path, rows: list[Row], per_type: int, seed: int) -> None:
        self.folder, self.rows, self.per_type, self.seed = folder, rows, per_type, seed
        self.made = 0
        self.types = self.types_of(rows)

    def rng(self, *names: str) -> np.random.Generator:
        return generator(self.seed, "planted-controls", "table", *names)

    def corpus(self, rows: Sequence[Row]) -> Corpus:
        self.made += 1
        return write_rows(self.folder / str(self.made), rows)

    def types_of(self, rows: Sequence[Row]) -> dict[str, Typed]:
        found = _columns(rows) if rows else {}
        return {name: typed(column) for name, column in found.items() if column.values}

    def drawing(self, number: int) -> list[Row]:
        order = self.rng("drawing", str(number)).permutation(len(self.rows))[:ROWS]
        return [dict(self.rows[place]) for place in order.tolist()]


def _columns(rows: Sequence[Row]) -> dict[str, Column]:
    """The columns of rows as the audits read them."""
    texts = pa.array([json.dumps(row) for row in rows], pa.large_string())
    return dict(columns_from([pa.RecordBatch.from_arrays([texts], ["table"])]).found)


def write_rows(folder: Path, rows: Sequence[Row]) -> Corpus:
    """Rows as a corpus, with ids in their order."""
    records = []
    for number, row in enumerate(rows):
        record = text_record("", f"planted:{number}", "planted-controls")
        del record["text"]
        records.append({**record, "id": f"planted-{number:06d}", "table": json.dumps(row)})
    with CorpusWriter(folder, TABLE_SCHEMA) as writer:
        writer.write(record_batch(records, TABLE_SCHEMA))
    return Corpus(folder)


def _copies(bench: _Bench) -> Iterator[Trial]:
    """Copies with 0, 1 and 3 changed cells, and rows whose cells come from different rows, for duplicate-rows."""
    names = [name for name, one in bench.types.items() if one.distinct > 1]
    rng = bench.rng("copies")
    hosts = rng.permutation(len(bench.rows))[: bench.per_type].tolist()
    audit = DuplicateRows(near=1)
    kinds = (("exact copy", 0, True), ("one cell changed", 1, True), ("three cells changed", 3, False))
    for level, cells, positive in kinds:
        usable = hosts if len(names) > max(cells, 1) else []
        copies = [_changed(bench.rows[host], names, cells, rng) for host in usable]
        yield _near_trial(bench, audit, level, positive, copies)
    mixed = [_mixed(bench.rows, names, rng) for _ in hosts] if len(names) > 1 else []
    yield _near_trial(bench, audit, "cells of several rows", False, mixed)


def _changed(row: Row, names: Sequence[str], cells: int, rng: np.random.Generator) -> Row:
    found = dict(row)
    for place in rng.permutation(len(names))[:cells].tolist():
        found[names[place]] = f"{row.get(names[place])} {int(rng.integers(1_000_000))}"
    return found


def _mixed(rows: Sequence[Row], names: Sequence[str], rng: np.random.Generator) -> Row:
    return {name: rows[int(rng.integers(len(rows)))].get(name) for name in names}


def _near_trial(bench: _Bench, audit: DuplicateRows, level: str, positive: bool, copies: Sequence[Row]) -> Trial:
    """A copy counts as reported where it is equal to a row or within a cell of one; a look-alike that is so is none."""
    columns = list(_columns([*bench.rows, *copies]).values()) if copies else []
    if not positive and columns:
        kept = _distances(columns, len(bench.rows)) > audit.near
        copies = [copy for copy, far in zip(copies, kept.tolist(), strict=True) if far]
        columns = list(_columns([*bench.rows, *copies]).values())
    if not copies:
        return Trial("duplicate-rows", level, positive, 0, 0)
    cells = [cell_hashes(column) for column in columns]
    total = row_hashes(cells, len(bench.rows) + len(copies))
    marked, _ = near_rows(cells, audit.near)
    hit = (marked | equals(total).repeated)[len(bench.rows) :]
    return Trial("duplicate-rows", level, positive, len(copies), int(hit.sum()))


def _distances(columns: Sequence[Column], rows: int) -> np.ndarray:
    """For each row after the first ``rows`` the cells in which it differs from the nearest other row, one by one."""
    codes = np.stack([column.codes for column in columns], 1)
    found = []
    for place in range(rows, len(codes)):
        cells = (codes != codes[place]).sum(1)
        cells[place] = len(columns) + 1
        found.append(int(cells.min()))
    return np.array(found, np.int64)


def _crossed(bench: _Bench) -> Iterator[Trial]:
    """Rows of one half copied into the other, as they are or with one cell changed, and mixed rows, for leakage."""
    names = [name for name, one in bench.types.items() if one.distinct > 1]
    half = len(bench.rows) // 2
    rng = bench.rng("crossed")
    hosts = rng.permutation(half)[: bench.per_type].tolist() if len(names) > 1 else []
    for level, made, positive, near in (
        ("row in two splits", [_changed(bench.rows[host], names, 0, rng) for host in hosts], True, 0),
        ("in two splits, one cell changed", [_changed(bench.rows[host], names, 1, rng) for host in hosts], True, 1),
        ("in two splits, cells of several rows", [_mixed(bench.rows, names, rng) for _ in hosts], False, 0),
    ):
        if not positive and made:
            far = _distances(list(_columns([*bench.rows[:half], *made]).values()), half) > 0
            made = [row for row, is_far in zip(made, far.tolist(), strict=True) if is_far]
        if not made:
            yield Trial("leakage", level, positive, 0, 0)
            continue
        rows = [*bench.rows, *made]
        columns = _columns(rows)
        codes = np.array([int(place >= half) for place in range(len(rows))], np.int32)
        splits = Column("split", codes, ("train", "test"))
        cells = [cell_hashes(column) for column in columns.values()]
        found = crossings(level, cells, splits, dict.fromkeys(cross_share(splits), 0.0), near)
        hit = next(one.rows for one in found if one.own == "test")
        yield Trial("leakage", level, positive, len(made), int((hit >= len(bench.rows)).sum()))


def _far_values(bench: _Bench) -> Iterator[Trial]:
    """A number ten times as far from the median as the farthest one, and a number that the column has."""
    numeric = [name for name, one in bench.types.items() if one.is_numeric and one.distinct > 2][:MOST_COLUMNS]
    for level, positive in (("far value", True), ("common value", False)):
        rng = bench.rng("far", level)
        planted = hits = 0
        for name in numeric:
            values = bench.types[name].per_row()
            values = values[np.isfinite(values)]
            far = look(bench.types[name]).far
            if far is None or far.reason:
                continue
            middle = float(np.median(values))
            reach = max(float(np.abs(values - middle).max()), abs(far.high - middle), abs(far.low - middle))
            value = middle + 10 * reach if positive else middle
            place = int(rng.integers(len(bench.rows)))
            rows = [{name: row.get(name)} for row in bench.rows]
            rows[place][name] = round(value)
            found = look(bench.types_of(rows)[name]).far
            planted += 1
            hits += int(found is not None and place in found.rows.tolist())
        yield Trial("table-schema", level, positive, planted, hits)


def _giveaways(bench: _Bench) -> Iterator[Trial]:
    """A copy of a label with 1 % errors, one with 30 % errors, and a column of numbers of its own, for leakage."""
    audit = Leakage(label=LABEL)
    for level, positive in (("copy of the label", True), ("weak copy", False), ("a number for each row", False)):
        hits = planted = 0
        for number in range(DRAWINGS):
            rng = bench.rng("giveaway", level, str(number))
            rows = bench.drawing(number)
            if len(rows) < 100:
                continue
            label = rng.integers(0, 2, len(rows))
            wrong = rng.random(len(rows)) < (0.01 if positive else 0.3)
            values = np.where(wrong, 1 - label, label)
            beside = list(bench.types)[:BESIDE]
            for place, row in enumerate(rows):
                row = rows[place] = {name: row.get(name) for name in beside}
                row[LABEL] = "ab"[label[place]]
                row[PLANTED] = place if level == "a number for each row" else "xy"[values[place]]
            planted += 1
            hits += _names_column(audit.examine(bench.corpus(rows), bench.seed, SILENT), "HW-A109", PLANTED)
        yield Trial("leakage", level, positive, planted, hits)


def _by_group(bench: _Bench) -> Iterator[Trial]:
    """A label, a proxy and missing values that go with a group, and the same drawn without regard to it."""
    kinds: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("decisions", "gap in the label", {"label": LABEL, "positive": "b"}, "HW-A080"),
        ("proxies", "proxy column", {"ignore": [LABEL, MISSING]}, "HW-A083"),
        ("missingness", "missing by group", {}, "HW-A084"),
    )
    beside = list(bench.types)[:BESIDE]
    for positive in (True, False):
        hits, planted = dict.fromkeys(AUDITS.names(), 0), 0
        for number in range(DRAWINGS if len(bench.rows) >= 200 else 0):
            rows = [{name: row.get(name) for name in beside} for row in bench.rows]
            _tie(rows, positive, bench.rng("by-group", str(positive), str(number)))
            corpus, planted = bench.corpus(rows), planted + 1
            for detector, _, options, code in kinds:
                audit: Callable[..., Any] = AUDITS.get(detector)
                report = audit(groups=[GROUP], **options).examine(corpus, bench.seed, SILENT)
                hits[detector] += any(finding.code == code and _is_planted(finding) for finding in report.findings)
        for detector, level, _, _ in kinds:
            yield Trial(detector, level if positive else f"{level}, by chance", positive, planted, hits[detector])


def _is_planted(finding: Finding) -> bool:
    """Whether a finding is about what was planted: not about a value that real columns lack."""
    return finding.code != "HW-A084" or MISSING in finding.title


def _tie(rows: Sequence[Row], positive: bool, rng: np.random.Generator) -> None:
    """Gives each row a group, and three values that go with it or do not."""
    group = rng.integers(0, 2, len(rows))
    tied = group if positive else rng.integers(0, 2, len(rows))
    chances = rng.random((len(rows), 3)).tolist()
    for row, own, other, chance in zip(rows, group.tolist(), tied.tolist(), chances, strict=True):
        row[GROUP] = "pq"[own]
        row[LABEL] = "ab"[int(chance[0] < 0.3 + GAP * other)]
        row[PLANTED] = "xy"[other if chance[1] < 0.9 else 1 - other]
        row[MISSING] = None if chance[2] < 0.02 + GAP * other else "x"


def _names_column(report: StageReport, code: str, name: str) -> int:
    return int(any(finding.code == code and name in finding.title for finding in report.findings))
