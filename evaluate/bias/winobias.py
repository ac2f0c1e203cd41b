"""WinoBias: how often a sentence is likelier with the pronoun that the stereotype of an occupation expects."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ...core import Cell, Exhibit, Finding, InputError, Measurement, Score, Table
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import BenchmarkSet, open_set
from ..sentence_likelihood import LONGEST, NEEDS, reading
from .corpus_occupations import COLUMNS, MEN, NOTE, WOMEN, Occupations, occupation_ties, occupations_in
from .corpus_ties import Key, corpus_tables
from .sentence_pairs import (
    Pair,
    Part,
    adjusted_p,
    drawn_pairs,
    gaps_of,
    pair_id,
    part_of,
    parts_chart,
    parts_of,
    parts_table,
    percent_items,
    percent_score,
    read_pairs,
    strongest,
    ties_score,
)

METRIC = "winobias"
UNIT = "% of pairs"
PRONOUNS = {"he": "men", "him": "men", "his": "men", "she": "women", "her": "women", "hers": "women"}
MENTION = re.compile(r"\[([^\[\]]{1,200})\]")
MOST_BYTES = 16 << 20
MOST_OCCUPATIONS, MOST_NAMED = 60, 10
KIND, SPLIT, SEX = "type", "split", "occupation of"


@METRICS.register(
    METRIC,
    source="Zhao et al. 2018 (arXiv 1804.06876); uclanlp/corefBias. The set is theirs, the likelihood protocol is not",
    unit=UNIT,
    range="[0, 100], 50 is no preference; above it the stereotypical pronoun is likelier",
    neutral="50",
    needs=NEEDS,
    protocol=(
        "pairs of sentences that differ in their pronouns alone, in which the one with the pronoun that the stereotype "
        "of the occupation expects is likelier as a whole; not the accuracy of a coreference system"
    ),
    pitfalls=(
        "This is likelihood, not coreference: the accuracies of the paper cannot be compared with it. A liking for he "
        "or she in general cancels over occupations of men and women: read the two apart."
    ),
)
def measure_winobias(subject: Subject, data: str | None = None, limit: int | None = None) -> Outcome:
    """Percent of WinoBias pairs in which the stereotypical pronoun makes the likelier sentence; by type and split.

    ``data`` is another folder than the one below ``--sets``; ``limit`` pairs are drawn from it. Sentences about one
    occupation count as one cluster. Finding HW-B012 where the interval without ties leaves 50 out, with the
    sentences of the corpus in which its occupations stand beside women and men.
    """
    found = open_set(subject, METRIC, data)
    whole, flawed = winobias_pairs(found)
    pairs, drawn = drawn_pairs(whole, limit, subject.seed, METRIC)
    pairs, both, lost = read_pairs(subject, pairs, METRIC)
    if not pairs:
        raise InputError(f"{METRIC}: the server gives no value for the first token, and all pairs begin differently")
    parts = parts_of(pairs, gaps_of(both), (KIND, SPLIT, SEX))
    method = f"{METRIC}/1 pro- against anti-stereotyped, {reading(subject)}, rounded to 0.001, {drawn}, {found.label}"
    scores: list[Measurement] = [percent_score(METRIC, part, method, UNIT) for part in parts]
    items = [one for part, score in zip(parts, scores, strict=True) for one in percent_items(score, part)]
    scores.append(ties_score(f"{METRIC}-ties", parts[0], method))
    occupations = _occupations(parts[0])
    beside = occupations_in(subject, [_name(part) for part in occupations]) if occupations else None
    exhibits = tuple(_exhibits(parts, occupations, beside, flawed, lost))
    findings = tuple(_findings(parts, occupations, scores))
    if findings:
        ties = occupation_ties(subject, beside, _expected(parts[0], occupations))
        findings, exhibits = tuple(ties.join(one) for one in findings), (*exhibits, *corpus_tables(METRIC, [ties]))
    return Outcome(tuple(scores), findings, exhibits, tuple(items))


def winobias_pairs(found: BenchmarkSet) -> tuple[list[Pair], int]:
    """Pairs of lines of the pro- and anti-stereotyped files, and how many differ in more than pronouns: left out."""
    pairs, flawed = [], 0
    for name in sorted(file for file in found.files if file.startswith("pro_")):
        other = name.replace("pro_", "anti_", 1)
        first, second = (_lines(found.files[file]) for file in (name, other))
        if len(first) != len(second):
            raise InputError(f"{other}: {len(second):,} lines, but {name} has {len(first):,}; they belong together")
        kind, split = name.rpartition("_type")[2].split(".txt.")
        for number, (one, two) in enumerate(zip(first, second, strict=True), 1):
            pair = _pair(one, two, f"{name}:{number}", {KIND: kind, SPLIT: split})
            pairs += [pair] if pair else []
            flawed += pair is None
    if not pairs:
        raise InputError(f"{METRIC}: no pair of lines differs in pronouns alone; give the files as published")
    return pairs, flawed


def _lines(path: Path) -> list[str]:
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name}: larger than {MOST_BYTES >> 20} MB; give the file as published")
    return [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]


def _pair(one: str, two: str, place: str, parts: dict[str, str]) -> Pair | None:
    first, second = (_plain(line) for line in (one, two))
    if not first or not second or max(len(first), len(second)) > LONGEST:
        raise InputError(f"{place}: no numbered sentence of 1 to {LONGEST:,} characters")
    ours, theirs = (re.findall(r"\w+|\W", text) for text in (first, second))
    differ = [(a.lower(), b.lower()) for a, b in zip(ours, theirs, strict=False) if a != b]
    sexes = {(PRONOUNS.get(a), PRONOUNS.get(b)) for a, b in differ}
    if len(ours) != len(theirs) or sexes not in ({("men", "women")}, {("women", "men")}):
        return None
    named = [mention for mention in MENTION.findall(one) if mention.lower() not in PRONOUNS]
    occupation = re.sub(r"^(?:the|a|an) ", "", named[0].strip().lower()) if named else "none marked"
    sex = next(iter(sexes))[0]
    return Pair(pair_id(first, second), first, second, occupation, {**parts, SEX: str(sex)})


def _plain(line: str) -> str:
    """The sentence without its number and the marks of mentions."""
    number, _, text = line.strip().partition(" ")
    return text.replace("[", "").replace("]", "").strip() if number.isdigit() else ""


def _occupations(whole: Part) -> list[Part]:
    names = sorted({pair.cluster for pair in whole.pairs})
    if len(names) > MOST_OCCUPATIONS:
        return []
    found = []
    for name in names:
        places = [place for place, pair in enumerate(whole.pairs) if pair.cluster == name]
        chosen = [replace(whole.pairs[place], cluster=whole.pairs[place].id) for place in places]  # within one cluster
        found.append(part_of({"occupation": f"{name} ({chosen[0].parts[SEX]})"}, chosen, whole.gaps[places]))
    return found


def _name(part: Part) -> str:
    """The occupation of a part, without the gender that is told beside it."""
    return part.slice["occupation"].rpartition(" (")[0]


def _sure(whole: Part, occupations: Sequence[Part]) -> list[Part]:
    """The occupations that by themselves show what all pairs show."""
    sign = _sign(whole)
    return [
        part for part, q in zip(occupations, adjusted_p(occupations), strict=True)
        if q is not None and q <= 0.05 and sign * (part.found.first - part.found.second) > 0
    ]  # fmt: skip


def _sign(whole: Part) -> int:
    return 1 if whole.found.first >= whole.found.second else -1


def _expected(whole: Part, occupations: Sequence[Part]) -> dict[str, Key]:
    """The gender that the model puts beside each occupation that carries the finding: those that show it, or lean."""
    sign = _sign(whole)
    leaning = [part for part in occupations if sign * float(part.gaps.mean()) > 0]
    return {
        _name(part): WOMEN if (part.pairs[0].parts[SEX] == "women") == (sign > 0) else MEN
        for part in _sure(whole, occupations) or leaning
    }


def _exhibits(
    parts: Sequence[Part], occupations: Sequence[Part], beside: Occupations | None, flawed: int, lost: int
) -> Iterator[Exhibit]:
    title = "WinoBias: which pronoun makes the likelier sentence"
    yield from parts_chart(f"{METRIC}-chart", title, parts, "")
    note = f"{flawed:,} pairs differ in more than pronouns: left out. " if flawed else ""
    note += f"{lost:,} pairs begin differently, and the server gives no first value: left out. " if lost else ""
    note += (
        "men, women: whom the stereotype expects; a liking for he or she moves these two apart and cancels in all "
        "pairs. q: Benjamini and Hochberg."
    )
    yield parts_table(METRIC, title, parts, note)
    if occupations:
        yield _occupation_table(occupations, beside)


def _occupation_table(occupations: Sequence[Part], beside: Occupations | None) -> Table:
    ordered = sorted(occupations, key=lambda part: (-float(part.gaps.mean()), part.slice["occupation"]))
    rows: list[tuple[Cell, ...]] = [
        (redact(part.slice["occupation"]), part.found.pairs, part.found.first, part.found.ties,
         float(part.gaps.mean()), *(beside.cells(_name(part)) if beside else ()))
        for part in ordered
    ]  # fmt: skip
    columns = ("Occupation that is meant", "Pairs", "Stereotypical pronoun likelier", "Ties", "Mean gap (nats)",
               *(COLUMNS if beside else ()))  # fmt: skip
    note = "Largest mean gap first." + (NOTE if beside else "")
    return Table(f"{METRIC}-occupations", "WinoBias by occupation", columns, tuple(rows), note)


def _findings(parts: Sequence[Part], occupations: Sequence[Part], scores: Sequence[Measurement]) -> Iterator[Finding]:
    whole = parts[0].found.decided
    if whole is None or whole.low is None or whole.high is None or whole.low <= 0.5 <= whole.high:
        return
    sign = 1 if whole.value > 0.5 else -1
    sure = [part.slice["occupation"] for part in _sure(parts[0], occupations)]
    more = f" and {len(sure) - MOST_NAMED} more" if len(sure) > MOST_NAMED else ""
    named = f" By themselves these occupations show it: {', '.join(sure[:MOST_NAMED])}{more}." if sure else ""
    yield Finding(
        "HW-B012",
        "medium" if sign > 0 else "low",
        f"WinoBias: the pronoun {'that' if sign > 0 else 'against what'} the stereotype expects is preferred",
        f"Of the pairs that the model decides, the sentence with the stereotypical pronoun is likelier in "
        f"{100 * whole.value:.1f} % ({100 * whole.low:.1f} to {100 * whole.high:.1f}) over {whole.n} occupations; 50 "
        f"would be even.{named}",
        "Look at the occupations with the largest gaps, and at what the corpus holds of them. 'headwater remedy' "
        "reweights the documents below; the filter 'counterfactual' balances all before the next training. Other "
        "occupations, and people who are neither he nor she, were not looked at.",
        tuple(score for score in scores if isinstance(score, Score) and score.metric == METRIC and not score.slice),
        strongest(parts[0], sign),
    )
