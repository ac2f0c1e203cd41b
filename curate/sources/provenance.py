"""What a user can say of every document of a source at once."""

from collections.abc import Mapping

from ...core import ConfigError, did_you_mean
from ..licences import normalise_licence

PROVENANCE = ("source", "url", "licence", "collected", "language")


def check_provenance(option: str, values: Mapping[str, str]) -> None:
    """Raise :class:`ConfigError` for a key that is no provenance field."""
    for name in values:
        if name not in PROVENANCE:
            hint = did_you_mean(name, PROVENANCE)
            raise ConfigError(f"{option}: no provenance field {name!r}; {hint}there are {', '.join(PROVENANCE)}")


def declared_provenance(values: Mapping[str, str] | None) -> dict[str, str]:
    """Checked values of the option ``declared``, the licence as an SPDX expression."""
    declared = dict(values or {})
    check_provenance("declared", declared)
    if "licence" in declared:
        declared["licence"] = normalise_licence(declared["licence"])
    return declared
