"""Audit ``composition``: what the corpus is made of, by source, licence, language, class and length."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Cell, Chart, Corpus, Exhibit, Finding, Progress, Score, Series, StageReport, Table, wilson
from ..base import AUDITS
from ..privacy import redact
from .composition_findings import concentrated_source, licence_conflict, unknown_licences
from .concentration import Concentration, concentration

KEYS = ("source", "licence", "language")
CONTENT = {"text": "text", "image": "image", "table": "table"}
NO_LICENCE = (UNKNOWN, "", "NONE", "NOASSERTION")
LARGEST = 20
LABELS = 50


@AUDITS.register("composition", source="Herfindahl 1950; Wilson 1927, JASA 22, 209-212", unit="documents and bytes")
class Composition:
    """Documents and bytes by source, licence, language, class and length, and how concentrated they are.

    ``largest_source`` is the share of bytes of one source, ``unknown_licence`` the share of documents without a known
    licence, above which there is a finding.
    """

    name = "composition"

    def __init__(self, largest_source: float = 0.5, unknown_licence: float = 0.0) -> None:
        self.largest_source, self.unknown_licence = largest_source, unknown_licence

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables, charts, concentration scores and the findings HW-A001, HW-A002 and HW-A003."""
        corpus.require_documents()
        parts, lengths = tally(corpus, progress)
        shares = {key: _by(parts, key) for key in KEYS}
        scores = [score for key in KEYS for score in _concentration_scores(key, shares[key])]
        unknown = unknown_licence_score(shares["licence"])
        exhibits: list[Exhibit] = [exhibit for key in KEYS for exhibit in _show(key, shares[key])]
        exhibits += [*_label_exhibits(corpus), _length_chart(corpus.modality, lengths)]
        return StageReport(
            "audit", "Composition", _facts(shares, unknown), (*scores, unknown),
            self._findings(corpus, shares, unknown), tuple(exhibits),
        )  # fmt: skip

    def _findings(self, corpus: Corpus, shares: dict[str, pa.Table], unknown: Score) -> tuple[Finding, ...]:
        found = (
            concentrated_source(corpus, shares["source"], self.largest_source),
            unknown_licences(corpus, unknown, self.unknown_licence, NO_LICENCE),
            licence_conflict(corpus, shares["licence"]),
        )
        return tuple(finding for finding in found if finding is not None)


def tally(corpus: Corpus, progress: Progress) -> tuple[pa.Table, np.ndarray]:
    """Documents and bytes by (source, licence, language), and the number of documents by power of two of length.

    Length is characters of a text, pixels of an image, characters of a table's JSON.
    """
    parts, lengths = [], np.zeros(64, np.int64)
    content = CONTENT[corpus.modality]
    with progress.task("composition", len(corpus)) as task:
        for batch in corpus.batches([*KEYS, content]):
            columns = {key: pc.fill_null(batch.column(key), UNKNOWN) for key in KEYS}
            sizes = pc.fill_null(pc.binary_length(batch.column(content)), 0)
            parts.append(_group(pa.table({**columns, "documents": pa.repeat(1, batch.num_rows), "bytes": sizes})))
            lengths += _length_bins(batch.column(content), sizes)
            task.advance(batch.num_rows)
    return _group(pa.concat_tables(parts)), lengths


def unknown_licence_score(by_licence: pa.Table) -> Score:
    """Share of documents whose licence nobody knows, with Wilson's interval."""
    rows = list(zip(by_licence["licence"].to_pylist(), by_licence["documents"].to_pylist(), strict=True))
    total = sum(count for _, count in rows)
    unknown = sum(count for licence, count in rows if licence in NO_LICENCE)
    low, high = wilson(unknown, total)
    return Score(
        "unknown-licence-share", unknown / total, total, "share of documents",
        "unknown-licence-share/1 licence is unknown, empty, NONE or NOASSERTION; Wilson", low, high, direction="lower",
    )  # fmt: skip


def _group(table: pa.Table) -> pa.Table:
    sums = table.group_by(list(KEYS), use_threads=False).aggregate([("documents", "sum"), ("bytes", "sum")])
    return sums.rename_columns({"documents_sum": "documents", "bytes_sum": "bytes"})


def _by(parts: pa.Table, key: str) -> pa.Table:
    """Documents and bytes by one key, largest first, ties by name."""
    sums = parts.group_by([key], use_threads=False).aggregate([("documents", "sum"), ("bytes", "sum")])
    sums = sums.rename_columns({"documents_sum": "documents", "bytes_sum": "bytes"})
    return sums.sort_by([("bytes", "descending"), (key, "ascending")])


def _length_bins(content: pa.Array, sizes: pa.Array) -> np.ndarray:
    is_text = pa.types.is_large_string(content.type) or pa.types.is_string(content.type)
    lengths = pc.fill_null(pc.utf8_length(content), 0) if is_text else sizes
    exponents = np.frexp(lengths.to_numpy(zero_copy_only=False).astype(np.float64))[1]
    return np.bincount(np.clip(exponents, 0, 63), minlength=64)


