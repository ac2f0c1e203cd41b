"""Which source and which audits fit a file or folder that a command was given."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core import UsageError
from ..curate import DEFAULT_AUDITS, TABULAR, fairness, guess_corpus, open_guess, usual_audits


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

    @property
    def given(self) -> dict[str, Any]:
        """The options of audits, by the names that they have there."""
        return {**asdict(self), "groups": _names(self.groups)}

    @property
    def named(self) -> list[str]:
        """The columns that the data must have, besides those of groups."""
        return list(dict.fromkeys(name for name in (self.label, self.prediction, self.score, self.split) if name))


def guess_audit(path: Path, options: AuditOptions) -> dict[str, Any]:
    """The keys ``corpus``, ``curate`` and ``audit`` of a config for an audit of a path.

    Equal rows of a table are different people, so a table is audited as it is. Raises :class:`InputError` for a column
    that the file lacks.
    """
    found = guess_corpus(path, _names(options.columns))
    modality = found.get("modality") or ("image" if found["source"] == "image-folder" else "text")
    groups = _names(options.groups)
    needed = [*groups, *dict.fromkeys([*options.named, *fairness.reference_columns(options.reference)])]
    if found["source"] in TABULAR:
        if needed:  # the source knows the columns of its files: let it refuse those that are missing
            open_guess(found, groups=list(dict.fromkeys(needed)))
    elif groups or options.named or options.positive or options.columns:
        raise UsageError(f"{path}: --groups, --label and --prediction name columns, and a {found['source']} has none")
    config: dict[str, Any] = {"corpus": {**found, **({"groups": groups} if groups else {})}}
    if modality == "table":
        config["curate"] = []
    named = usual_audits(DEFAULT_AUDITS[modality], modality, options.given)
    if any(given for _, given in named):
        config["audit"] = [{name: given} if given else name for name, given in named]
    return config


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
