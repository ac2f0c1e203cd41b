"""A judgement as a checklist that a person reads: the verdict first, then the controls, the worst of an area first."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...curate import redact
from .advice import advice
from .evidence import Evidence, Part
from .plain_text import plain
from .policy import AREAS
from .statuses import STATUSES, Status

if TYPE_CHECKING:
    from .judgement import Judgement

NARROWEST, WIDEST = 60, 200
SHOWN = 3
WORDS: dict[Status, str] = {
    "fail": "failed",
    "stale": "stale",
    "not_measured": "not measured",
    "inconclusive": "inconclusive",
    "warn": "warn",
    "waived": "waived",
    "pass": "passed",
}
ATTEST = "headwater attest RUN ID --person NAME --role ROLE --statement TEXT --evidence LINK"
TITLES = {"corpus": "Corpus", "model": "Model", "attestation": "Attestations by people", "": "Other controls"}
VERDICTS = {
    "pass": "PASS: nothing keeps the gate shut",
    "fail": "FAIL: a control is beyond its limit",
    "incomplete": "INCOMPLETE: something that the policy asks for is not measured, or not decided",
    "broken": "BROKEN: files of the run were changed after it was finished",
    "stale": "STALE: evidence is older than the policy allows",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``tone`` is a status, a verdict, ``title`` or empty."""

    text: str
    tone: str = ""


def checklist(judgement: "Judgement", width: int = 100) -> list[Line]:
    """Every line of the checklist, none longer than ``width`` (60 to 200) where its words allow that."""
    width = max(NARROWEST, min(WIDEST, width))
    found = list(_head(judgement, width))
    for area in (*AREAS, ""):
        own = [one for one in judgement.evidence if (one.area if one.area in AREAS else "") == area]
        if own:
            found += [Line(""), Line(f"{TITLES[area]}: {counted(own)}", "title")]
            for one in sorted(own, key=lambda one: STATUSES.index(one.status)):
                found += _control(one, width)
            if any(_unsaid(one) for one in own):
                found += _wrapped(f"do, for each that is unverified: {ATTEST}", width, "  ")
    return found


def counted(evidence: Sequence[Evidence]) -> str:
    """``2 failed, 1 not measured, 8 passed``: what there is none of is left out."""
    counts = {status: sum(one.status == status for one in evidence) for status in STATUSES}
    return ", ".join(f"{count} {WORDS[status]}" for status, count in counts.items() if count)


def _head(judgement: "Judgement", width: int) -> Iterator[Line]:
    yield Line(f"{VERDICTS[judgement.verdict]} (exit {judgement.exit_code})", judgement.verdict)
    where = f"{_safe(judgement.title)}, by {_safe(judgement.policy)}, as of {judgement.judged}"
    yield from _wrapped(where, width, "")
    total, shut = len(judgement.evidence), len(judgement.failed)
    every = ", ".join(f"{count} {WORDS[status]}" for status, count in judgement.counts.items())
    yield from _wrapped(f"{total} control{'' if total == 1 else 's'}: {every}", width, "")
    keeps = f"{shut} of {total} keep{'s' if shut == 1 else ''} the gate shut (marked *)"
    yield from _wrapped(keeps if shut else "none keeps it shut", width, "")
    for finding in judgement.findings:
        yield Line("")
        yield from _wrapped(f"{finding.code} {_safe(finding.title)}", width, "", "fail")
        yield from _wrapped(_safe(f"{finding.meaning} {finding.advice}"), width, "  ")


def _control(one: Evidence, width: int) -> Iterator[Line]:
    mark = "*" if one.blocking else " "
    reviewed = ", a person accepts the meaning" if one.kind == "reviewed" else ""
    start = f"{mark} {WORDS[one.status]:<13} {one.control:<4} {_safe(one.title)} ({one.severity}{reviewed})"
    if _unsaid(one):
        yield from _wrapped(f"{start}: {_safe(one.reason)}", width, " " * 21, one.status, first="")
        return
    yield from _wrapped(start, width, " " * 21, one.status, first="")
    indent = " " * 21 if width >= 100 else " " * 6
    worst = [part for part in one.parts if part.status == _status_of_parts(one)] or list(one.parts)
    if one.status in ("waived", "warn") or not worst or one.kind == "attestation" or _said(one):
        yield from _wrapped(_safe(one.reason), width, indent)
    texts = list(dict.fromkeys(part_text(part) for part in worst))
    shown = SHOWN if one.status != "pass" else 1
    for text in texts[:shown]:
        yield from _wrapped(text, width, indent)
    if len(texts) > shown:
        yield Line(f"{indent}and {len(texts) - shown} more like it")
    todo = advice(one)
    if todo:
        yield from _wrapped(f"do: {_safe(todo)}", width, indent)


def _unsaid(one: Evidence) -> bool:
    """Whether nobody said anything of what only a person can say; the way out is the same for all of them."""
    return one.kind == "attestation" and one.attestation is None and one.status == "not_measured"


def _said(one: Evidence) -> bool:
    return bool(one.waiver) or (one.kind == "reviewed" and one.attestation is not None)


def _status_of_parts(one: Evidence) -> Status:
    return min((part.status for part in one.parts), key=STATUSES.index, default="not_measured")


def part_text(part: Part) -> str:
    """``extractable 0.194 (0.1076 to 0.3089, n 67), at most 0.05; split trained: the whole interval misses it``."""
    where = ", ".join(f"{key} {value}" for key, value in part.slice.items())
    place = "; ".join(text for text in (part.track, where) if text)
    if part.value is None:
        return _safe(f"{part.name}{f' [{place}]' if place else ''}: {part.reason}")
    interval = (
        f"{_number(part.low)} to {_number(part.high)}, " if part.low is not None and part.low != part.high else ""
    )
    limit = f", {part.direction} {part.threshold:g}" if part.threshold is not None else ""
    value = f"{_number(part.value)} ({interval}n {part.n or 0:,})"
    return _safe(f"{part.name} {value}{limit}{f' [{place}]' if place else ''}: {part.reason}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _safe(text: str) -> str:
    return plain(redact(text))


def _wrapped(text: str, width: int, indent: str, tone: str = "", first: str | None = None) -> Iterator[Line]:
    start = indent if first is None else first
    lines = textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False,
        drop_whitespace=True,
    )  # fmt: skip
    yield from (Line(line, tone) for line in lines)
