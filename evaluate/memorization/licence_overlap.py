"""What samples repeat under licences outside an allow-list, and the credit owed for what they repeat within it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core import UNKNOWN, Example, Finding, IncompleteError, Measurement, NotMeasured, Score, Table
from ...curate import PERMISSIVE, author_of, credit_line, duty, example, excerpt, licence_policy, owed, redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import clopper_pearson
from .licensed_passages import Owner, Passage, Standing, licensed_passages, owners_of
from .sample_spans import text_samples

METRIC, SHARED, UNIT = "licence-overlap", "licence-overlap-shared", "share of samples"
SHOWN, LISTED, LONGEST, NAMED, SHORT = 20, 200, 200, 3, 40
PROMPTED = {"samples": "prompted"}


@dataclass(frozen=True)
class Repeats:
    """The passages of all samples by licence. ``samples``: id to (is free, output)."""

    passages: tuple[Passage, ...]
    owners: Mapping[str, Owner]
    samples: Mapping[str, tuple[bool, str]]
    outside: tuple[Standing, ...]
    minimum: int
    boilerplate: int

    def objected(self) -> list[Passage]:
        """Passages that stand only under licences outside the list, longest first."""
        found = [one for one in self.passages if one.standing in self.outside]
        return sorted(found, key=lambda one: (-one.size, one.sample, one.start))

    def ids(self, free: bool) -> list[str]:
        """The samples that were free, or prompted."""
        return [name for name, (is_free, _) in self.samples.items() if is_free == free]

    def licences(self, passage: Passage) -> list[str]:
        """The licences that the policy objects to, of the documents that hold a passage."""
        owners = [self.owners[name] for name in passage.documents]
        named = {one.licence for one in owners if one.verdict in self.outside}
        return sorted(named or {one.licence for one in owners})


@METRICS.register(
    METRIC,
    source="suffix array of Manber & Myers 1993; SPDX specification 2.3, annex D (licence expressions)",
    unit=UNIT,
    range="[0, 1]",
    needs="sample",
    protocol=(
        "samples that hold a passage of at least the minimum length in bytes of which every window of that length "
        "stands word for word in documents outside the allow-list, in none inside it, and in no more kept documents "
        "than the boilerplate limit; free and prompted samples apart"
    ),
    pitfalls=(
        "Licences are those that the corpus states. Byte for byte: code that was reindented, or a changed word, hides "
        "a copy. It is no verdict on infringement: short or factual passages may be free, and copies under 50 bytes "
        "may not be. Of a passage the first 100 documents are looked at."
    ),
)
def measure_licence_overlap(
    subject: Subject,
    allow: Sequence[str] = PERMISSIVE,
    deny: Sequence[str] = (),
    unknown: Literal["apart", "outside"] = "apart",
    minimum: int = 50,
    boilerplate: int = 50,
) -> Outcome:
    """Share of samples that repeat ``minimum`` bytes or more of documents under licences outside ``allow``, by licence.

    ``allow`` and ``deny`` are lists of SPDX ids and families, as of the filter ``licence``. Passages that also stand
    under an allowed licence count apart, with the allowed copy named; so do those of unknown licence, unless
    ``unknown: outside``. Spans in more than ``boilerplate`` kept documents are left out. For what is repeated under
    allowed licences the table says what credit is owed. Finding HW-M020 names samples, documents and licences.
    """
    found = licence_repeats(subject, allow, deny, unknown, minimum, boilerplate)
    method = (
        f"{METRIC}/1 passages of at least {minimum} bytes only in documents outside {_listed(allow, deny)}, in at most "
        f"{boilerplate} kept ones; unknown licences {unknown}"
    )
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    for free in (True, False):
        ids = found.ids(free)
        if not ids:
            place, kind = ({}, "free") if free else (PROMPTED, "prompted")
            scores.append(NotMeasured(METRIC, f"no {kind} sample holds a word", place))
            continue
        measured = [*_shares(found, ids, free, method), *_by_licence(found, ids, free, method)]
        scores += [score for score, _ in measured]
        items += [
            ItemValues.of_means(score.metric, score.method, score.slice, ids, [float(name in hit) for name in ids])
            for score, hit in measured
        ]
    tables = (_table(found), _shared_table(found), _credit(subject, found))
    return Outcome(tuple(scores), _finding(found, scores), tuple(table for table in tables if table.rows), tuple(items))


def licence_repeats(
    subject: Subject,
    allow: Sequence[str] = PERMISSIVE,
    deny: Sequence[str] = (),
    unknown: Literal["apart", "outside"] = "apart",
    minimum: int = 50,
    boilerplate: int = 50,
) -> Repeats:
    """The passages behind the metric; parameters as there."""
    owners = owners_of(subject, licence_policy(allow, deny))
    if unknown == "apart" and all(one.verdict == "unknown" for one in owners.values()):
        raise IncompleteError(
            "no document states a licence; give the corpus a column 'licence', or count unknown ones as not allowed "
            "(option unknown: outside)"
        )
    samples = {row["id"]: (row["kind"] == "free", row["output"]) for row in text_samples(subject)}
    if not samples:
        raise IncompleteError("there are no samples of text; set sample.free or sample.prefixes above 0")
    outside: tuple[Standing, ...] = ("outside", "unknown") if unknown == "outside" else ("outside",)
    passages = licensed_passages(subject, owners, minimum, boilerplate)
    return Repeats(passages, owners, samples, outside, minimum, boilerplate)


def _listed(allow: Sequence[str], deny: Sequence[str]) -> str:
    names = (
        f"the default list of {len(PERMISSIVE)} licences" if tuple(allow) == PERMISSIVE else ", ".join(sorted(allow))
    )
    return names + (f" without {', '.join(sorted(deny))}" if deny else "")


Measured = tuple[Score, frozenset[str]]


def _shares(found: Repeats, ids: Sequence[str], free: bool, method: str) -> Iterator[Measured]:
    mine = set(ids)
    place = {} if free else PROMPTED
    objected = frozenset(one.sample for one in found.objected() if one.sample in mine)
    yield _score(METRIC, objected, ids, place, method)
    shared = frozenset(one.sample for one in found.passages if one.standing == "shared" and one.sample in mine)
    yield _score(SHARED, shared, ids, place, f"{method}; passages that also stand in an allowed document")
    if "unknown" not in found.outside:
        nobody = frozenset(one.sample for one in found.passages if one.standing == "unknown" and one.sample in mine)
        yield _score(METRIC, nobody, ids, {**place, "licence": UNKNOWN}, method)


def _by_licence(found: Repeats, ids: Sequence[str], free: bool, method: str) -> Iterator[Measured]:
    """One score for each of the licences that most samples repeat."""
    mine = set(ids)
    holding: dict[str, set[str]] = defaultdict(set)
    for one in found.objected():
        for licence in found.licences(one) if one.sample in mine else ():
            holding[licence[:LONGEST]].add(one.sample)
    for licence, hit in sorted(holding.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:SHOWN]:
        yield _score(METRIC, frozenset(hit), ids, {**({} if free else PROMPTED), "licence": licence}, method)


def _score(metric: str, hit: frozenset[str], ids: Sequence[str], place: Mapping[str, str], method: str) -> Measured:
    low, high = clopper_pearson(len(hit), len(ids))
    score = Score(
        metric, len(hit) / len(ids), len(ids), UNIT, method, low, high, interval="Clopper-Pearson",
        direction="lower", slice=place, example_ids=tuple(name for name in ids if name in hit)[:SHOWN],
    )  # fmt: skip
    return score, hit


def _finding(found: Repeats, scores: Sequence[Measurement]) -> tuple[Finding, ...]:
    objected = found.objected()
    if not objected:
        return ()
    behind = Counter(name for one in objected for name in one.documents)
    by_sample: dict[str, list[Passage]] = defaultdict(list)
    for one in objected:
        by_sample[one.sample].append(one)
    free = sum(found.samples[name][0] for name in by_sample)
    licences = sorted({licence for one in objected for licence in found.licences(one)})
    named = ", ".join(_cut(licence) for licence in licences[:NAMED])
    named += f" and {len(licences) - NAMED} more" if len(licences) > NAMED else ""
    free_of, prompted_of = len(found.ids(True)), len(found.ids(False))
    return (
        Finding(
            "HW-M020",
            "high",
            f"{len(by_sample)} samples repeat text under licences outside the allow-list ({named})",
            f"{free} of {free_of} free and {len(by_sample) - free} of {prompted_of} prompted samples repeat "
            f"{found.minimum} bytes or more of {len(behind)} documents word for word; the longest passage has "
            f"{objected[0].size} bytes. No document under an allowed licence holds these passages. Whether a passage "
            "is protected is a question for a lawyer; copies with a changed word or another indentation are not seen.",
            "Look at each passage beside its document. Take the documents out ('headwater remedy RUN HW-M020', filter "
            "'licence') and train again, or block these passages at generation. Is a licence missing from the list? "
            "Add it under 'allow'.",
            tuple(scores),
            tuple(_example(found, name, by_sample[name]) for name in list(by_sample)[:SHOWN]),
            tuple(name for name, _ in sorted(behind.items(), key=lambda entry: (-entry[1], entry[0])))[:LISTED],
        ),
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[:SHORT] + "…"


def _example(found: Repeats, sample: str, passages: Sequence[Passage]) -> Example:
    free, output = found.samples[sample]
    names = list(dict.fromkeys(name for one in passages for name in one.documents))
    sources = dict.fromkeys(f"{redact(found.owners[name].source)}, {found.owners[name].licence}" for name in names)
    note = (
        f"{'free' if free else 'prompted'}: {sum(one.size for one in passages)} bytes of {'; '.join(list(sources)[:3])}"
    )
    return example(sample, output, [(one.start, one.end) for one in passages], note[:400], names[:SHOWN])


def _table(found: Repeats) -> Table:
    """Licences and sources that passages outside the list belong to, those that most samples repeat first."""
    held: dict[tuple[str, str], list[tuple[Passage, str]]] = defaultdict(list)
    for one in found.passages:
        for name in one.documents if one.standing in ("outside", "unknown") else ():
            held[found.owners[name].licence, found.owners[name].source].append((one, name))
    rows = []
    for (licence, source), parts in held.items():
        samples = {one.sample for one, _ in parts}
        free = sum(found.samples[name][0] for name in samples)
        longest = max(one.size for one, _ in parts)
        documents = len({name for _, name in parts})
        rows.append((licence[:LONGEST], redact(source), free, len(samples) - free, documents, longest))
    rows.sort(key=lambda row: (-row[2], -row[3], -row[5], row[0], row[1]))
    columns = ("licence", "source", "free samples", "prompted samples", "documents repeated", "longest passage (bytes)")
    note = f"Passages of {found.minimum} bytes or more that stand in no document under an allowed licence."
    title = "What samples repeat under licences outside the allow-list, or of unknown licence"
    return Table("licence-overlap", title, columns, tuple(rows[:LISTED]), note)


def _shared_table(found: Repeats) -> Table:
    shared = [one for one in found.passages if one.standing == "shared"]
    rows = []
    for one in sorted(shared, key=lambda one: (-one.size, one.sample, one.start))[:SHOWN]:
        shown, _ = excerpt(found.samples[one.sample][1][one.start : one.end], width=120)
        own, other = found.owners[one.documents[0]], found.owners[one.allowed[0]]
        rows.append(
            (shown, one.size, own.licence[:LONGEST], one.documents[0], other.licence[:LONGEST], one.allowed[0],
             redact(other.source), one.sample)
        )  # fmt: skip
    columns = ("passage", "bytes", "licence", "document", "allowed licence", "allowed copy", "its source", "sample")
    note = "Which document took it from which is not known: the allowed copy may itself be one without permission."
    return Table("licence-shared", "Passages that also stand under an allowed licence", columns, tuple(rows), note)


def _credit(subject: Subject, found: Repeats) -> Table:
    """The credit that allowed licences ask for, for what samples repeat under them."""
    samples: dict[str, set[str]] = defaultdict(set)
    for one in found.passages:
        for name in one.allowed:
            samples[name].add(one.sample)
    rows: dict[str, dict[str, object]] = {}
    for part in (subject.corpus, subject.removed):
        rows |= part.documents(sorted(samples)) if part else {}
    lines: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in sorted(samples):
        owner, row = found.owners[name], rows[name]
        author = author_of(dict(row.get("attributes") or {}))[:LONGEST]  # type: ignore[call-overload]
        for key in owed(owner.licence):
            line = (redact(owner.source), key, redact(credit_line(owner.source, author, key)), duty(key))
            lines[line] |= samples[name]
    shown = sorted(lines.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:LISTED]
    columns = ("source", "licence", "credit line", "what is owed", "samples")
    note = "What is owed is a reading of the licence texts, not legal advice."
    title = "Credit owed for what samples repeat under allowed licences"
    return Table("licence-credit", title, columns, tuple((*line, len(hit)) for line, hit in shown), note)
