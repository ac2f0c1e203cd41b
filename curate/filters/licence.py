"""The filter that keeps documents under allowed licences."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pyarrow as pa
from license_expression import LicenseWithExceptionSymbol, get_spdx_licensing

from ...core import UNKNOWN, UsageError, did_you_mean
from ..base import FILTERS, Action, Decision, Judgement
from ..licences import normalise_licence
from .text_column import ids_of

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
LONGEST_EVIDENCE = 200
_ACTIONS: dict[str, Action] = {"quarantine": "quarantined", "remove": "removed"}


@dataclass(frozen=True, slots=True)
class Licence:
    """Judges the licence column against a list; see :func:`licence`."""

    name: str
    allow: tuple[str, ...]
    unknown: str

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A decision for each document whose licence is not allowed, or is unknown."""
        coded = batch.column("licence").fill_null(UNKNOWN).dictionary_encode()
        verdicts = [self._verdict(value) for value in coded.dictionary.to_pylist()]
        chosen = (
            (name, *verdicts[place]) for name, place in zip(ids_of(batch), coded.indices.to_pylist(), strict=True)
        )
        return Judgement(
            tuple(Decision(name, action, rule, evidence=evidence) for name, action, rule, evidence in chosen if action)
        )

    def _verdict(self, value: str) -> tuple[Action | None, str, str]:
        expression = normalise_licence(value)
        if expression == UNKNOWN:
            return _ACTIONS.get(self.unknown), "unknown-licence", ""
        if self.allows(expression):
            return None, "", ""
        return "removed", "licence-not-allowed", expression[:LONGEST_EVIDENCE]

    def allows(self, expression: str) -> bool:
        """Whether a document under this SPDX expression may stay: one branch of OR is enough, AND needs all."""
        parsed = _licensing().parse(expression)
        return parsed is not None and self._allows(parsed)

    def _allows(self, node: Any) -> bool:
        if isinstance(node, LicenseWithExceptionSymbol):
            # an exception only adds permissions, so the plain licence on the list is enough
            return str(node) in self.allow or str(node.license_symbol.key) in self.allow
        if hasattr(node, "key"):
            return str(node.key) in self.allow
        judged = [self._allows(part) for part in node.args]
        return any(judged) if node.operator.strip() == "OR" else all(judged)


@cache
def _licensing() -> Any:
    return get_spdx_licensing()


@FILTERS.register("licence", source="SPDX License List; SPDX specification, annex D (licence expressions)")
def licence(
    allow: Sequence[str] = PERMISSIVE, unknown: Literal["keep", "quarantine", "remove"] = "quarantine"
) -> Licence:
    """Keep documents whose licence is on a list of SPDX ids.

    Of ``MIT OR GPL-3.0-only`` one branch on the list is enough, of ``MIT AND GPL-3.0-only`` both must be on it; a
    licence WITH an exception passes where the plain licence does. ``unknown`` says what to do where the licence is
    unknown or cannot be read. The default list holds permissive licences; attribution is still owed. Rules:
    ``licence-not-allowed`` and ``unknown-licence``.
    """
    if not allow:
        raise UsageError("allow: the list is empty, so that no document could stay; leave it out for the default list")
    return Licence("licence", tuple(sorted(set(map(_spdx, allow)))), unknown)


def _spdx(name: str) -> str:
    """One entry of the list in SPDX spelling; raises :class:`UsageError` for what is no SPDX id."""
    found = normalise_licence(name)
    if found == UNKNOWN or " AND " in found or " OR " in found:
        hint = did_you_mean(name, _licensing().known_symbols)
        raise UsageError(f"allow: {name!r} is not the SPDX id of one licence; {hint}see https://spdx.org/licenses")
    return found
