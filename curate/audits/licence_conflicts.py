"""Licences that no one licence of a combined work satisfies.

A share-alike licence names the licences under which an adapted work may be passed on; a non-commercial one allows any
that forbids commercial use; a no-derivatives one allows none. Two documents conflict where these sets do not meet. The
table is a reading of the licence texts and of their stewards' published lists of compatible licences (CC BY-SA 4.0
section 3(b), CC BY-NC 4.0 section 3(a)(4), CC BY-ND 4.0 section 2(a)(1)(B), and Creative Commons' list; GNU GPL
sections 9, 10 and 13 of version 3; EUPL 1.2 appendix). It points at questions for a lawyer and answers none.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from typing import Any

from ..licence_families import current_expression, families, licensing

_GPL3 = frozenset({"GPL-3.0", "AGPL-3.0"})
_GPL2 = frozenset({"GPL-2.0"})
_AGPL = frozenset({"AGPL-3.0"})
_NC_SA = tuple(f"CC-BY-NC-SA-{version}" for version in ("1.0", "2.0", "2.5", "3.0", "4.0"))
NON_COMMERCIAL = frozenset({"non-commercial", *_NC_SA})
NO_DERIVATIVES: frozenset[str] = frozenset({"no-derivatives"})
OUTBOUND: dict[str, frozenset[str]] = {
    "GPL-2.0-only": _GPL2,
    "GPL-2.0-or-later": _GPL2 | _GPL3,
    "GPL-3.0-only": _GPL3,
    "GPL-3.0-or-later": _GPL3,
    "AGPL-3.0-only": _AGPL,
    "AGPL-3.0-or-later": _AGPL,
    "LGPL-2.0-or-later": frozenset({"LGPL-2.0", "LGPL-2.1", "LGPL-3.0"}) | _GPL2 | _GPL3,
    "LGPL-2.1-only": frozenset({"LGPL-2.1"}) | _GPL2 | _GPL3,
    "LGPL-2.1-or-later": frozenset({"LGPL-2.1", "LGPL-3.0"}) | _GPL2 | _GPL3,
    "LGPL-3.0-only": frozenset({"LGPL-3.0"}) | _GPL3,
    "LGPL-3.0-or-later": frozenset({"LGPL-3.0"}) | _GPL3,
    "CC-BY-SA-1.0": frozenset({"CC-BY-SA-1.0"}),
    "CC-BY-SA-2.0": frozenset({"CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-2.5": frozenset({"CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-3.0": frozenset({"CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-4.0": frozenset({"CC-BY-SA-4.0", "GPL-3.0", "LAL-1.3"}),
    "CC-BY-NC-SA-1.0": frozenset({"CC-BY-NC-SA-1.0"}),
    "CC-BY-NC-SA-2.0": frozenset({"CC-BY-NC-SA-2.0", "CC-BY-NC-SA-2.5", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"}),
    "CC-BY-NC-SA-2.5": frozenset({"CC-BY-NC-SA-2.5", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"}),
    "CC-BY-NC-SA-3.0": frozenset({"CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"}),
    "CC-BY-NC-SA-4.0": frozenset({"CC-BY-NC-SA-4.0"}),
    "GFDL-1.2-only": frozenset({"GFDL-1.2"}),
    "GFDL-1.2-or-later": frozenset({"GFDL-1.2", "GFDL-1.3"}),
    "GFDL-1.3-only": frozenset({"GFDL-1.3"}),
    "GFDL-1.3-or-later": frozenset({"GFDL-1.3"}),
    "ODbL-1.0": frozenset({"ODbL-1.0"}),
    "CDLA-Sharing-1.0": frozenset({"CDLA-Sharing-1.0"}),
    "EUPL-1.2": frozenset({"EUPL-1.2", "LGPL-2.1", "LGPL-3.0", "MPL-2.0", "CC-BY-SA-3.0"}) | _GPL2 | _GPL3,
    "CDDL-1.0": frozenset({"CDDL-1.0"}),
    "EPL-1.0": frozenset({"EPL-1.0"}),
    "EPL-2.0": frozenset({"EPL-2.0"}),
    "LAL-1.3": frozenset({"LAL-1.3", "CC-BY-SA-4.0"}),
}
_PORTED = re.compile(r"(CC-[A-Z-]+-[0-9.]+)-[A-Z]{2,3}")
MAX_EXPRESSION = 500


def outbound(expression: str) -> frozenset[str] | None:
    """Licences under which a work that includes this one may be passed on; None means that nothing is demanded.

    In ``A OR B`` the user may choose; ``A AND B`` demands both, so an empty set is a conflict in one document.
    """
    tree = _parse(expression)
    return None if tree is None else _of(tree)


def conflicts(expressions: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of licence expressions, sorted, that no one licence satisfies; (A, A) where A contradicts itself.

    >>> conflicts(["MIT", "GPL-2.0-only", "GPL-3.0-only", "CC-BY-SA-4.0"])
    [('CC-BY-SA-4.0', 'GPL-2.0-only'), ('GPL-2.0-only', 'GPL-3.0-only')]
    >>> conflicts(["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-4.0 AND GPL-2.0-only"])
    [('CC-BY-SA-4.0 AND GPL-2.0-only', 'CC-BY-SA-4.0 AND GPL-2.0-only')]
    """
    demands = {name: found for name in sorted(set(expressions)) if (found := outbound(name)) is not None}
    alone = [(name, name) for name, found in demands.items() if not found]
    open_ones = [name for name, found in demands.items() if found]
    pairs = [(a, b) for a, b in combinations(open_ones, 2) if not demands[a] & demands[b]]
    return sorted(alone + pairs)


def _of(tree: Any) -> frozenset[str] | None:
    symbol = getattr(tree, "license_symbol", tree)  # an exception ("WITH ...") leaves the licence's own demand standing
    key = getattr(symbol, "key", None)
    if key is not None:
        return _of_licence(str(key))
    parts = [_of(part) for part in tree.args]
    if type(tree).__name__ == "OR":
        return None if any(part is None for part in parts) else frozenset().union(*(part or () for part in parts))
    demanding = [part for part in parts if part is not None]
    return frozenset.intersection(*demanding) if demanding else None


def _of_licence(key: str) -> frozenset[str] | None:
    ported = _PORTED.fullmatch(key)  # CC-BY-SA-3.0-DE: a version made for one country
    key = ported[1] if ported else key
    if key in OUTBOUND:
        return OUTBOUND[key]
    of = families(key)
    if "no-derivatives" in of:
        return NO_DERIVATIVES
    return NON_COMMERCIAL if "non-commercial" in of else None


@cache
def _parse(expression: str) -> Any:
    if len(expression) > MAX_EXPRESSION:
        return None
    try:
        return licensing().parse(current_expression(expression))
    except Exception:  # the parser raises its own errors and plain ones on text that is no expression
        return None
