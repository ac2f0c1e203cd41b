"""The filter that keeps documents under allowed licences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from ...core import UNKNOWN, Cell, Exhibit, Table, UsageError, did_you_mean
from ..base import FILTERS, Action, Decision, Judgement
from ..licence_families import FAMILIES, families
from ..licence_policy import ALLOWED, PERMISSIVE, LicencePolicy, licence_policy
from ..licences import licence_keys, normalise_licence
from ..wildcards import matches
from .text_column import ids_of

LONGEST_EVIDENCE = 200
UNKNOWN_LICENCE = "unknown-licence"
SETTINGS = ("allow", "deny", "unknown", "licence")
_ACTIONS: dict[str, Action] = {"quarantine": "quarantined", "remove": "removed"}
_SHOWN = tuple(name for name in FAMILIES if name not in ("any", "attribution"))

Unknown = Literal["keep", "quarantine", "remove"]


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What holds for the sources that fit ``pattern``; ``licence`` is that of their documents which state none."""

    pattern: str
    policy: LicencePolicy
    unknown: str
    licence: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Licence:
    """Judges the licence column against lists; see :func:`licence`. The last rule holds for every source."""

    name: str
    rules: tuple[SourceRule, ...]
    action: str

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A decision for each document whose licence is not allowed, or is unknown."""
        stated = batch.column("licence").fill_null(UNKNOWN).to_pylist()
        sources = batch.column("source").fill_null("").to_pylist()
        cases = {case: self._case(*case) for case in set(zip(stated, sources, strict=True))}
        found = [cases[case] for case in zip(stated, sources, strict=True)]
        decisions = [
            self._decision(name, rule, unknown, expression)
            for name, (rule, unknown, expression) in zip(ids_of(batch), found, strict=True)
            if rule != ALLOWED
        ]
        columns = {}
        if any(rule.licence != UNKNOWN for rule in self.rules):
            written = [
                new if normalise_licence(old) == UNKNOWN and new != UNKNOWN else old
                for old, (_, _, new) in zip(stated, found, strict=True)
            ]
            columns["licence"] = pa.array(written, pa.string())
        kept = tuple(decision for decision in decisions if decision is not None)
        return Judgement(kept, columns=columns, tallies=_tallies(found))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents by what the policy says of them and by family of licence."""
        verdicts = ("allowed", "licence-denied", "licence-not-allowed", UNKNOWN_LICENCE)
        rows: list[tuple[Cell, ...]] = [("all documents", *(tallies.get(verdict, 0) for verdict in verdicts))]
        for family in _SHOWN:
            counts = [tallies.get(f"{verdict} {family}", 0) for verdict in verdicts]
            rows += [(family, *counts)] if any(counts) else []
        return (
            Table(
                "licence-policy",
                "Licence policy by family of licence",
                ("family", "allowed", "denied", "not on the list", "unknown"),
                tuple(rows),
                "A document counts in each family of each licence that its expression names.",
            ),
        )

    def _case(self, stated: str, source: str) -> tuple[str, str, str]:
        """Rule that is broken, what to do where the licence is unknown, and the licence."""
        rule = next(rule for rule in self.rules if matches(rule.pattern, source))
        expression = normalise_licence(stated)
        expression = rule.licence if expression == UNKNOWN else expression
        verdict = UNKNOWN_LICENCE if expression == UNKNOWN else rule.policy.verdict(expression)
        return verdict, rule.unknown, expression

    def _decision(self, name: str, rule: str, unknown: str, expression: str) -> Decision | None:
        if rule == UNKNOWN_LICENCE:
            action = _ACTIONS.get(unknown)
            return Decision(name, action, rule) if action else None
        return Decision(name, _ACTIONS[self.action], rule, evidence=expression[:LONGEST_EVIDENCE])


def _tallies(found: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    tallies: Counter[str] = Counter()
    for (rule, _, expression), count in Counter(found).items():
        verdict = rule or "allowed"
        of = frozenset[str]().union(*(families(key) for key in licence_keys(expression)))
        tallies[verdict] += count
        tallies.update({f"{verdict} {family}": count for family in of if family in _SHOWN})
    return dict(sorted(tallies.items()))


@FILTERS.register("licence", source="SPDX License List; SPDX specification 2.3, annex D (licence expressions)")
def licence(
    allow: Sequence[str] = PERMISSIVE,
    deny: Sequence[str] = (),
    unknown: Unknown = "quarantine",
    action: Literal["quarantine", "remove"] = "remove",
    sources: Mapping[str, Mapping[str, Any]] | None = None,
) -> Licence:
    """Keep documents whose licence is allowed, by SPDX ids and by families such as ``copyleft`` or ``non-commercial``.

    ``deny`` wins over ``allow``. Of ``MIT OR GPL-3.0-only`` one allowed branch is enough, of ``MIT AND GPL-3.0-only``
    both must be allowed; a licence WITH an exception passes where the plain licence does; ``GPL-2.0-or-later`` passes
    where a later version does. ``unknown`` says what to do where the licence is unknown or cannot be read, ``action``
    where it is not allowed. ``sources`` maps names of sources (with ``*``) to settings of their own, the first that
    fits: ``allow``, ``deny``, ``unknown``, and ``licence`` for documents that state none. The default list holds
    permissive licences; attribution is still owed. Rules: ``licence-not-allowed``, ``licence-denied`` (allowed but for
    ``deny``) and ``unknown-licence``.
    """
    own = [_source_rule(pattern, settings, allow, deny, unknown) for pattern, settings in (sources or {}).items()]
    return Licence("licence", (*own, SourceRule("*", licence_policy(allow, deny), unknown)), action)


def _source_rule(
    pattern: str, settings: Mapping[str, Any], allow: Sequence[str], deny: Sequence[str], unknown: str
) -> SourceRule:
    place = f"sources.{pattern}."
    for key in settings:
        if key not in SETTINGS:
            raise UsageError(f"{place}{key}: no such setting; {did_you_mean(key, SETTINGS)}use {', '.join(SETTINGS)}")
    own = {"allow": allow, "deny": deny, "unknown": unknown, "licence": UNKNOWN} | dict(settings)
    for key in ("allow", "deny"):
        if isinstance(own[key], str) or not isinstance(own[key], Sequence):
            raise UsageError(f"{place}{key}: must be a list of licences, not {own[key]!r}")
    if own["unknown"] not in ("keep", *_ACTIONS):
        raise UsageError(f"{place}unknown: must be keep, quarantine or remove, not {own['unknown']!r}")
    declared = normalise_licence(own["licence"])
    if declared == UNKNOWN and "licence" in settings:
        raise UsageError(f"{place}licence: {own['licence']!r} is no SPDX expression; see https://spdx.org/licenses")
    return SourceRule(pattern, licence_policy(own["allow"], own["deny"], place), own["unknown"], declared)
