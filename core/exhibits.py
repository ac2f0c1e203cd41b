"""What a stage wants shown: tables, charts and galleries as plain data. The report decides how they look."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .errors import IntegrityError, UsageError

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under named columns. Texts must already be redacted.

    ``group`` names a part of the stage (a step) that the exhibit belongs to: the report folds such a part.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise UsageError(f"table {self.name!r}: every row needs {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Series:
    """One line or group of bars. ``low`` and ``high`` are empty or as long as ``y``."""

    name: str
    x: tuple[str | float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or len(self.low) != len(self.high) or len(self.low) not in (0, len(self.y)):
            raise UsageError(f"series {self.name!r}: x, y, low and high must have one length")


@dataclass(frozen=True, slots=True)
class Chart:
    """``bar``: categories on x. ``line``: numbers on x. ``interval``: a dot and its interval for each category."""

    name: str
    title: str
    kind: Literal["bar", "line", "interval"]
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of a gallery: a PNG in base64 with a caption."""

    id: str
    caption: str
    png: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures side by side."""

    name: str
    title: str
    tiles: tuple[Tile, ...]
    note: str = ""
    group: str = ""


Exhibit = Table | Chart | Gallery


def exhibit_to_json(exhibit: Exhibit) -> dict[str, Any]:
    """Plain JSON values, with the type's name under ``exhibit``."""
    return {"exhibit": type(exhibit).__name__.lower(), **asdict(exhibit)}


def exhibit_from_json(data: Mapping[str, Any]) -> Exhibit:
    """The exhibit that :func:`exhibit_to_json` wrote."""
    fields = {key: value for key, value in data.items() if key != "exhibit"}
    match data["exhibit"]:
        case "table":
            rows = tuple(tuple(row) for row in fields["rows"])
            return Table(**{**fields, "columns": tuple(fields["columns"]), "rows": rows})
        case "chart":
            return Chart(**{**fields, "series": tuple(_series(item) for item in fields["series"])})
        case "gallery":
            return Gallery(**{**fields, "tiles": tuple(Tile(**tile) for tile in fields["tiles"])})
    raise IntegrityError(f"unknown kind of exhibit {data['exhibit']!r}; the file is from another version")


def _series(data: Mapping[str, Any]) -> Series:
    return Series(data["name"], *(tuple(data[key]) for key in ("x", "y", "low", "high")))
