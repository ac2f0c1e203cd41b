"""The newest judgement as sections show it: how it ended, and each control with its numbers in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..core import Score
from .catalogue import Catalogue
from .gate import STATUSES, Evidence, Part, exit_code
from .gate.statuses import Status
from .numbers import number, score_interval, score_value
from .run import Run
from .speaking import local

if TYPE_CHECKING:
    from .signing import Signature

Outcome = Literal["passed", "failed", "incomplete", "stale", "outdated", "not-judged"]
OUTCOMES: Mapping[int, Outcome] = {0: "passed", 1: "failed", 3: "incomplete", 5: "stale"}
PERCENT = ("share", "probability")
HASH = "run manifest"
"""The entry of the provenance that a judgement is bound to."""


@dataclass(frozen=True, slots=True)
class PartLine:
    """One measurement against one limit, in words: ``found`` is the value with its interval, ``limit`` what it is held
    against; both empty where nothing was measured."""

    name: str
    where: str
    status: Status
    found: str
    limit: str
    reason: str


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One control of the policy. ``anchor`` is where the checklist shows it; ``needed`` how many more items would
    settle it; ``mapping`` are its ids in laws and frameworks."""

    anchor: str
    id: str
    title: str
    claim: str
    kind: str
    severity: str
    status: Status
    blocking: bool
    reason: str
    parts: tuple[PartLine, ...]
    mapping: Mapping[str, tuple[str, ...]]
    needed: int | None = None
    attestation: Mapping[str, str] | None = None
    waiver: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed what on which day, and whether the sign-off still holds."""

    name: str
    role: str
    decision: str
    date: str
    holds: bool


def outcome(run: Run) -> Outcome:
    """How the newest judgement ended. A run that changed since is ``outdated``, whatever was said of it."""
    if not run.evidence:
        return "not-judged"
    judged, now = run.evidence[0].inputs.get("manifest"), run.provenance.get(HASH)
    if judged and now and judged != now:
        return "outdated"
    return OUTCOMES[exit_code(one.status for one in run.evidence if one.blocking)]


def policy_label(policy: str, words: Catalogue) -> str:
    """A policy's name with its version: two numbers side by side would be read as one name.

    >>> policy_label("nist-ai-600-1 3", Catalogue())
    'nist-ai-600-1 (version 3)'
    """
    name, _, version = policy.rpartition(" ")
    return f"{name} ({words('verdict.version', version=version)})" if name and version.isdigit() else policy


def signers(run: Run) -> tuple[Signer, ...]:
    """Who signed, in order; an envelope that cannot be read has no name."""
    return tuple(_signer(one) for one in run.signatures)


def control_lines(run: Run) -> tuple[ControlLine, ...]:
    """Every control of the newest judgement, in the order of the policy."""
    words = Catalogue(run.language)
    return tuple(_line(one, f"control-{at}", words) for at, one in enumerate(run.evidence, 1))


def counted(evidence: Iterable[Evidence]) -> dict[Status, int]:
    """How many controls have each status, the worst first; statuses of no control are left out."""
    found = [one.status for one in evidence]
    return {status: found.count(status) for status in STATUSES if status in found}


def share(value: float) -> str:
    """A share as percent, with the digits that small shares need."""
    percent = 100 * value
    if percent in (0, 100):
        return f"{percent:.0f} %"
    if 0 < percent < 0.01:
        return local("< 0.01 %")
    rounded = f"{percent:.2g}" if abs(percent) < 10 else f"{percent:.1f}".removesuffix(".0")
    if float(rounded) == 100:
        return local("> 99.9 %")
    return local(f"{rounded} %")


def in_words(score: Score, words: Catalogue) -> str:
    """``19.4 % (95 % interval 10.8 % to 30.9 %, n 67)``; ``100 % (59 counted)`` where everything was counted."""
    if score.unit.startswith(PERCENT) and 0 <= score.value <= 1:
        value, ends = share(score.value), (share(score.low or 0), share(score.high or 0))
        span = words("judgement.span", low=ends[0], high=ends[1])
    else:
        value, span = f"{score_value(score)} {score.unit}".strip(), score_interval(score)
    if score.low is None:
        return words("judgement.value", value=value, n=number(score.n))
    if score.low == score.high == score.value:
        return words("judgement.value-counted", value=value, n=number(score.n))
    return words(
        "judgement.value-interval", value=value, confidence=share(score.confidence), span=span, n=number(score.n)
    )


def _signer(signature: "Signature") -> Signer:
    found = signature.sign_off
    if found is None:
        return Signer("", "", "", "", False)
    return Signer(found.name, found.role, found.decision, found.time[:10], signature.holds)


def _line(one: Evidence, anchor: str, words: Catalogue) -> ControlLine:
    return ControlLine(
        anchor=anchor, id=one.control, title=one.title, claim=one.claim, kind=one.kind, severity=one.severity,
        status=one.status, blocking=one.blocking, reason=one.reason,
        parts=tuple(_part(part, words) for part in sorted(one.parts, key=lambda part: STATUSES.index(part.status))),
        mapping=dict(one.mapping),
        needed=max((part.needed for part in one.parts if part.needed), default=None),
        attestation=_texts(one.attestation), waiver=_texts(one.waiver),
    )  # fmt: skip


def _part(part: Part, words: Catalogue) -> PartLine:
    place = " · ".join(filter(None, (part.track, *(f"{key}: {value}" for key, value in part.slice.items()))))
    return PartLine(part.name, place, part.status, _found(part, words), _limit(part, words), part.reason)


def _found(part: Part, words: Catalogue) -> str:
    if part.value is None:
        return ""
    score = Score(
        part.name, part.value, part.n or 0, part.unit, part.method, part.low, part.high,
        confidence=part.confidence or 0.95,
    )  # fmt: skip
    return in_words(score, words)


def _limit(part: Part, words: Catalogue) -> str:
    if part.threshold is None:
        return ""
    is_share = part.unit.startswith(PERCENT) and 0 <= part.threshold <= 1
    limit = share(part.threshold) if is_share else f"{number(part.threshold)} {part.unit}".strip()
    return words(f"judgement.{'at-most' if part.direction == 'at most' else 'at-least'}", limit=limit)


def _texts(values: Mapping[str, object] | None) -> dict[str, str] | None:
    return None if values is None else {str(key): str(value) for key, value in values.items()}
