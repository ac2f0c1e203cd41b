"""Comma- and tab-separated files, with the line of every record."""

import csv as csv_module
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core import ConfigError, InputError
from ..base import SOURCES, Reject, Rejected, Source
from .columns import Columns, Modality, row_bytes
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .lines import LONGEST_LINE, Line, read_lines

SUFFIXES = (".csv", ".tsv")


@SOURCES.register("csv", source="RFC 4180")
def csv(
    path: Paths,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
    maximum_row_bytes: int = LONGEST_LINE,
) -> Source:
    """CSV and TSV files, also as .gz, .zst and .bz2.

    ``path`` is a file, a folder (every .csv and .tsv in it) or a pattern. ``delimiter`` is a tab for .tsv and a comma
    otherwise. ``columns`` names the columns of a file without a header line. ``text``, ``fields``, ``groups``,
    ``attributes``, ``modality`` and ``declared`` are as in the source jsonl. A row with too many or too few values, too
    long, with a quote that is never closed or no UTF-8 is rejected with its line.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ConfigError(
            f"delimiter: {delimiter!r} is not a single character that can separate values; use , ; or a tab"
        )
    layout = Columns.of(text, fields, groups, attributes, modality, declared)
    files = find_files(path, SUFFIXES)
    for file in files:
        _Records(file, delimiter, columns, maximum_row_bytes).check(layout)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        records = _Records(file, delimiter, columns, maximum_row_bytes)
        for found in records.read(layout, advance):
            if isinstance(found, Rejected):
                reject(found)
            else:
                yield found

    options = layout.options() | {"columns": columns and list(columns), "delimiter": delimiter}
    return FileSource("csv", files, read, options | {"maximum_row_bytes": maximum_row_bytes}, modality)


class _TooLong(Exception):
    """A record has gone over the limit."""


@dataclass(slots=True)
class _Records:
    """The records of one file. Bytes that are no UTF-8 stay recognisable in the text until their row is known."""

    file: InputFile
    delimiter: str | None
    columns: Sequence[str] | None
    limit: int
    line: int = 0
    size: int = 0
    start: bytes = field(default=b"")

    def check(self, layout: Columns) -> None:
        """Raise :class:`InputError` where the file lacks a column; an empty file lacks nothing."""
        with open_input(self.file) as chunks:
            names = self._names(self._values(read_lines(chunks, self.limit)))
        if names:
            advice = "" if self.columns else "; where these are values, name the columns with the option columns"
            layout.check(names, self.file.place, advice)

    def read(self, layout: Columns, advance: Advance) -> Iterator[dict[str, Any] | Rejected]:
        """A record or a rejected row for each row of the file."""
        with open_input(self.file, advance) as chunks:
            values = self._values(read_lines(chunks, self.limit))
            names = self._names(values)
            for first, row in values:
                if row:
                    yield self._record(names, row, f"{self.file.name}:{first}", layout)

    def _names(self, values: Iterator[tuple[int, list[str] | Rejected]]) -> list[str]:
        if self.columns is not None:
            return list(self.columns)
        _, header = next(((first, row) for first, row in values if row), (1, []))
        if isinstance(header, Rejected):
            raise InputError(f"{self.file.place}: the header line cannot be read ({header.rule}); is it a CSV file?")
        return _unique(header)

    def _record(
        self, names: Sequence[str], row: list[str] | Rejected, locator: str, layout: Columns
    ) -> dict[str, Any] | Rejected:
        if isinstance(row, Rejected):
            return row
        # Blanks around values are layout, except in the text itself.
        content = {
            name: value if name == layout.text else value.strip() for name, value in zip(names, row, strict=False)
        }
        bad = Rejected(locator, self.file.name, "wrong-number-of-columns", "not as many values as the header has names")
        found = bad if len(row) != len(names) else layout.record(content, locator, self.file.name)
        if not isinstance(found, Rejected):
            return found
        if found is bad:
            found = replace(bad, measured=len(row), limit=len(names))
        elif found.rule == "lone-surrogate":
            found = replace(bad, rule="invalid-utf8", evidence="bytes that are not UTF-8")
        return replace(found, content=row_bytes(content))

    def _values(self, lines: Iterable[Line]) -> Iterator[tuple[int, list[str] | Rejected]]:
        """The values of each record with the line at which it starts; a blank line is an empty record."""
        csv_module.field_size_limit(max(csv_module.field_size_limit(), self.limit))
        feed = self._feed(iter(lines))
        delimiter = self.delimiter or ("\t" if self.file.suffix == ".tsv" else ",")
        while True:
            # A fresh reader after each bad record starts at the next line; the rejected row names the lines lost.
            reader = csv_module.reader(feed, delimiter=delimiter, strict=True)
            try:
                while True:
                    first, self.size = self.line + 1, 0
                    yield first, next(reader)
            except StopIteration:
                return
            except csv_module.Error as error:
                yield first, self._bad(first, "invalid-csv", str(error))
            except _TooLong:
                yield first, self._bad(first, "row-too-long", "a quote may not be closed")
                feed = self._feed(iter(lines))

    def _feed(self, lines: Iterator[Line]) -> Iterator[str]:
        for line in lines:
            self.line, self.start = line.number, self.start if self.size else line.content[:1000]
            self.size += line.size + 1
            if self.size > self.limit:
                raise _TooLong
            yield line.content.decode("utf-8", "surrogateescape") + "\n"

    def _bad(self, first: int, rule: str, reason: str) -> Rejected:
        evidence = f"lines {first} to {self.line}: {reason}"
        locator = f"{self.file.name}:{first}"
        return Rejected(locator, self.file.name, rule, evidence, self.size, self.limit, self.start)


def _unique(names: Sequence[str]) -> list[str]:
    """Header names, stripped; blank ones get their number and repeated ones a suffix, so that no value is lost."""
    found: list[str] = []
    for index, raw in enumerate(names, 1):
        name = raw.strip() or f"column_{index}"
        count = 2
        while name in found:
            name, count = f"{raw.strip() or 'column'}_{count}", count + 1
        found.append(name)
    return found
