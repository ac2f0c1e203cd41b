"""Which audits hear of the columns that somebody named, and which are run because of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Named = tuple[str, dict[str, Any]]
TAKES: Mapping[str, tuple[str, ...]] = {
    "duplicate-rows": ("label",),
    "leakage": ("label", "split"),
    "privacy-risk": ("groups", "label"),
    "drift": ("split",),
    "label-noise": ("groups", "label"),
    "representation": ("groups", "label", "split", "reference"),
    "decisions": ("groups", "label", "prediction", "positive", "score"),
    "planted-controls": ("label",),
}
"""An audit that takes something that was named is run; these come last, in this order."""
OF_LABELS = frozenset({"label-noise", "planted-controls"})
"""Audits that have nothing to do without a label, whatever else was named."""
OF_TABLES = frozenset({"duplicate-rows", "leakage", "privacy-risk", "drift"})
NEEDS_RECORD = "filtering-impact"


def usual_audits(names: Sequence[str], modality: str, given: Mapping[str, Any]) -> list[Named]:
    """The usual audits of a modality (``names``), and those that are run because of what was ``given``.

    A table is audited as it is: where columns were named, the audit of the filters has nothing to say.
    """
    told = dict(_told(modality, given))
    left_out = {NEEDS_RECORD} if told and modality == "table" else set()
    return [*((name, {}) for name in names if name not in told and name not in left_out), *told.items()]


def _told(modality: str, given: Mapping[str, Any]) -> Iterator[Named]:
    for name, options in TAKES.items():
        taken = {option: given[option] for option in options if given.get(option)}
        if name in OF_LABELS and "label" not in taken:
            continue
        if taken and (modality == "table" or name not in OF_TABLES):
            yield name, taken
