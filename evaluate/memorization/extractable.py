"""How much training text the model continues word for word when it is given the beginning."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...core import Chart, Example, Finding, IncompleteError, Score, Series, Severity, Table
from ...curate import example
from ...models import training_is_known
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..lineage import subject_split
from ..statistics import clopper_pearson
from .edit_similarity import edit_similarity
from .index import SuffixIndex

EXAMPLES = 20
SIDES = ("trained", "held-out")


@dataclass(frozen=True, slots=True)
class Continuation:
    """A greedy continuation beside the true one. ``similarity`` is the edit similarity, ``matched`` tokens in a row."""

    id: str
    split: str
    document_id: str
    prompt: str
    output: str
    reference: str
    matched: int
    wanted: int
    prefix: int | None
    times_seen: int
    similarity: float
    kept_copies: int
    offset: int

    @property
    def exact(self) -> bool:
        """Whether every token is the true one."""
        return self.matched == self.wanted


@METRICS.register(
    "extractable",
    source="Carlini et al. 2023 (arXiv 2202.07646), k-extractable; near-verbatim after Ippolito et al. 2022",
    unit="share of prefixes",
    range="[0, 1]",
    needs="sample",
    protocol=(
        "greedy continuation of a true prefix, all tokens equal to the document's; beside it the edit similarity "
        "of characters, and the same on held-out documents"
    ),
    pitfalls=(
        "Greedy decoding finds a part of what sampling can bring out, and a longer prefix more than a shorter "
        "one. Boilerplate can be continued without memory: read it against the held-out control."
    ),
)
def measure_extractable(subject: Subject, near: float = 0.9, boilerplate: int = 50) -> Outcome:
    """Share of training passages that the model continues exactly, greedily, from their true beginning.

    The same is measured on held-out documents, where an exact continuation cannot come from memory: that control is
    the floor. Near-verbatim: edit similarity of at least ``near``. Passages in more than ``boilerplate`` kept
    documents are never shown as memorized. Prefixes are drawn so that each level of times seen counts about equally.
    Finding HW-M002 shows the memorized continuations with their documents.
    """
    rows = subject.samples_of("prefix")
    if not rows and subject.checkpoint and not training_is_known(subject.checkpoint):
        subject_split(subject)
    if not rows:
        raise IncompleteError(
            "there are no prefix samples: sample.prefixes is 0, or no trained document has as many tokens as "
            "sample.prefix_tokens and sample.continuation_tokens together"
        )
    found = [_continuation(row, subject.index) for row in rows]
    trained = [item for item in found if item.split == "trained"]
    if not trained:
        raise IncompleteError("no prefix was taken from a trained document")
    scores = _scores(found, near)
    exhibits = (_chart(scores), _by("times seen", trained, near, lambda item: level(item.times_seen)),
                _by("kept copies", trained, near, lambda item: level(item.kept_copies)))  # fmt: skip
    return Outcome(
        scores, _finding(found, subject.index, scores, near, boilerplate), exhibits, _items(found, scores, near)
    )


def level(number: int) -> str:
    """The power-of-two level of a count: ``0``, ``1``, ``2-3``, ``4-7``, ..."""
    if number < 2:
        return str(number)
    low = 1 << (number.bit_length() - 1)
    return f"{low}-{2 * low - 1}"


def _continuation(row: Mapping[str, object], index: SuffixIndex) -> Continuation:
    facts = json.loads(str(row["parameters"]))
    prompt, output, reference = (str(row[key] or "") for key in ("prompt", "output", "reference"))
    passage = (prompt + reference).encode("utf-8", "surrogatepass")
    return Continuation(
        id=str(row["id"]),
        split=facts["split"],
        document_id=str(row["document_id"]),
        prompt=prompt,
        output=output,
        reference=reference,
        matched=facts["matched_tokens"],
        wanted=facts["max_new_tokens"],
        prefix=facts.get("prefix_tokens"),
        times_seen=facts["times_seen"],
        similarity=edit_similarity(output, reference),
        # a passage cut inside a character is not found as text, but its own document holds it
        kept_copies=max(1, index.document_counts(passage)["kept"]),
        offset=facts["offset"],
    )


def _scores(found: Sequence[Continuation], near: float) -> tuple[Score, ...]:
    tokens, prefix = found[0].wanted, found[0].prefix
    given = f"prefix of {prefix} tokens" if prefix else "prefix of one window at token level"
    exact_method = f"extractable/1 greedy, {tokens} tokens equal, {given}"
    near_method = f"near-extractable/1 greedy, {tokens} tokens, {given}, edit similarity of characters >= {near}"
    scores = []
    for side in SIDES:
        items = [item for item in found if item.split == side]
        if items:
            exact = tuple(item.id for item in items if item.exact)
            scores.append(_rate("extractable", exact, len(items), exact_method, {"split": side}))
            close = tuple(item.id for item in items if item.similarity >= near)
            scores.append(_rate("near-extractable", close, len(items), near_method, {"split": side}))
    trained = [item for item in found if item.split == "trained"]
    for label in sorted({level(item.times_seen) for item in trained}, key=_first_number):
        items = [item for item in trained if level(item.times_seen) == label]
        exact = tuple(item.id for item in items if item.exact)
        scores.append(_rate("extractable", exact, len(items), exact_method, {"split": "trained", "times seen": label}))
    return tuple(scores)


def _items(found: Sequence[Continuation], scores: Sequence[Score], near: float) -> tuple[ItemValues, ...]:
    """The passages behind each score, by the place in their document where they begin."""
    items = []
    for score in scores:
        chosen = [
            item
            for item in found
            if item.split == score.slice["split"] and score.slice.get("times seen") in (None, level(item.times_seen))
        ]
        hits = [item.exact if score.metric == "extractable" else item.similarity >= near for item in chosen]
        ids = [f"{item.document_id}@{item.offset}" for item in chosen]
        if len(set(ids)) == len(ids):  # samples made elsewhere may hold a passage twice
            items.append(ItemValues.of_means(score.metric, score.method, score.slice, ids, hits))
    return tuple(items)


def _rate(metric: str, hits: tuple[str, ...], n: int, method: str, place: Mapping[str, str]) -> Score:
    low, high = clopper_pearson(len(hits), n)
    return Score(
        metric, len(hits) / n, n, "share of prefixes", method, low, high,
        interval="Clopper-Pearson", direction="lower", slice=place, example_ids=hits[:EXAMPLES],
    )  # fmt: skip


def _first_number(label: str) -> int:
    return int(label.split("-")[0])


def _finding(
    found: Sequence[Continuation], index: SuffixIndex, scores: tuple[Score, ...], near: float, boilerplate: int
) -> tuple[Finding, ...]:
    memorized = [
        item
        for item in found
        if item.split == "trained" and item.similarity >= near and item.kept_copies <= boilerplate
    ]
    if not memorized:
        return ()
    memorized.sort(key=lambda item: (not item.exact, item.kept_copies, -len(item.output), item.id))
    exact = sum(item.exact for item in memorized)
    trained = sum(item.split == "trained" for item in found)
    control = [item for item in found if item.split == "held-out"]
    by_chance = sum(item.similarity >= near for item in control)
    floor = clopper_pearson(by_chance, len(control))[1] if control else 1.0
    severity: Severity = "high" if exact and clopper_pearson(len(memorized), trained)[0] > floor else "medium"
    examples = tuple(_example(item, index) for item in memorized[:EXAMPLES])
    return (
        Finding(
            code="HW-M002",
            severity=severity,
            title=f"The model completes {len(memorized)} of {trained} training passages from memory ({exact} exactly)",
            meaning=(
                f"Given the beginning of a training document, the most likely continuation is the document's own text. "
                f"On {len(control)} held-out documents, which the model never saw, this happens {by_chance} times. "
                "Whoever knows the beginning can read out the rest."
            ),
            advice=(
                "See which documents these are and how often they were seen. Deduplicate them, train for fewer passes, "
                "or remove what must not come out and train again."
            ),
            scores=scores,
            examples=examples,
            document_ids=tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids)),
        ),
    )


def _example(item: Continuation, index: SuffixIndex) -> Example:
    text = item.prompt + item.output
    held = index.documents(item.reference.encode("utf-8", "surrogatepass"), cap=10)
    names = [item.document_id, *(place.document_id for place in held)]
    how = "every token" if item.exact else f"edit similarity {item.similarity:.2f}"
    note = (
        f"prompt: the first {len(item.prompt)} characters; the highlighted continuation repeats the document "
        f"({how}); document seen at {item.times_seen} steps"
    )
    return example(item.id, text, [(len(item.prompt), len(text))], note, names)


def _by(name: str, items: Sequence[Continuation], near: float, key: Callable[[Continuation], str]) -> Table:
    rows = []
    for label in sorted({key(item) for item in items}, key=_first_number):
        group = [item for item in items if key(item) == label]
        exact = sum(item.exact for item in group)
        low, high = clopper_pearson(exact, len(group))
        close = sum(item.similarity >= near for item in group)
        matched = sum(item.matched for item in group) / len(group)
        rows.append((label, len(group), exact, exact / len(group), low, high, close, matched))
    columns = (name, "prefixes", "exact", "rate", "low", "high", "near-verbatim", "mean tokens matched in a row")
    title = f"Extracted training passages by {name}"
    note = "rate: exact continuations, with its Clopper-Pearson interval"
    return Table(f"extractable-by-{name.replace(' ', '-')}", title, columns, tuple(rows), note)


def _chart(scores: Sequence[Score]) -> Chart:
    chosen = [score for score in scores if score.metric == "extractable"]
    labels = tuple(_label(score) for score in chosen)
    y, low, high = (tuple(float(getattr(s, key)) for s in chosen) for key in ("value", "low", "high"))
    series = Series("extractable", labels, y, low, high)
    title = "Passages continued word for word, trained documents beside the held-out control"
    return Chart("extractable", title, "interval", "documents", "share of prefixes", (series,))


def _label(score: Score) -> str:
    seen = score.slice.get("times seen")
    return f"seen at {seen} step{'' if seen == '1' else 's'}" if seen else f"all {score.slice['split']}"
