"""What a licence asks of whoever passes a work on: the part that an attribution list has to answer."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from license_expression import LicenseWithExceptionSymbol

from ..core import UNKNOWN
from .licence_families import families, licensing

AUTHOR_KEYS = ("attribution", "author", "authors", "creator", "copyright")
# (prefix of the SPDX id, what is owed), the first that fits. A reading of the licence texts, clause by clause.
DUTIES: tuple[tuple[str, str], ...] = (
    ("CC-BY-", "name author, title, source and licence; say whether it was changed (section 3(a) in version 4.0)"),
    ("CC-SA-", "name author and licence; say whether it was changed"),
    ("ODbL-", "say that the data come from this database, and name its licence (sections 4.2 and 4.3)"),
    ("ODC-By-", "say that the data come from this database, and name its licence (sections 4.2 and 4.3)"),
    ("CDLA-", "pass the text of the licence on with the data"),
    ("OGL-UK-", "show the provider's attribution statement, with a link to the licence"),
    ("Apache-2.0", "licence text, copyright notices, the NOTICE file and a note on changed files (section 4)"),
    ("MPL-", "licence notices stay; say where the source code is (section 3)"),
    ("GFDL-", "licence text, title page with authors and history stay (section 4)"),
    ("AGPL-", "copyright and licence notices stay, with the licence text and the source code"),
    ("LGPL-", "copyright and licence notices stay, with the licence text and the source code"),
    ("GPL-", "copyright and licence notices stay, with the licence text and the source code"),
    ("Zlib", "the notice stays in source; altered versions are marked"),
    ("BSL-1.0", "copyright and licence notices stay in source"),
)
OTHERWISE = "copyright notice and licence text stay with every copy"


@lru_cache(maxsize=4096)
def owed(expression: str) -> tuple[str, ...]:
    """Ids of the licences in an SPDX expression that ask for credit or a notice, sorted; none for unknown licences.

    ``A OR B`` owes nothing where one branch does not, and else what its first branch with the fewest licences owes;
    ``A AND B`` owes what both do.

    >>> owed("CC0-1.0 OR CC-BY-4.0"), owed("CC-BY-4.0 AND MIT"), owed("GPL-3.0-only OR MIT")
    ((), ('CC-BY-4.0', 'MIT'), ('GPL-3.0-only',))
    """
    tree = _parse(expression)
    return () if tree is None else tuple(sorted(_owed(tree)))


@lru_cache(maxsize=4096)
def binding(expression: str) -> frozenset[str]:
    """The families of licences that no choice in the expression avoids; none for unknown licences.

    >>> sorted(binding("MIT OR GPL-3.0-only")), sorted(binding("MIT AND CC-BY-ND-4.0") - binding("MIT"))
    (['any', 'attribution'], ['no-derivatives', 'source-available'])
    """
    tree = _parse(expression)
    return frozenset() if tree is None else _binding(tree)


def duty(key: str) -> str:
    """What the licence of this SPDX id asks for, in words."""
    return next((words for prefix, words in DUTIES if key.startswith(prefix)), OTHERWISE)


def credit_line(source: str, author: str, key: str) -> str:
    """The line that gives credit under the licence of this SPDX id; not redacted."""
    place = f", {link(key)}" if link(key) else ""
    by = f" by {author}" if author else ""
    return f"{source}{by}, licensed under {key}{place}"


def author_of(attributes: Mapping[str, str], keys: Sequence[str] = AUTHOR_KEYS) -> str:
    """The first of the attributes in which an author or a credit line may stand; empty where there is none."""
    return next((attributes[key] for key in keys if attributes.get(key)), "")


def link(key: str) -> str:
    """Where the text of an SPDX licence stands; nothing for a licence of one's own."""
    return "" if key.startswith("LicenseRef-") else f"https://spdx.org/licenses/{key}.html"


def _parse(expression: str) -> Any:
    try:
        return None if expression == UNKNOWN else licensing().parse(expression)
    except Exception:  # the parser raises its own errors and plain ones on text that is no expression
        return None


def _binding(node: Any) -> frozenset[str]:
    if isinstance(node, LicenseWithExceptionSymbol):
        node = node.license_symbol
    if hasattr(node, "key"):
        return families(str(node.key))
    parts = [_binding(part) for part in node.args]
    return frozenset.intersection(*parts) if node.operator.strip() == "OR" else frozenset[str]().union(*parts)


def _owed(node: Any) -> frozenset[str]:
    if isinstance(node, LicenseWithExceptionSymbol):
        node = node.license_symbol
    if hasattr(node, "key"):
        return frozenset({str(node.key)}) if "attribution" in families(str(node.key)) else frozenset()
    parts = [_owed(part) for part in node.args]
    return min(parts, key=len) if node.operator.strip() == "OR" else frozenset[str]().union(*parts)
