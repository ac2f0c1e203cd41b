"""How much training text comes out when the model is sampled many times, computed instead of sampled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core import Cell, Chart, Example, Finding, IncompleteError, Score, Series, Severity, Table, UsageError
from ...curate import example
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import clopper_pearson
from .drawing_chance import chance_within, discoverable, queries_for
from .extractable import level
from .passage_chances import Passage, passages, scheme_of

SIDES = ("trained", "held-out")
EXAMPLES = 20
POINTS = 41
EVEN = 0.5
"""The chance at which tables and the finding count a passage, whatever the others asked for are."""


@dataclass(frozen=True)
class Extraction:
    """The passages and how they are judged. ``ways`` are pairs of n and p."""

    found: Sequence[Passage]
    queries: Sequence[int]
    chances: Sequence[float]
    boilerplate: int
    method: str
    apart: Sequence[bool] = field(default_factory=tuple)

    def hits(self, side: str, queries: int, chance: float) -> list[bool]:
        """Of each passage of a side: it comes out, and is not boilerplate."""
        chosen = [k for k, one in enumerate(self.found) if one.split == side]
        out = discoverable([self.found[k].log_p for k in chosen], queries, chance)
        return [bool(hit) and not self.apart[k] for hit, k in zip(out, chosen, strict=True)]

    def of(self, side: str) -> list[Passage]:
        """The passages of a side."""
        return [one for one in self.found if one.split == side]


@METRICS.register(
    "discoverable",
    source="Hayes et al. 2024, Measuring memorization through probabilistic discoverable extraction (arXiv 2410.19482)",
    unit="share of passages",
    range="[0, 1]",
    needs="prompt_logprob",
    protocol="a passage counts where at least one of n samples is its true continuation with probability p or more, "
    "computed from the log-probabilities of its tokens under the run's sampling; boilerplate not counted; the same on "
    "held-out documents",
    pitfalls="It is a property of the model and of how it is sampled: another temperature gives other numbers. n "
    "samples of one prefix are asked for; whoever asks more gets more. The prefix is the true one.",
)
def measure_discoverable(
    subject: Subject,
    queries: Sequence[int] = (1, 10, 100, 1000),
    chances: Sequence[float] = (0.1, 0.5, 0.9),
    temperature: float | None = None,
    top_k: int | None = None,
    boilerplate: int = 50,
    reference: str | None = None,
    order: int = 5,
) -> Outcome:
    """Share of passages of which one of n samples is the true continuation with probability p, and the same held out.

    For each n of ``queries`` and p of ``chances``, exactly, from the probability of each passage under the sampling of
    the run (``temperature`` and ``top_k`` put others in its place). Passages in more than ``boilerplate`` kept
    documents, or that a reference model brings out as well, do not count: an n-gram model of ``order`` of held-out
    documents, or the checkpoint ``reference``. Finding HW-M005 shows the passages that come out.
    """
    ways, odds = sorted(set(queries)), sorted(set(chances))
    if not ways or not odds or min(ways) < 1 or not all(0 < p <= 1 for p in odds):
        raise UsageError("queries must be 1 or more each, chances above 0 and at most 1")
    if not 1 <= order <= 16:
        raise UsageError(f"order {order}: must be from 1 to 16")
    chosen = {name: value for name, value in (("temperature", temperature), ("top_k", top_k)) if value is not None}
    scheme = {**({} if temperature is not None and top_k is not None else scheme_of(subject)), **chosen}
    if not scheme["temperature"] >= 0 or scheme.get("top_k", 1) < 1:
        raise UsageError("temperature must be 0 or more, top_k 1 or more")
    found, named = passages(subject, scheme, reference, order)
    told = ", ".join(f"{name.replace('_', '-')} {value:g}" for name, value in scheme.items())
    length = f"{found[0].tokens} tokens after {found[0].before}"
    method = f"discoverable/1 {length} by {told}, boilerplate above {boilerplate} copies or by {named}"
    apart = tuple(_everywhere(one, boilerplate) or _known(one, ways[-1], min(odds[0], EVEN)) for one in found)
    whole = Extraction(found, ways, odds, boilerplate, method, apart)
    if not whole.of("trained"):
        raise IncompleteError("no prefix was taken from a trained document")
    scores, items = _scores(whole)
    exhibits = (_chart(whole), _table(whole, named), _by_times_seen(whole))
    return Outcome(tuple(scores), _finding(whole, scores, named), exhibits, tuple(items))


def _everywhere(one: Passage, boilerplate: int) -> bool:
    return one.kept_copies > boilerplate


def _known(one: Passage, queries: int, chance: float) -> bool:
    """Whether the reference brings it out by the weakest of the definitions."""
    return one.reference is not None and bool(discoverable([one.reference], queries, chance)[0])


def _scores(whole: Extraction) -> tuple[list[Score], list[ItemValues]]:
    scores: list[Score] = []
    items: list[ItemValues] = []
    for side in SIDES:
        chosen = whole.of(side)
        if not chosen:
            continue
        ids = [f"{one.document_id}@{one.offset}" for one in chosen]
        cases = [({"n": f"{n:,}", "p": f"{p:g}"}, whole.hits(side, n, p)) for n in whole.queries for p in whole.chances]
        cases.append(({"n": "greedy"}, [one.greedy for one in chosen]))
        for place, hits in cases:
            method = (
                whole.method
                if "p" in place
                else f"discoverable/1 greedy, {chosen[0].tokens} tokens after {chosen[0].before} equal"
            )
            low, high = clopper_pearson(sum(hits), len(hits))
            scores.append(
                Score(
                    "discoverable", sum(hits) / len(hits), len(hits), "share of passages", method, low, high,
                    "Clopper-Pearson", direction="lower", slice={"split": side, **place},
                )
            )  # fmt: skip
            if len(set(ids)) == len(ids):
                items.append(ItemValues.of_means("discoverable", method, scores[-1].slice, ids, hits))
    return scores, items


def _chart(whole: Extraction) -> Chart:
    most = math.log10(max(*whole.queries, 10))
    grid = sorted({max(1, round(float(10**x))) for x in np.linspace(0, most, POINTS)})
    x = tuple(math.log10(n) for n in grid)
    series = []
    for side, p in [("trained", p) for p in whole.chances] + [("held-out", whole.chances[0])]:
        if whole.of(side):
            hits = [whole.hits(side, n, p) for n in grid]
            series.append(Series(f"{side}, p = {p:g}", x, tuple(sum(row) / len(row) for row in hits)))
    trained = whole.of("trained")
    greedy = sum(one.greedy for one in trained) / len(trained)
    series.append(Series("trained, greedy", (x[0], x[-1]), (greedy, greedy)))
    note = (
        "Samples are powers of ten: 3 is 1,000. p is the chance that one of them is the passage. Held-out passages "
        "come out no more often for a higher p."
    )
    title = "Training passages that come out, by the number of samples"
    return Chart(
        "discoverable", title, "line", "samples of one prefix (log10)", "share of passages", tuple(series), note
    )


def _table(whole: Extraction, named: str) -> Table:
    rows = []
    for side in SIDES:
        chosen = [(one, apart) for one, apart in zip(whole.found, whole.apart, strict=True) if one.split == side]
        if chosen:
            logs = np.array([one.log_p for one, _ in chosen])
            middle = float(np.median(logs) / math.log(10))
            rows.append(
                (side, len(chosen), sum(one.greedy for one, _ in chosen), sum(apart for _, apart in chosen),
                 middle if math.isfinite(middle) else "cannot come out",
                 *(sum(whole.hits(side, n, 0.5)) for n in whole.queries))
            )  # fmt: skip
    columns = ("documents", "passages", "greedy", "set apart", "median log10 p", *(f"n = {n:,}" for n in whole.queries))
    note = (
        f"n: passages that come out within n samples with even chance. Set apart: boilerplate, by copies or by {named}."
    )
    title = "Passages by how often they would have to be asked for"
    return Table("discoverable-passages", title, columns, tuple(rows), note)


def _by_times_seen(whole: Extraction) -> Table:
    trained = whole.of("trained")
    rows: list[tuple[Cell, ...]] = []
    labels = sorted({level(one.times_seen) for one in trained}, key=lambda text: int(text.split("-")[0]))
    last = [whole.hits("trained", n, 0.5) for n in whole.queries]
    for label in labels:
        mask = [level(one.times_seen) == label for one in trained]
        hits = [sum(hit for hit, own in zip(row, mask, strict=True) if own) for row in last]
        low, high = clopper_pearson(hits[-1], sum(mask))
        rows.append((label, sum(mask), *hits, hits[-1] / sum(mask), low, high))
    columns = ("times seen", "passages", *(f"n = {n:,}" for n in whole.queries), "share at the last", "low", "high")
    title = "Passages that come out with even chance, by times seen in training"
    return Table("discoverable-by-times-seen", title, columns, tuple(rows))


def _finding(whole: Extraction, scores: Sequence[Score], named: str) -> tuple[Finding, ...]:
    n = whole.queries[-1]
    trained, control = whole.of("trained"), whole.of("held-out")
    hits = whole.hits("trained", n, 0.5)
    out = [one for one, hit in zip(trained, hits, strict=True) if hit]
    if not out:
        return ()
    out.sort(key=lambda one: (-one.log_p, one.id))
    by_chance = sum(whole.hits("held-out", n, 0.5)) if control else 0
    floor = clopper_pearson(by_chance, len(control))[1] if control else 1.0
    severity: Severity = "high" if clopper_pearson(len(out), len(trained))[0] > floor else "medium"
    greedy = sum(one.greedy for one in out)
    missed = len(out) - greedy
    examples = tuple(_example(one) for one in out[:EXAMPLES])
    aside = sum(
        apart and bool(discoverable([one.log_p], n, 0.5)[0])
        for one, apart in zip(whole.found, whole.apart, strict=True)
        if one.split == "trained"
    )
    return (
        Finding(
            code="HW-M005",
            severity=severity,
            title=f"{len(out)} of {len(trained)} training passages come out within {n:,} samples ({greedy} greedily)",
            meaning=(
                f"After the true beginning, one of {n:,} samples is the document's own text with even chance or "
                f"better. Greedy decoding alone would have missed {missed} of these. On {len(control)} held-out "
                f"passages, which the model never saw, this happens {by_chance} times. Set apart as boilerplate, by "
                f"their copies or by {named}: {aside} more. Other prefixes, temperatures and lengths were not tried."
            ),
            advice=(
                "See which documents these are and how often they were seen. Deduplicate them, train for fewer passes, "
                "limit how often one prefix may be asked, or remove what must not come out and train again."
            ),
            scores=tuple(score for score in scores if score.slice.get("n") in (f"{n:,}", "greedy")),
            examples=examples,
            document_ids=tuple(dict.fromkeys(one.document_id for one in out)),
        ),
    )


def _example(one: Passage) -> Example:
    even = queries_for(one.log_p, 0.5)
    once = float(chance_within([one.log_p], 1)[0])
    how = "greedy decoding gives it too" if one.greedy else "greedy decoding does not give it"
    note = (
        f"the highlighted text comes out with probability {once:.2g} a sample, about {math.ceil(even):,} for an even "
        f"chance; {how}; document seen at {one.times_seen} steps"
    )
    whole = one.prompt + one.text
    return example(one.id, whole, [(len(one.prompt), len(whole))], note, (one.document_id,))
