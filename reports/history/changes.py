"""Changes of state between runs, kept in a chained journal beside the index.

The journal is the memory of alerts and accepted baselines: the index can be thrown away, this cannot. It lies in
``ROOT/.history`` and is never rewritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ...core import canonical_json, sha256
from ..ledger import Entry, append_entry, read_ledger

JOURNAL = ".history"
State = Literal["regressed", "recovered", "gate-failed", "gate-incomplete", "gate-passed", "stale", "fresh"]
ALERTS: tuple[State, ...] = ("regressed", "gate-failed", "gate-incomplete", "stale")
"""States that call somebody; the others say that it is over."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changed its state with a run. It holds numbers and names only, never a text of the corpus or a model.

    ``before`` is the value of the reference (of a gate, its exit code), ``after`` that of the run, ``p`` the adjusted
    probability of so much by chance, ``rule`` how it was found, ``since`` the first run folder that shows it. ``low``
    and ``high`` bound ``difference`` at 95 % where items were paired.
    """

    metric: str
    slice: Mapping[str, str]
    state: State
    before: float | None = None
    after: float | None = None
    p: float | None = None
    rule: str = ""
    series: str = ""
    run: str = ""
    since: str = ""
    time: str = ""
    track: str = ""
    stage: str = ""
    unit: str = ""
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def id(self) -> str:
        """A name of its own: the same change has the same one at every call."""
        return sha256(canonical_json([self.series, self.run, self.key, self.state]))[:16]

    @property
    def alert(self) -> bool:
        """Whether it is the beginning of something bad."""
        return self.state in ALERTS

    @property
    def key(self) -> str:
        """What changes: a score by track, stage, metric and slice; a gate or the age of evidence by itself."""
        return key_of(self.track, self.stage, self.metric, self.slice)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal change back."""
        return {**asdict(self), "slice": dict(self.slice)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Change":
        """The change that :meth:`to_json` wrote."""
        return cls(**{**data, "slice": dict(data["slice"])})


@dataclass(frozen=True)
class Journal:
    """What the journal says: changes by run, in order, and the baselines that were accepted."""

    seen: Mapping[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    accepted: tuple[tuple[str, str, str], ...] = ()
    """(series, run folder, time), in the order of acceptance."""

    def states(self, series: str) -> dict[str, Change]:
        """The last change of each thing of a series; a baseline accepted later wipes the regressed ones."""
        found: dict[str, Change] = {}
        for change in self.changes:
            if change.series == series:
                found[change.key] = change
        return {key: change for key, change in found.items() if not self._settled(change)}

    def _settled(self, change: Change) -> bool:
        later = [time for series, _, time in self.accepted if series == change.series and time >= change.time]
        return change.state in ("regressed", "recovered") and bool(later)


def key_of(track: str, stage: str, metric: str, place: Mapping[str, str]) -> str:
    """The name under which a score is followed through the runs."""
    return canonical_json([track, stage, metric, dict(place)]).decode()


def read_journal(root: Path) -> Journal:
    """The journal of a root; a broken chain raises :class:`IntegrityError`."""
    seen: dict[tuple[str, str], tuple[Change, ...]] = {}
    changes: list[Change] = []
    accepted: list[tuple[str, str, str]] = []
    for entry in read_ledger(root / JOURNAL):
        if entry.event == "baseline-accepted":
            accepted.append((entry.data["series"], entry.data["run"], entry.time))
        elif entry.event == "examined":
            found = tuple(Change.from_json(one) for one in entry.data["changes"])
            seen[(entry.data["run"], entry.manifest)] = found
            changes += found
    return Journal(seen, tuple(changes), tuple(accepted))


def note_examined(root: Path, run: str, manifest: str, now: datetime, found: Sequence[Change]) -> Entry:
    """Write down that a run was examined, and what changed with it."""
    changes = [one.to_json() for one in found]
    return append_entry(root / JOURNAL, "examined", now.isoformat(), manifest, run=run, changes=changes)


def note_accepted(root: Path, series: str, run: str, manifest: str, now: datetime) -> Entry:
    """Write down that a run is the baseline of its series from now on."""
    return append_entry(root / JOURNAL, "baseline-accepted", now.isoformat(), manifest, series=series, run=run)
