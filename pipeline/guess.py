"""Which source and which audits fit a file or folder that a command was given."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import InputError, UsageError
from ..curate import DEFAULT_AUDITS, guess_source, read_source
from .as_read import IMPACT

__all__ = ["AuditOptions", "guess_audit", "guess_corpus", "guess_source"]
TABULAR = ("arrow", "csv", "datasets", "json", "jsonl", "parquet")


@dataclass(frozen=True)
class AuditOptions:
    """What ``headwater audit`` was told of the columns of a data file; lists are separated by commas."""

    groups: str = ""
    label: str | None = None
    prediction: str | None = None
    positive: str | None = None
    columns: str = ""

    def __bool__(self) -> bool:
        return any((self.groups, self.label, self.prediction, self.positive, self.columns))

    @property
    def decisions(self) -> dict[str, Any]:
        """Options for the audit decisions; empty where no column was named."""
        found = {
            "groups": _names(self.groups), "label": self.label, "prediction": self.prediction, "positive": self.positive
        }  # fmt: skip
        return {key: value for key, value in found.items() if value}


def guess_corpus(path: Path, columns: Sequence[str] = ()) -> dict[str, Any]:
    """The source of a path with its options, as in a config. A file of rows without a column ``text`` is a table."""
    found = guess_source(path)
    if columns:
        if found["source"] != "csv":
            raise UsageError(
                f"{path}: --columns names the columns of a CSV file without a header line, and this is none"
            )
        found["columns"] = list(columns)
    if found["source"] not in TABULAR:
        return found
    try:
        read_source(found["source"], "corpus", **_options(found))
    except InputError:
        with suppress(InputError):
            read_source(found["source"], "corpus", **_options(found), modality="table")
            return {**found, "modality": "table"}
        raise
    return found


def guess_audit(path: Path, options: AuditOptions) -> dict[str, Any]:
    """The keys ``corpus``, ``curate`` and ``audit`` of a config for an audit of a path.

    Equal rows of a table are different people, so a table is audited as it is. Raises :class:`InputError` for a column
    that the file lacks.
    """
    found = guess_corpus(path, _names(options.columns))
    is_table = found.get("modality") == "table"
    groups = _names(options.groups)
    if options and found["source"] not in TABULAR:
        raise UsageError(f"{path}: --groups, --label and --prediction name columns, and a {found['source']} has none")
    named = [name for name in (options.label, options.prediction) if name]
    if groups or named:  # the source knows the columns of its files: let it refuse those that are missing
        read_source(found["source"], "corpus", **_options(found), groups=[*groups, *named])
    config: dict[str, Any] = {"corpus": {**found, **({"groups": groups} if groups else {})}}
    if is_table:
        config["curate"] = []
    if options.decisions:
        names = [name for name in DEFAULT_AUDITS["table" if is_table else "text"] if name != "decisions"]
        kept = [name for name in names if not (is_table and name == IMPACT)]
        config["audit"] = [*kept, {"decisions": options.decisions}]
    return config


def _options(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "source"}


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
