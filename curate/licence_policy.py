"""Whether an SPDX expression is allowed: lists of ids and families, evaluated over OR, AND and WITH."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from license_expression import LicenseWithExceptionSymbol

from ..core import UNKNOWN, UsageError, did_you_mean
from .licence_families import FAMILIES, alternatives, families, licensing
from .licences import normalise_licence

PERMISSIVE = (
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "HPND",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "NCSA",
    "PSF-2.0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
)
"""What the filter and the metric of licences allow by default; attribution is still owed."""
ALLOWED, DENIED, NOT_ALLOWED = "", "licence-denied", "licence-not-allowed"


@dataclass(frozen=True, slots=True)
class LicencePolicy:
    """Ids and families that are allowed, and ids and families that are not, whatever the first list says.

    One branch of OR is enough, AND needs all of its parts. A licence WITH an exception passes where the plain licence
    does, since an exception only permits more; an entry that names the exception counts for that form alone.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...] = ()

    def verdict(self, expression: str) -> str:
        """``""`` for an allowed expression, else the rule it breaks: ``licence-denied`` where only the list of denied
        licences stands against it, or ``licence-not-allowed``."""
        return _verdict(self, expression)


def licence_policy(allow: Sequence[str] = PERMISSIVE, deny: Sequence[str] = (), place: str = "") -> LicencePolicy:
    """The policy of two lists of SPDX ids and families; ``place`` stands before their names in errors."""
    if not allow:
        raise UsageError(
            f"{place}allow: the list is empty, so that no document could stay; leave it out for the default list"
        )
    return LicencePolicy(names_of(allow, f"{place}allow"), names_of(deny, f"{place}deny"))


def names_of(entries: Sequence[str], option: str) -> tuple[str, ...]:
    """The entries of a list as SPDX ids and names of families, sorted; raises :class:`UsageError` for anything else."""
    return tuple(sorted({_entry(entry, option) for entry in entries}))


def _entry(entry: str, option: str) -> str:
    if entry in FAMILIES:
        return entry
    found = normalise_licence(entry)
    if found == UNKNOWN or " AND " in found or " OR " in found:
        hint = did_you_mean(entry, [*FAMILIES, *licensing().known_symbols])
        raise UsageError(
            f"{option}: {entry!r} is not the SPDX id of one licence and no family; {hint}see "
            f"https://spdx.org/licenses; families: {', '.join(FAMILIES)}"
        )
    return found


@lru_cache(maxsize=16_384)
def _verdict(policy: LicencePolicy, expression: str) -> str:
    tree = licensing().parse(expression)
    if tree is None:
        return NOT_ALLOWED
    if _passes(tree, policy.allow, policy.deny):
        return ALLOWED
    return DENIED if policy.deny and _passes(tree, policy.allow, ()) else NOT_ALLOWED


def _passes(node: Any, allow: tuple[str, ...], deny: tuple[str, ...]) -> bool:
    if isinstance(node, LicenseWithExceptionSymbol):
        whole, plain = str(node), str(node.license_symbol.key)
        if whole in deny:
            return False
        return whole in allow or _leaf(plain, allow, deny)
    if hasattr(node, "key"):
        return _leaf(str(node.key), allow, deny)
    parts = (_passes(part, allow, deny) for part in node.args)
    return any(parts) if node.operator.strip() == "OR" else all(parts)


def _leaf(key: str, allow: tuple[str, ...], deny: tuple[str, ...]) -> bool:
    if key in deny:  # a later version is no way round an id that is denied by name
        return False
    return any(_listed(form, allow) and not _listed(form, deny) for form in alternatives(key))


def _listed(key: str, names: tuple[str, ...]) -> bool:
    return key in names or not families(key).isdisjoint(names)
