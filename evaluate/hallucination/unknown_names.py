"""Names in the outputs that exist nowhere in the corpus: invented functions, attributes, classes and people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ...core import Chart, Corpus, Example, Exhibit, Finding, NotMeasured, Score, Series, Table, generator
from ...curate import example, redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import clustered_rate
from .known_names import KnownNames
from .names import Name, names

METRIC = "unknown-names"
KINDS = ("dotted", "snake_case", "CamelCase", "entity")
EXAMPLES = 10
LISTED = 50
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of names with its interval, widened where the names of one text go together."""

    value: float
    low: float
    high: float
    names: int
    texts: int


def clustered_share(unknown: Sequence[int], total: Sequence[int]) -> Share:
    """sum(unknown) / sum(total) over texts, both (texts,), with the interval of a clustered rate."""
    found = clustered_rate(unknown, total)
    assert found.low is not None and found.high is not None
    return Share(found.value, found.low, found.high, sum(total), found.n)


@METRICS.register(
    METRIC,
    source="entity precision against a closed corpus; Korn & Graubard 1998",
    unit="share of names in outputs",
    range="[0, 1], lower is better",
    needs="sample",
    protocol=(
        "distinct names of an output that stand in no kept or removed document nor canary, over all distinct "
        "names of outputs; capitalised names, identifiers"
    ),
    pitfalls=(
        "A name that is not in the corpus may exist, and one that is may stand in the wrong place. Spelling "
        "variants count as unknown; read the share beside that of real documents."
    ),
)
def measure_unknown_names(
    subject: Subject, kinds: Sequence[str] = ("free", "repeat"), minimum: int = 20, documents: int = 64
) -> Outcome:
    """Share of the names in outputs that stand nowhere in the corpus, kept and removed documents and canaries together.

    Names are dotted, snake_case and CamelCase identifiers and capitalised names of several words; each counts once for
    a sample, names at the edge of an output are left out. ``documents`` real documents, cut to the length of outputs
    and looked up in all others, show how new the names of real text are. Finding HW-H001 lists the invented names with
    the nearest real one.
    """
    rows = [row for kind in kinds for row in subject.samples_of(kind)]
    if not rows:
        return Outcome((NotMeasured(METRIC, f"there are no samples of kind {' or '.join(kinds)}"),))
    found = [names(str(row["output"])) for row in rows]
    total = sum(len({name.text for name in one}) for one in found)
    if total < minimum:
        return Outcome((NotMeasured(METRIC, f"{len(rows)} samples hold {total} names, {minimum} are needed"),))
    length = int(np.median([len(str(row["output"])) for row in rows]))
    real = _real_texts(subject, documents, length)
    known, held = _read(subject, [*found, *(names(text) for text in real.values())], set(real))
    missing = known.unknown(held.unknown(name.text for one in found for name in one))
    share = _share(found, missing)
    scores = [_score(share, kinds, "outputs")]
    baseline = _baseline(list(real.values()), known)
    scores += [_score(baseline, kinds, "real text")] if baseline else []
    scores += [_score(part, kinds, kind) for kind, part in _by_kind(found, missing)]
    known.merge(held)
    invented = _invented(found, missing, known)
    finding = _finding(subject, share, baseline, scores[0], rows, invented) if invented else ()
    items = _items(rows, found, missing, scores[0])
    return Outcome(tuple(scores), finding, tuple(_exhibits(rows, found, missing, baseline, invented)), items)


def _items(
    rows: Sequence[Row], found: Sequence[Sequence[Name]], missing: set[str], score: Score
) -> tuple[ItemValues, ...]:
    """The samples with a name behind the first score."""
    named = [(str(row["id"]), one) for row, one in zip(rows, _distinct(found), strict=True) if one]
    counts = np.array([(len(one & missing), len(one)) for _, one in named], np.float64)
    ids = tuple(name for name, _ in named)
    return (ItemValues(score.metric, score.method, score.slice, ids, counts[:, 0], counts[:, 1]),)


