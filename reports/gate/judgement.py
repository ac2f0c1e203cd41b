"""A run judged by a policy: verdict, exit code, counts, and the same as text and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core import Finding
from .checklist import Line, checklist
from .evidence import Evidence
from .findings import CHANGED
from .statuses import STATUSES, Status, exit_code, worst

VERDICTS: dict[int, str] = {0: "pass", 1: "fail", 3: "incomplete", 4: "broken", 5: "stale"}


class GateFailed(AssertionError):
    """A gate that does not pass; the message is the checklist, ``judgement`` the whole."""

    def __init__(self, judgement: "Judgement") -> None:
        super().__init__(judgement.text())
        self.judgement = judgement


@dataclass(frozen=True)
class Judgement:
    """What came of a policy and a run. ``title`` names the run, ``judged`` the time (UTC, ISO 8601)."""

    title: str
    policy: str
    judged: str
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 pass, 1 failed, 3 incomplete, 4 the run was changed, 5 stale."""
        return 4 if self.is_broken else exit_code(self.blocking_statuses)

    @property
    def is_broken(self) -> bool:
        """Whether files of the run were changed: then no number of it can be trusted, and nothing of it is evidence."""
        return any(finding.code == CHANGED for finding in self.findings)

    @property
    def blocking_statuses(self) -> list[Status]:
        """Statuses of the controls that keep the gate shut; a policy without controls is not measured."""
        found = [one.status for one in self.evidence if one.blocking]
        return found if self.evidence else [worst(())]

    @property
    def verdict(self) -> str:
        """``pass``, ``fail``, ``incomplete``, ``broken`` or ``stale``."""
        return VERDICTS[self.exit_code]

    @property
    def passed(self) -> bool:
        """Whether nothing keeps the gate shut."""
        return self.exit_code == 0

    @property
    def failed(self) -> tuple[Evidence, ...]:
        """The controls that keep the gate shut, the worst first."""
        return tuple(sorted((one for one in self.evidence if one.blocking), key=lambda one: STATUSES.index(one.status)))

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many controls have each status, the worst first."""
        counted = Counter(one.status for one in self.evidence)
        return {status: counted[status] for status in STATUSES}

    def raise_for_status(self) -> None:
        """Raise :class:`GateFailed` with the checklist unless the gate passes."""
        if not self.passed:
            raise GateFailed(self)

    def lines(self, width: int = 100) -> Sequence[Line]:
        """The checklist, line by line, with the tone of each."""
        return checklist(self, width)

    def text(self, width: int = 100) -> str:
        """The checklist as plain text."""
        return "\n".join(line.text for line in self.lines(width))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "run": self.title,
            "policy": self.policy,
            "judged": self.judged,
            "counts": dict(self.counts),
            "findings": [finding.to_json() for finding in self.findings],
            "controls": [one.to_json() for one in self.evidence],
        }
