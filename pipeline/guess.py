"""Which source and which audits fit a file or folder that a command was given."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core import SILENT, InputError, UsageError
from ..curate import DEFAULT_AUDITS, Rejected, fairness, guess_source, read_source
from .as_read import IMPACT

__all__ = ["AuditOptions", "guess_audit", "guess_corpus", "guess_source"]
# Which options of the command line go to which audit. An audit that gets one is run; these come last, in this order.
TAKES = {
    "duplicate-rows": ("label",),
    "leakage": ("label", "split"),
    "privacy-risk": ("groups", "label"),
    "drift": ("split",),
    "representation": ("groups", "label", "split", "reference"),
    "decisions": ("groups", "label", "prediction", "positive", "score"),
}
OF_TABLES = ("duplicate-rows", "leakage", "privacy-risk", "drift")
ROWS_TRIED = 1_000
TABULAR = ("arrow", "csv", "datasets", "json", "jsonl", "parquet")


@dataclass(frozen=True)
class AuditOptions:
    """What ``headwater audit`` was told of the columns of a data file; lists are separated by commas."""

    groups: str = ""
    label: str | None = None
    prediction: str | None = None
    positive: str | None = None
    columns: str = ""
    score: str | None = None
    split: str | None = None
    reference: str | None = None

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def of(self, audit: str) -> dict[str, Any]:
        """The options that an audit takes and that were given; empty where it has nothing to do with them."""
        given = {**asdict(self), "groups": _names(self.groups)}
        return {name: given[name] for name in TAKES[audit] if given[name]}

    @property
    def named(self) -> list[str]:
        """The columns that the data must have, besides those of groups."""
        return list(dict.fromkeys(name for name in (self.label, self.prediction, self.score, self.split) if name))


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
        if found["source"] in ("json", "jsonl") and _lacks_text(found):
            return {**found, "modality": "table"}
        read_source(found["source"], "corpus", **_options(found))
    except InputError:
        with suppress(InputError):
            read_source(found["source"], "corpus", **_options(found), modality="table")
            return {**found, "modality": "table"}
        raise
    return found


class _SeenEnough(Exception):
    """The rows that were tried tell what the file is."""


def _lacks_text(found: dict[str, Any]) -> bool:
    """Whether the first rows of a JSON file are objects of which none has a text: then the file is a table."""
    rules: list[str] = []

    def reject(rejected: Rejected) -> None:
        rules.append(rejected.rule)
        if len(rules) >= ROWS_TRIED:
            raise _SeenEnough

    source = read_source(found["source"], "corpus", **_options(found))
    with suppress(_SeenEnough):
        if next(source.batches(reject, SILENT), None) is not None:
            return False
    return "missing-text" in rules


def guess_audit(path: Path, options: AuditOptions) -> dict[str, Any]:
    """The keys ``corpus``, ``curate`` and ``audit`` of a config for an audit of a path.

    Equal rows of a table are different people, so a table is audited as it is. Raises :class:`InputError` for a column
    that the file lacks.
    """
    found = guess_corpus(path, _names(options.columns))
    is_table = found.get("modality") == "table"
    groups = _names(options.groups)
    needed = [*groups, *dict.fromkeys([*options.named, *fairness.reference_columns(options.reference)])]
    if found["source"] in TABULAR:
        if needed:  # the source knows the columns of its files: let it refuse those that are missing
            read_source(found["source"], "corpus", **_options(found), groups=list(dict.fromkeys(needed)))
    elif groups or options.named or options.positive or options.columns:
        raise UsageError(f"{path}: --groups, --label and --prediction name columns, and a {found['source']} has none")
    config: dict[str, Any] = {"corpus": {**found, **({"groups": groups} if groups else {})}}
    if is_table:
        config["curate"] = []
    told = {name: options.of(name) for name in TAKES if options.of(name) and (is_table or name not in OF_TABLES)}
    if told:
        kind = "table" if is_table else "image" if found["source"] == "image-folder" else "text"
        kept = [name for name in DEFAULT_AUDITS[kind] if name not in told and not (is_table and name == IMPACT)]
        config["audit"] = [*kept, *({name: given} for name, given in told.items())]
    return config


def _options(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "source"}


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
