"""Share-alike licences that ask for different licences of one combined work.

A share-alike licence names the licences under which an adapted work may be passed on. Two documents conflict where
these sets do not meet. The table is a reading of the licence texts and of their stewards' published lists of compatible
licences (CC BY-SA 4.0 section 3(b) and Creative Commons' list; GNU GPL sections 9 and 13 of version 3; EUPL 1.2
appendix). It points at questions for a lawyer and answers none.
"""

from collections.abc import Iterable
from functools import cache
from itertools import combinations
from typing import Any

from license_expression import get_spdx_licensing

_GPL3 = frozenset({"GPL-3.0", "AGPL-3.0"})
_GPL2 = frozenset({"GPL-2.0"})
_AGPL = frozenset({"AGPL-3.0"})
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
    "CC-BY-SA-2.0": frozenset({"CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-2.5": frozenset({"CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-3.0": frozenset({"CC-BY-SA-3.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-4.0": frozenset({"CC-BY-SA-4.0", "GPL-3.0", "LAL-1.3"}),
    "CC-BY-NC-SA-3.0": frozenset({"CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"}),
    "CC-BY-NC-SA-4.0": frozenset({"CC-BY-NC-SA-4.0"}),
    "GFDL-1.2-only": frozenset({"GFDL-1.2"}),
    "GFDL-1.2-or-later": frozenset({"GFDL-1.2", "GFDL-1.3"}),
    "GFDL-1.3-only": frozenset({"GFDL-1.3"}),
    "GFDL-1.3-or-later": frozenset({"GFDL-1.3"}),
    "ODbL-1.0": frozenset({"ODbL-1.0"}),
    "EUPL-1.2": frozenset({"EUPL-1.2", "LGPL-2.1", "LGPL-3.0", "MPL-2.0", "CC-BY-SA-3.0"}) | _GPL2 | _GPL3,
    "CDDL-1.0": frozenset({"CDDL-1.0"}),
    "EPL-1.0": frozenset({"EPL-1.0"}),
    "EPL-2.0": frozenset({"EPL-2.0"}),
    "LAL-1.3": frozenset({"LAL-1.3", "CC-BY-SA-4.0"}),
}
_OLD_NAMES = {
    name: f"{name.removesuffix('+')}-{'or-later' if name.endswith('+') else 'only'}"
    for version in ("GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0")
    for name in (version, f"{version}+")
}
MAX_EXPRESSION = 500


def outbound(expression: str) -> frozenset[str] | None:
    """Licences under which a work that includes this one may be passed on; None means that nothing is demanded.

    In ``A OR B`` the user may choose; ``A AND B`` demands both, so an empty set is a conflict in one document.
    """
    tree = _parse(expression)
    return None if tree is None else _of(tree)


def conflicts(expressions: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of licence expressions, sorted, that no one licence satisfies.

    >>> conflicts(["MIT", "GPL-2.0-only", "GPL-3.0-only", "CC-BY-SA-4.0"])
    [('CC-BY-SA-4.0', 'GPL-2.0-only'), ('GPL-2.0-only', 'GPL-3.0-only')]
    """
    demands = {name: found for name in sorted(set(expressions)) if (found := outbound(name)) is not None}
    return [(a, b) for a, b in combinations(demands, 2) if not demands[a] & demands[b]]


def _of(tree: Any) -> frozenset[str] | None:
    symbol = getattr(tree, "license_symbol", tree)  # an exception ("WITH ...") leaves the licence's own demand standing
    key = getattr(symbol, "key", None)
    if key is not None:
        return OUTBOUND.get(_OLD_NAMES.get(key, key))
    parts = [_of(part) for part in tree.args]
    if type(tree).__name__ == "OR":
        return None if any(part is None for part in parts) else frozenset().union(*(part or () for part in parts))
    demanding = [part for part in parts if part is not None]
    return frozenset.intersection(*demanding) if demanding else None


@cache
def _parse(expression: str) -> Any:
    if len(expression) > MAX_EXPRESSION:
        return None
    try:
        return get_spdx_licensing().parse(expression)
    except Exception:  # the parser raises its own errors and plain ones on text that is no expression
        return None