def _concentration_scores(key: str, by_key: pa.Table) -> Iterator[Score]:
    amounts = by_key["bytes"].to_numpy()
    if amounts.sum() == 0:
        amounts = by_key["documents"].to_numpy()
    found: Concentration = concentration(amounts)
    documents = int(by_key["documents"].to_numpy().sum())
    whole = f"the whole corpus was counted: {documents} documents"
    for measure, unit in (
        ("largest", "share of bytes"),
        ("top_ten", "share of bytes"),
        ("hhi", "Herfindahl-Hirschman index"),
        ("gini", "Gini coefficient"),
        ("entropy", "share of the maximum entropy"),
    ):
        yield Score(
            f"{key}-{measure.replace('_', '-')}", getattr(found, measure), found.parts, unit,
            f"concentration/1 of bytes by {key}", interval=whole,
        )  # fmt: skip


def _facts(shares: dict[str, pa.Table], unknown: Score) -> dict[str, Cell]:
    sources = shares["source"]
    return {
        "Documents": int(sources["documents"].to_numpy().sum()),
        "Bytes": int(sources["bytes"].to_numpy().sum()),
        "Sources": sources.num_rows,
        "Licences": shares["licence"].num_rows,
        "Languages": shares["language"].num_rows,
        "Share of documents without a known licence": unknown.value,
    }


def _show(key: str, by_key: pa.Table) -> Iterator[Exhibit]:
    total = {name: max(1, int(by_key[name].to_numpy().sum())) for name in ("documents", "bytes")}
    rows = by_key.slice(0, LARGEST).to_pylist()
    cells = [
        (
            redact(row[key]),
            row["documents"],
            row["documents"] / total["documents"],
            row["bytes"],
            row["bytes"] / total["bytes"],
        )
        for row in rows
    ]
    rest = by_key.num_rows - len(rows)
    note = f"{rest} smaller ones are not listed." if rest else ""
    title = {"source": "Sources", "licence": "Licences", "language": "Languages"}[key]
    columns = (key.capitalize(), "Documents", "Share of documents", "Bytes", "Share of bytes")
    yield Table(f"composition-{key}", title, columns, tuple(cells), note)
    bars = Series("share of bytes", tuple(row[0] for row in cells), tuple(row[4] for row in cells))
    yield Chart(f"composition-{key}-chart", f"{title} by share of bytes", "bar", key, "share of bytes", (bars,), note)


def _length_chart(modality: str, lengths: np.ndarray) -> Chart:
    used = np.flatnonzero(lengths)
    first, last = int(used[0]), int(used[-1])
    names = tuple(_bin_name(exponent) for exponent in range(first, last + 1))
    counts = tuple(float(count) for count in lengths[first : last + 1])
    unit = "values" if modality == "image" else "characters"
    return Chart(
        "composition-length", "Length of documents", "bar", unit, "documents", (Series("documents", names, counts),),
        "Each bar is twice as wide as the one before it.",
    )  # fmt: skip


def _bin_name(exponent: int) -> str:
    return "0" if exponent == 0 else f"{2 ** (exponent - 1):,}–{2**exponent - 1:,}" if exponent > 1 else "1"


def _label_exhibits(corpus: Corpus) -> Iterator[Exhibit]:
    """Class counts: every key of ``groups``, and the attribute ``label``."""
    counts = _label_counts(corpus)
    for key in sorted(counts)[:LABELS]:
        rows = sorted(counts[key].items(), key=lambda item: (-item[1], item[0]))
        cells = tuple((redact(value), count) for value, count in rows[:LARGEST])
        shown = redact(key)
        note = f"{len(rows) - len(cells)} smaller ones are not listed." if len(rows) > len(cells) else ""
        yield Table(f"composition-group-{shown}", f"Group {shown!r}", (shown, "Documents"), cells, note)
        bars = Series("documents", tuple(str(cell[0]) for cell in cells), tuple(float(cell[1]) for cell in cells))
        yield Chart(f"composition-group-{shown}-chart", f"Group {shown!r}", "bar", shown, "documents", (bars,), note)


def _label_counts(corpus: Corpus) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for batch in corpus.batches(["groups", "attributes"]):
        labels = _named(batch.column("attributes"), "label")
        pairs = [*_pairs(batch.column("groups")), *(("label", value) for value in labels if value is not None)]
        for key, value in pairs:
            of_key = counts.setdefault(key, {})
            of_key[value] = of_key.get(value, 0) + 1
    return counts


def _pairs(column: Any) -> Sequence[tuple[str, str]]:
    filled = [pairs for pairs in column.to_pylist() if pairs]
    return cast(list[tuple[str, str]], [pair for pairs in filled for pair in pairs])


def _named(column: Any, key: str) -> list[str | None]:
    return cast(list[str | None], pc.map_lookup(column, key, "first").to_pylist())
