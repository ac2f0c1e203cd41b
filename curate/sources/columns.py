"""Rows with named columns as records: which column is the text, which is provenance, which names a group."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...core import InputError, did_you_mean, document_id, text_record
from ..base import Rejected
from ..licences import normalise_licence
from ..privacy import redact
from .lines import EVIDENCE_BYTES
from .provenance import PROVENANCE, check_provenance, declared_provenance

Modality = Literal["text", "table"]

LONGEST_ATTRIBUTE = 1_000
_RESERVED = {"locator": "declared_locator"}


@dataclass(frozen=True, slots=True)
class Columns:
    """How to read a row.

    ``text`` is the column of the document. ``fields`` maps a provenance field (source, url, licence, collected,
    language) to its column; a column of the same name is taken by itself, and ``license`` too. ``declared`` holds for
    rows that do not say. ``groups`` are columns that name a group of people or a label. Every other column with a plain
    value (text up to 1,000 characters, number, true/false) becomes an attribute, or only those named in ``attributes``.
    With modality ``table`` the whole row is the document.
    """

    text: str = "text"
    fields: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[str] = ()
    attributes: Sequence[str] | None = None
    modality: Modality = "text"
    declared: Mapping[str, str] = field(default_factory=dict)
    _layouts: Mapping[str, "_Layout"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        layouts = {name: self._layout(name) for name in ("licence", "license")}
        object.__setattr__(self, "_layouts", layouts)  # worked out once, for every row asks

    @classmethod
    def of(
        cls,
        text: str,
        fields: Mapping[str, str] | None,
        groups: Sequence[str],
        attributes: Sequence[str] | None,
        modality: Modality,
        declared: Mapping[str, str] | None,
    ) -> "Columns":
        """The columns that the options of a source name, checked."""
        check_provenance("fields", fields or {})
        return cls(text, fields or {}, groups, attributes, modality, declared_provenance(declared))

    def options(self) -> dict[str, Any]:
        """The settings as JSON values, for a fingerprint."""
        attributes = None if self.attributes is None else sorted(self.attributes)
        return {
            "text": self.text,
            "fields": dict(self.fields),
            "groups": sorted(self.groups),
            "attributes": attributes,
            "modality": self.modality,
            "declared": dict(self.declared),
        }

    def check(self, names: Sequence[str], place: str, advice: str = "") -> None:
        """Raise :class:`InputError` where a file of these columns lacks one that the settings name."""
        wanted = [*([self.text] if self.modality == "text" else []), *self.fields.values(), *self.groups]
        for name in [*wanted, *(self.attributes or ())]:
            if name not in names:
                # Without a header line the first row stands here, and with it what must not reach a log.
                listed = redact(", ".join(names[:20])) + (", ..." if len(names) > 20 else "")
                role = " (option text)" if name == self.text else ""
                hint = did_you_mean(name, names)
                raise InputError(f"{place}: no column {name!r}{role}; {hint}it has {listed or 'no columns'}{advice}")

    def record(self, row: Mapping[str, Any], locator: str, source: str) -> dict[str, Any] | Rejected:
        """A row of the modality's schema, or why there is none."""
        found = self._table(row, locator, source) if self.modality == "table" else self._text(row, locator, source)
        if isinstance(found, Rejected) or storable(found):
            return found
        return Rejected(locator, source, "lone-surrogate", "half of a surrogate pair, which no UTF-8 text can hold")

    def _text(self, row: Mapping[str, Any], locator: str, source: str) -> dict[str, Any] | Rejected:
        text = row.get(self.text)
        if text is None:
            return Rejected(
                locator, source, "missing-text", f"no value for {self.text!r}; the row has {len(row)} columns"
            )
        if not isinstance(text, str):
            return Rejected(locator, source, "not-text", f"the value of {self.text!r} is {_kind(text)}, not text")
        return text_record(text, locator, **self._provenance(row, source))

    def _table(self, row: Mapping[str, Any], locator: str, source: str) -> dict[str, Any] | Rejected:
        values = {str(key): _cell(value) for key, value in row.items() if _is_cell(value)}
        content = json.dumps(values, ensure_ascii=False, allow_nan=False)
        record = text_record("", locator, **self._provenance(row, source, attributes={}))
        del record["text"]
        return {**record, "id": document_id(content.encode("utf-8", "surrogatepass"), locator), "table": content}

    def _provenance(
        self, row: Mapping[str, Any], source: str, attributes: dict[str, str | None] | None = None
    ) -> dict[str, Any]:
        layout = self._layouts["license" if "license" in row and "licence" not in row else "licence"]
        values = {name: value for name, column in layout.provenance if (value := _as_text(row.get(column)))}
        found = self._attributes(row, layout.used) if attributes is None else attributes
        if stated := values.get("licence"):
            values["licence"] = normalise_licence(stated)
            if stated != values["licence"]:
                found["licence_declared"] = stated[:LONGEST_ATTRIBUTE]
        groups = {name: _as_text(row.get(name)) for name in self.groups}
        return {"source": source, **self.declared, **values, "groups": groups, "attributes": found}

    def _layout(self, licence: str) -> "_Layout":
        columns = {name: name for name in PROVENANCE} | {"licence": licence} | dict(self.fields)
        return _Layout(tuple(columns.items()), frozenset({self.text, *columns.values(), *self.groups}))

    def _attributes(self, row: Mapping[str, Any], used: frozenset[str]) -> dict[str, str | None]:
        names = row if self.attributes is None else self.attributes
        taken = {str(name): _as_text(row.get(name)) for name in names if name not in used}
        return {
            _RESERVED.get(name, name): value
            for name, value in taken.items()
            if value is not None and len(value) <= LONGEST_ATTRIBUTE
        }


@dataclass(frozen=True, slots=True)
class _Layout:
    """Provenance fields with their columns, and every column that is no attribute."""

    provenance: tuple[tuple[str, str], ...]
    used: frozenset[str]


def _is_plain(value: Any) -> bool:
    return value is None or not isinstance(value, (Mapping, list, tuple, set, bytes, bytearray))


def _plain(value: Any) -> str | int | float | bool | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _is_cell(value: Any) -> bool:
    return not isinstance(value, (bytes, bytearray))


def _cell(value: Any) -> str | int | float | bool | None:
    """A value of a table: a nested one as JSON text, so that two rows that differ in it stay different."""
    return _plain(value) if _is_plain(value) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _as_text(value: Any) -> str | None:
    """A plain value as text; missing, empty and nested ones are None."""
    if value is None or type(value) is str:  # nearly every value there is
        return value.strip() or None if value else None
    plain = _plain(value) if _is_plain(value) else None
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return None if plain is None else str(plain).strip() or None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), f"a {type(value).__name__}")


def storable(record: Mapping[str, Any]) -> bool:
    """Whether Arrow can store every string: a lone surrogate has no UTF-8 form."""
    try:
        for value in itertools.chain(record.values(), *record["groups"], *record["attributes"]):
            if isinstance(value, str) and not value.isascii():
                value.encode()
        return True
    except UnicodeEncodeError:
        return False


def row_bytes(row: Mapping[str, Any]) -> bytes:
    """What is kept of a row that cannot be used: its values as JSON, up to 64 KiB."""
    return json.dumps({str(key): value for key, value in row.items()}, default=str).encode()[:EVIDENCE_BYTES]
