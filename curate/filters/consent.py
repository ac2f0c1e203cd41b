"""The filter that reads what authors and hosts say of the use of their works for AI, and acts on it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from ...core import UNKNOWN, Cell, Exhibit, Table, UsageError, modality
from ..base import FILTERS, Action, Annotation, Decision, Judgement
from ..consent_files import read_hosts
from ..consent_signals import AI_AGENTS, HostRecord, Signal, attribute_signals, host_signals, overall
from ..privacy import redact
from ..robots import path_of
from .text_column import ids_of

ATTRIBUTE, SIGNALS = "consent.state", "consent.signals"
STATES = ("refused", "allowed", "none", UNKNOWN)
_ACTIONS: dict[str, Action] = {"quarantine": "quarantined", "remove": "removed"}

Dated = tuple[Signal, str]


@dataclass(frozen=True, slots=True)
class Consent:
    """Reads the signals of each document; see :func:`consent`. ``files`` are the hashes of the stored files."""

    name: str
    action: str
    unknown: str
    agents: tuple[str, ...]
    noindex: bool
    declared: tuple[tuple[str, frozenset[str]], ...]
    collected: str
    files: tuple[tuple[str, str, str], ...]
    _hosts: Mapping[str, HostRecord]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Attributes and annotations with every signal, and a decision where one refuses (or nothing is known)."""
        kind = modality(batch.schema)
        columns = [batch.column(key).to_pylist() for key in ("attributes", "url", "collected")]
        found = [self._signals(row or (), url, when, kind) for row, url, when in zip(*columns, strict=True)]
        states = [overall([signal for signal, _ in row]) for row in found]
        rows = list(zip(ids_of(batch), states, found, strict=True))
        decisions = [self._decision(*row) for row in rows]
        notes = tuple(
            Annotation(name, f"consent:{signal.stance}:{_safe(signal.source)}")
            for name, _, signals in rows
            for signal, _ in signals
        )
        written = [
            _with(row or (), state, signals) for row, state, signals in zip(columns[0], states, found, strict=True)
        ]
        attributes = pa.array(written, batch.schema.field("attributes").type)
        return Judgement(
            tuple(one for one in decisions if one), {}, notes, {"attributes": attributes}, _tallies(states, found)
        )

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents by state, and by signal and stance."""
        rows: list[tuple[Cell, ...]] = [("all signals", *(tallies.get(f"state {state}", 0) for state in STATES))]
        for source in sorted({key.split(" ", 2)[2] for key in tallies if key.startswith("signal ")}):
            counts = (tallies.get(f"signal {stance} {source}", 0) for stance in STATES[:3])
            rows.append((redact(source), *counts, None))
        note = "Unknown: nothing was stored that could have told. None: something was looked at and says nothing of AI."
        return (
            Table("consent", "Consent signals", ("Signal", "Refused", "Allowed", "None", "Unknown"), tuple(rows), note),
        )

    def _signals(
        self, attributes: Sequence[tuple[str, str]], url: str | None, when: str | None, kind: str
    ) -> list[Dated]:
        own = list(attribute_signals(attributes, kind, self.agents, self.noindex))
        stored = dict(attributes)
        for key, refusing in self.declared:
            if key in stored:
                stance: Literal["refused", "none"] = "refused" if stored[key].strip().lower() in refusing else "none"
                own.append(Signal(key, stored[key][:200], stance))
        dated = [(signal, when or UNKNOWN) for signal in own]
        host, path = path_of(url or "")
        record = self._hosts.get(host)
        if record is not None:
            dated += [(signal, record.collected) for signal in host_signals(record, path, self.agents)]
        return dated

    def _decision(self, name: str, state: str, signals: Sequence[Dated]) -> Decision | None:
        if state == UNKNOWN:
            action = _ACTIONS.get(self.unknown)
            return Decision(name, action, "consent-unknown", evidence="no signal was stored") if action else None
        action = _ACTIONS.get(self.action)
        refusing = [(signal, when) for signal, when in signals if signal.stance == "refused"]
        if state != "refused" or action is None:
            return None
        signal, when = refusing[0]
        also = f"; also {', '.join(_safe(other.source) for other, _ in refusing[1:])}" if len(refusing) > 1 else ""
        evidence = redact(f"{signal.source} = {signal.value} (collected {when}){also}")
        return Decision(name, action, f"consent-refused:{_safe(signal.source)}", float(len(refusing)), 0.0, evidence)


def _safe(source: str) -> str:
    return redact(source)[:60]


def _with(row: Sequence[tuple[str, str]], state: str, signals: Sequence[Dated]) -> list[tuple[str, str]]:
    kept = [(key, value) for key, value in row if key not in (ATTRIBUTE, SIGNALS)]
    told = [
        {"signal": signal.source, "value": signal.value, "stance": signal.stance, "collected": when}
        for signal, when in signals
    ]
    added = [(ATTRIBUTE, state), *([(SIGNALS, json.dumps(told, ensure_ascii=False))] if told else [])]
    return sorted([*kept, *added])


def _tallies(states: Sequence[str], found: Sequence[Sequence[Dated]]) -> dict[str, int]:
    tallies = Counter(f"state {state}" for state in states)
    for row in found:
        tallies.update({f"signal {signal.stance} {signal.source.lower()}" for signal, _ in row})
    return dict(sorted(tallies.items()))


@FILTERS.register(
    "consent", source="RFC 9309; W3C TDMRep 2024; noai (DeviantArt 2022); ai.txt (Spawning 2023); C2PA 1.4"
)
def consent(
    action: Literal["annotate", "quarantine", "remove"] = "quarantine",
    unknown: Literal["keep", "quarantine", "remove"] = "keep",
    folder: str | None = None,
    robots: Mapping[str, str] | None = None,
    agents: Sequence[str] = AI_AGENTS,
    noindex: bool = False,
    declared: Mapping[str, Sequence[str | bool | int]] | None = None,
    collected: str = "",
) -> Consent:
    """Act on opt-outs from AI training: robots.txt, noai, TDMRep, ai.txt, C2PA and declared columns, with their time.

    Reads the attributes of a document (``robots``, ``x-robots-tag``, ``tdm-reservation``, ``content-signal``,
    ``c2pa.ai_training`` and their like) and stored files of its host; nothing is fetched. ``folder`` holds a folder
    for each host with robots.txt, ai.txt and tdmrep.json, ``robots`` maps hosts to robots.txt files; ``collected``
    says when they were stored, unless a collected.txt beside them does. ``agents`` are the crawlers whose exclusion
    counts; ``noindex`` takes that directive for an opt-out too; ``declared`` maps attributes to the values that refuse.
    ``action`` says what to do where a signal refuses, ``unknown`` where nothing could have told. Sets the attributes
    ``consent.state`` (refused, allowed, none or unknown) and ``consent.signals``. Rules: ``consent-refused:SIGNAL`` and
    ``consent-unknown``.
    """
    if isinstance(agents, str) or not agents:
        raise UsageError(
            f"consent: agents must be a list of user agents, not {agents!r}; leave it out for the usual ones"
        )
    columns: list[tuple[str, frozenset[str]]] = []
    for key, values in (declared or {}).items():
        if isinstance(values, str) or not values:
            raise UsageError(f"consent: declared.{key} must be a list of the values that refuse, such as [true, yes]")
        columns.append((key, frozenset(_value(value) for value in values)))
    hosts, files = read_hosts(folder, robots or {}, collected)
    return Consent("consent", action, unknown, tuple(agents), noindex, tuple(columns), collected, files, hosts)


def _value(value: Any) -> str:
    return str(value).strip().lower()
