"""The findings of the audit filtering-impact: HW-A020 (people) and HW-A021 (source and licence)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core import UNKNOWN, Example, Finding, Score, Severity
from ..privacy import redact
from .curation_record import DECLARED, TERMS, RecordedStep
from .removal_impact import Impact, Place, largest
from .snippets import snippet
from .term_counts import IdentityTerms

PEOPLE = (TERMS, DECLARED, "language")
FINDINGS, OTHERS, DOCUMENTS, EXAMPLES = 20, 8, 20, 3
ROUGH = 100
FOUR_FIFTHS, MEDIUM, LARGE = 0.8, 0.5, 0.8
EXCERPT, READ = 400, 4_000


def disparities(tested: Sequence[Impact], effect: float, rate: float) -> list[tuple[Impact, list[Impact]]]:
    """For each step and dimension with a disparity its worst cell and the others, the largest effect first.

    Effect size comes before significance: Cohen's h of at least ``effect``, then a ratio whose interval lies above 1,
    then q of at most ``rate``.
    """
    strong = [
        one for one in tested if one.effect >= effect and one.ratio[1] > 1 and one.q is not None and one.q <= rate
    ]
    found: dict[tuple[int, str], list[Impact]] = {}
    for one in largest(strong):
        found.setdefault((one.place.step, one.place.dimension), []).append(one)
    return [(cells[0], cells[1:]) for cells in list(found.values())[:FINDINGS]]


def finding(
    worst: Impact, others: Sequence[Impact], step: RecordedStep, rows: Sequence[Mapping[str, Any]],
    terms: IdentityTerms, score: Score,
) -> Finding:  # fmt: skip
    """What the worst cell of a step and dimension means. ``rows`` are its removed documents, borderline cases first."""
    people = worst.place.dimension in PEOPLE
    who, rest = group_words(worst.place)
    copies = step.removed and step.copies == step.removed
    return Finding(
        "HW-A020" if people else "HW-A021",
        _severity(worst, people, bool(copies)),
        f"Step {step.label} takes out documents {who} {_times(worst)} as often as {rest}",
        f"It took out {worst.removed:,} of {worst.documents:,} such documents ({worst.rate[0]:.1%}; interval "
        f"{worst.rate[1]:.1%} to {worst.rate[2]:.1%}) and {worst.rest_removed:,} of {worst.rest_documents:,} "
        f"{rest} ({worst.rest_rate:.1%}): ratio {worst.ratio[0]:.2f} ({worst.ratio[1]:.2f} to {worst.ratio[2]:.2f}), "
        f"Cohen's h {worst.effect:.2f}, false discovery rate {worst.q or 0:.2g}. "
        f"{_kept(worst)}{_consequence(bool(copies), people)}{_others(others)}",
        "Read the documents listed here, those nearest to the limit first. Where the step mistakes them, loosen the "
        "rule that took them out, set it for this kind of text, or quarantine instead of removing; where the "
        "removal is meant, say so in by_design of this audit.",
        (score,),
        tuple(_examples(worst.place, rows, terms)),
        tuple(row["id"] for row in rows[:DOCUMENTS]),
    )


def group_words(place: Place) -> tuple[str, str]:
    """The group and the rest in words, redacted, as they follow the word 'documents'."""
    group = redact(place.group)
    if place.dimension == TERMS:
        category, _, name = group.partition(": ")
        return f"that mention {name!r} ({category})", "other documents about people"
    if place.dimension == DECLARED:
        key = redact(place.population)
        return f"of group {key}: {group!r}", f"documents of other groups of {key!r}"
    language = "of unknown language" if group == UNKNOWN else f"in language {group!r}"
    return {
        "language": (language, "documents in other languages"),
        "source": (f"of source {group!r}", "documents of other sources"),
        "licence": (f"under licence {group!r}", "documents under other licences"),
    }[place.dimension]


def _times(worst: Impact) -> str:
    return f"at least {_ratio(worst.ratio[1])} times" if not worst.rest_removed else f"{_ratio(worst.ratio[0])} times"


def _ratio(value: float) -> str:
    """One digit behind the point for small ratios, none where it would claim a precision that is not there.

    >>> _ratio(4.52), _ratio(17957.0)
    ('4.5', '18,000')
    """
    return f"{value:.1f}" if value < ROUGH else f"{float(f'{value:.2g}'):,.0f}"


def _kept(worst: Impact) -> str:
    if worst.kept_ratio >= FOUR_FIFTHS:
        return ""
    return f"The share kept is {worst.kept_ratio:.0%} of that of the rest, less than four fifths. "


def _severity(worst: Impact, people: bool, copies: bool) -> Severity:
    if copies or not people:
        return "low"
    if worst.effect >= LARGE:
        return "high"
    return "medium" if worst.effect >= MEDIUM or worst.kept_ratio < FOUR_FIFTHS else "low"


def _consequence(copies: bool, people: bool) -> str:
    if copies:
        return "What it took out are copies of documents that stayed. "
    return "A model hears less from and about them than its source said. " if people else ""


def _others(others: Sequence[Impact]) -> str:
    if not others:
        return ""
    named = ", ".join(f"{group_words(one.place)[0]} ({_ratio(one.ratio[0])} times)" for one in others[:OTHERS])
    more = f" and {len(others) - OTHERS} more" if len(others) > OTHERS else ""
    return f"Also taken out more often: documents {named}{more}."


def _examples(place: Place, rows: Sequence[Mapping[str, Any]], terms: IdentityTerms) -> Iterator[Example]:
    for row in rows[:EXAMPLES]:
        text = row.get("text") or ""
        note = f"{row['step']}: {row['rule']}"
        if not text:
            continue
        if place.dimension == TERMS:
            category, _, group = place.group.partition(": ")
            yield snippet(row["id"], text, terms, {(category, group)}, note=note)
        else:
            shown = " ".join(redact(text[:READ]).split())
            yield Example(row["id"], shown[:EXCERPT], note, (), (row["id"],))