def _real_texts(subject: Subject, documents: int, length: int) -> dict[str, str]:
    """By id, ``length`` characters from the middle of up to ``documents`` documents, a tenth of the corpus at most."""
    ids = subject.once("corpus ids", subject.corpus.ids)
    few = min(documents, max(1, len(ids) // 10))  # enough must stay to look them up in
    drawn = generator(subject.seed, METRIC).permutation(len(ids))[:few]
    rows = subject.corpus.documents([ids[i] for i in sorted(drawn)])
    starts = {name: max(0, (len(row["text"]) - length) // 2) for name, row in rows.items()}
    return {name: rows[name]["text"][start : start + length] for name, start in starts.items()}


def _read(subject: Subject, found: Sequence[Sequence[Name]], held: set[str]) -> tuple[KnownNames, KnownNames]:
    """What is known from all documents but ``held``, removed ones and canaries included; and from ``held`` alone."""
    entities = {name.text for one in found for name in one if name.kind == "entity"}
    rest, own = KnownNames(entities), KnownNames(entities)
    if subject.checkpoint is not None:
        rest.add(canary.text for canary in subject.checkpoint.canaries)
    corpora: list[Corpus] = [subject.corpus]
    if subject.removed is not None and "text" in subject.removed.schema.names:
        corpora.append(subject.removed)
    for corpus in corpora:
        with subject.progress.task("looking up names", len(corpus)) as task:
            for batch in corpus.batches(["id", "text"]):
                texts = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
                by_side: tuple[list[str], list[str]] = ([], [])
                for name, text in texts:
                    by_side[name in held].append(text)
                rest.add(by_side[0])
                own.add(by_side[1])
                task.advance(batch.num_rows)
    return rest, own


def _distinct(found: Sequence[Sequence[Name]], kind: str | None = None) -> list[set[str]]:
    return [{name.text for name in one if kind is None or name.kind == kind} for one in found]


def _share(found: Sequence[Sequence[Name]], missing: set[str], kind: str | None = None) -> Share:
    distinct = _distinct(found, kind)
    return clustered_share([len(one & missing) for one in distinct], [len(one) for one in distinct])


def _by_kind(found: Sequence[Sequence[Name]], missing: set[str]) -> Iterator[tuple[str, Share]]:
    for kind in KINDS:
        if any(_distinct(found, kind)):
            yield kind, _share(found, missing, kind)


def _baseline(real: Sequence[str], known: KnownNames) -> Share | None:
    found = [names(text) for text in real]
    if not any(found):
        return None
    return _share(found, known.unknown(name.text for one in found for name in one))


def _score(share: Share, kinds: Sequence[str], part: str) -> Score:
    whole = part == "outputs"
    return Score(
        METRIC if whole or part in KINDS else f"{METRIC}-baseline", share.value, share.texts, "share of names",
        f"{METRIC}/1 distinct names of a text that stand in no other text, kinds {'+'.join(kinds)}, clustered",
        share.low, share.high, direction="lower" if part in (*KINDS, "outputs") else "none",
        slice={} if whole else {"names" if part in KINDS else "text": part},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Invented:
    name: Name
    row: int
    nearest: str


def _invented(found: Sequence[Sequence[Name]], missing: set[str], known: KnownNames) -> list[_Invented]:
    """Each invented name where it first occurs, the longest first: the longer, the less it can be chance."""
    first: dict[str, tuple[int, Name]] = {}
    for number, one in enumerate(found):
        for name in one:
            if name.text in missing:
                first.setdefault(name.text, (number, name))
    order = sorted(first.values(), key=lambda item: (-len(item[1].text), item[1].text))[:LISTED]
    return [
        _Invented(name, number, known.nearest(name.text) if name.kind != "entity" and i < 2 * EXAMPLES else "")
        for i, (number, name) in enumerate(order)
    ]


def _finding(
    subject: Subject,
    share: Share,
    baseline: Share | None,
    score: Score,
    rows: Sequence[Row],
    invented: Sequence[_Invented],
) -> tuple[Finding, ...]:
    above = baseline is not None and share.low > baseline.high
    if baseline is not None and share.low <= baseline.value and not any(one.nearest for one in invented):
        return ()  # real documents name as much that is new, and none is nearly a name of the corpus
    documents = _documents_with(subject, [one.nearest for one in invented[:EXAMPLES] if one.nearest])
    examples = tuple(_example(one, rows, documents.get(one.nearest, ())) for one in invented[:EXAMPLES])
    compared = (
        "There is no real text with names to compare with."
        if baseline is None
        else f"In equally long pieces of real documents {baseline.value:.1%} of the names stand in no other one."
    )
    finding = Finding(
        "HW-H001",
        "medium" if above else "low",
        f"{share.value:.1%} of the names in outputs exist nowhere in the corpus",
        f"Of {share.names:,} names in {share.texts:,} outputs {share.value:.1%} ({share.low:.1%} to {share.high:.1%}) "
        f"stand in no document, kept or removed. {compared}",
        "Do not run or cite what the model names without a check. The nearest real names and their documents show what "
        "the model blended; more training text about them, or a look-up at generation time, reduces inventions.",
        (score,),
        examples,
        tuple(dict.fromkeys(name for one in examples for name in one.document_ids)),
    )
    return (finding,)


def _example(one: _Invented, rows: Sequence[Row], documents: Sequence[str]) -> Example:
    row = rows[one.row]
    note = f"invented: {redact(one.name.text)}"
    note += f"; nearest real name: {redact(one.nearest)}" if one.nearest else ""
    return example(str(row["id"]), str(row["output"]), [(one.name.start, one.name.end)], note, documents)


def _documents_with(subject: Subject, wanted: Sequence[str], limit: int = 3) -> dict[str, list[str]]:
    """The first ``limit`` documents that hold each name, in corpus order."""
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for batch in subject.corpus.batches(["id", "text"]):
        open_ = [name for name, ids in found.items() if len(ids) < limit]
        if not open_:
            break
        for name in open_:
            mask = pc.match_substring(batch.column("text"), name)
            found[name] = [*found[name], *batch.column("id").filter(mask).to_pylist()][:limit]
    return found


def _exhibits(
    rows: Sequence[Row],
    found: Sequence[Sequence[Name]],
    missing: set[str],
    baseline: Share | None,
    invented: Sequence[_Invented],
) -> Iterator[Exhibit]:
    shares = [("all", _share(found, missing)), *_by_kind(found, missing)]
    shares += [("real documents", baseline)] if baseline else []
    x = tuple(label for label, _ in shares)
    y, low, high = (tuple(getattr(share, field) for _, share in shares) for field in ("value", "low", "high"))
    series = Series("share that stands in no other text", x, y, low, high)
    title = "Names that stand nowhere in the corpus"
    yield Chart(f"{METRIC}-chart", title, "interval", "names", "share of names", (series,))
    table = tuple(
        (redact(one.name.text), one.name.kind, str(rows[one.row]["id"]), redact(one.nearest)) for one in invented
    )
    columns = ("Invented name", "Kind", "Sample", "Nearest real name")
    yield Table(METRIC, "Invented names", columns, table)
