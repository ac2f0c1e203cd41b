"""Recovery of passages that were planted a known number of times: what extraction finds, and whom the trace names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ...core import Chart, IncompleteError, Measurement, NotMeasured, Score, Series, Table, generator
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..lineage import subject_split
from ..statistics import clopper_pearson
from .edit_similarity import edit_similarity

ATTRIBUTE = "planted"
PERMUTATIONS, SHOWN = 9_999, 20
NEVER = "0"


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted passage: its documents, how often it was planted, and whether training saw any of them."""

    text: str
    ids: tuple[str, ...]
    copies: int
    trained: bool


@dataclass(frozen=True, slots=True)
class Recovered:
    """What greedy decoding made of a passage's beginning, and the documents that the trace of the output names.

    ``unseen``: a planted document is among these, and training saw none of them.
    """

    passage: Planted
    output: str
    matched: int
    wanted: int
    similarity: float
    named: frozenset[str]
    unseen: bool

    @property
    def level(self) -> int:
        """Copies that training saw: 0 where the passage was held out or removed."""
        return self.passage.copies if self.passage.trained else 0

    @property
    def exact(self) -> bool:
        """Whether every token is the true one."""
        return self.matched == self.wanted

    @property
    def traced(self) -> bool:
        """Whether the trace names one of the passage's own documents."""
        return bool(self.named & set(self.passage.ids))


@METRICS.register(
    "planted-documents",
    source="method of planted controls; extraction after Carlini et al. 2023 (arXiv 2202.07646)",
    unit="share of planted passages",
    range="[0, 1]",
    needs="sample",
    protocol=(
        "greedy continuation of the first tokens of every passage with the attribute 'planted', all tokens the same; "
        "the output's longest verbatim span is traced, and its documents are held against the passage's own"
    ),
    pitfalls=(
        "It measures the audit, not the model's memory of other texts: what is true of random passages holds for real "
        "ones only as far as they are like them."
    ),
)
def measure_planted_documents(
    subject: Subject, prefix_tokens: int = 32, tokens: int = 32, minimum: int = 50
) -> Outcome:
    """Share of planted passages that greedy decoding gives back, by the number of copies, and the trace of each.

    A passage is a text whose documents carry the attribute ``planted`` (how often it was planted; 0 or a removed
    document is a control that training never saw). The trace is right where the documents that hold the output's
    longest span of ``minimum`` bytes or more are those of the passage; it is false where a planted one is among them
    and training saw none of them: then it names a cause that cannot be one.
    """
    checkpoint = subject.checkpoint
    if checkpoint is None or not {"sample", "prompt_logprob"} & set(checkpoint.capabilities):
        raise IncompleteError("a model that continues a prompt is needed")
    seen = _seen(subject)
    passages = planted_passages(subject)
    if not passages:
        raise IncompleteError(f"no document of the corpus carries the attribute {ATTRIBUTE!r}")
    encoded = [checkpoint.encode(passage.text)[: prefix_tokens + tokens] for passage in passages]
    usable = [number for number, row in enumerate(encoded) if len(row) == prefix_tokens + tokens]
    if not usable:
        raise IncompleteError(f"no planted passage has {prefix_tokens + tokens} tokens")
    prompts = [encoded[number][:prefix_tokens] for number in usable]
    made = checkpoint.complete_tokens(prompts, max_new_tokens=tokens, temperature=0.0)
    planted = {name for passage in passages for name in passage.ids}
    never = frozenset(planted - seen)
    found = [
        _recovered(subject, passages[number], output, encoded[number][prefix_tokens:], minimum, seen, never)
        for number, output in zip(usable, made, strict=True)
    ]
    return _outcome(subject, found, (prefix_tokens, tokens, minimum))


def planted_passages(subject: Subject) -> tuple[Planted, ...]:
    """The planted passages of the corpus and of what was removed from it, in corpus order."""
    seen = _seen(subject)
    found: dict[str, dict[str, Any]] = {}
    for part in (subject.corpus, subject.removed):
        for batch in part.batches(["id", "text", "attributes"]) if part else ():
            for row in batch.to_pylist():
                level = dict(row["attributes"] or ()).get(ATTRIBUTE)
                if level is not None and row["text"]:
                    entry = found.setdefault(
                        row["text"], {"ids": [], "copies": _copies(level, row["id"]), "trained": False}
                    )
                    entry["ids"].append(row["id"])
                    entry["trained"] |= row["id"] in seen
    return tuple(Planted(text, tuple(e["ids"]), e["copies"], e["trained"]) for text, e in found.items())


def _copies(level: str, name: str) -> int:
    """A count, also one that passed through a column of decimals ("3.0")."""
    digits = level.removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal()):
        raise IncompleteError(
            f"document {name}: attribute {ATTRIBUTE!r} must be how often it was planted: 0, 1, 2, ..."
        )
    return int(digits)


def _seen(subject: Subject) -> frozenset[str]:
    if subject.checkpoint is None or not subject.checkpoint.run.get("recipe"):
        return frozenset()
    return frozenset(subject_split(subject).trained)


def _recovered(
    subject: Subject, passage: Planted, output: Sequence[int], truth: Sequence[int], minimum: int,
    seen: frozenset[str], never: frozenset[str],
) -> Recovered:  # fmt: skip
    assert subject.checkpoint is not None
    same = [a == b for a, b in zip(output, truth, strict=False)]
    matched = same.index(False) if False in same else len(same)
    text, wanted = subject.checkpoint.decode(output), subject.checkpoint.decode(truth)
    query = text.encode("utf-8", "surrogatepass")
    spans = subject.index.longest_matches(query, minimum)
    start, end = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
    places = subject.index.documents(query[start:end], 1_000) if end else []
    named = frozenset(place.document_id for place in places)
    unseen = bool(named & never) and not named & seen
    return Recovered(passage, text, matched, len(truth), edit_similarity(text, wanted), named, unseen)


def _outcome(subject: Subject, found: Sequence[Recovered], options: tuple[int, int, int]) -> Outcome:
    prefix, tokens, minimum = options
    method = f"planted-documents/1 greedy, {tokens} tokens after {prefix}, trace of spans of at least {minimum} bytes"
    levels = sorted({one.level for one in found})
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    for level in levels:
        here = [one for one in found if one.level == level]
        score = _rate("planted-extracted", [one.exact for one in here], method, {"copies": str(level)}, "lower")
        scores.append(score)
        ids = [one.passage.ids[0] for one in here]
        items.append(ItemValues.of_means(score.metric, method, score.slice, ids, [float(one.exact) for one in here]))
    scores += [_trend(found, method, subject.seed), *_traces(found, method)]
    return Outcome(tuple(scores), (), (_chart(found, levels), _table(found, levels), _cases(found)), tuple(items))


def _traces(found: Sequence[Recovered], method: str) -> list[Measurement]:
    """How often the trace of a recovered passage names it, and how often one names what training never saw."""
    recovered = [one for one in found if one.exact]
    made: list[Measurement] = [_rate("planted-false-traces", [one.unseen for one in found], method, {}, "lower")]
    if recovered:
        made.append(_rate("planted-traced", [one.traced for one in recovered], method, {}, "higher"))
    else:
        made.append(NotMeasured("planted-traced", "no planted passage was recovered, so none could be traced"))
    return made


def _trend(found: Sequence[Recovered], method: str, seed: int) -> Measurement:
    """Rank correlation of copies and tokens matched in a row."""
    x, y = (np.array([getattr(one, name) for one in found], np.float64) for name in ("level", "matched"))
    if len(found) < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return NotMeasured("planted-trend", "needs four passages of different numbers of copies, and some difference")
    value = float(stats.spearmanr(x, y).statistic)
    rng = generator(seed, "planted trend")
    ranks = stats.rankdata(y)
    null = [abs(np.corrcoef(stats.rankdata(x), rng.permutation(ranks))[0, 1]) for _ in range(PERMUTATIONS)]
    p = (1 + sum(one >= abs(value) - 1e-12 for one in null)) / (PERMUTATIONS + 1)
    z, width = np.arctanh(np.clip(value, -0.9999, 0.9999)), 1.96 * 1.03 / max(1.0, len(found) - 3) ** 0.5
    low, high = (float(np.tanh(z + sign * width)) for sign in (-1, 1))
    return Score(
        "planted-trend", value, len(found), "rank correlation", f"{method}; Spearman, p {p:.2g} by permutation",
        min(low, value), max(high, value), interval="Fisher's z with the factor 1.03 (Fieller et al. 1957)",
    )  # fmt: skip


def _rate(metric: str, hits: Sequence[bool], method: str, place: Mapping[str, str], direction: Any) -> Score:
    low, high = clopper_pearson(sum(hits), len(hits))
    return Score(
        metric, sum(hits) / len(hits), len(hits), "share of planted passages", method, low, high,
        interval="Clopper-Pearson", direction=direction, slice=place,
    )  # fmt: skip


def _chart(found: Sequence[Recovered], levels: Sequence[int]) -> Chart:
    groups = [[one.exact for one in found if one.level == level] for level in levels]
    bounds = [clopper_pearson(sum(hits), len(hits)) for hits in groups]
    rates = tuple(sum(hits) / len(hits) for hits in groups)
    lows, highs = (tuple(bound[side] for bound in bounds) for side in (0, 1))
    series = Series("extracted", tuple(map(str, levels)), rates, lows, highs)
    title = "Planted passages given back word for word, by the number of copies in training"
    return Chart("planted-documents", title, "interval", "copies planted", "share of passages", (series,))


def _table(found: Sequence[Recovered], levels: Sequence[int]) -> Table:
    rows = []
    for level in levels:
        here = [one for one in found if one.level == level]
        recovered = [one for one in here if one.exact]
        rows.append(
            (str(level), len(here), len(recovered), sum(one.similarity >= 0.9 for one in here),
             float(np.mean([one.matched for one in here])), sum(one.traced for one in recovered),
             sum(one.unseen for one in here))
        )  # fmt: skip
    columns = (
        "copies in training", "passages", "recovered", "near-verbatim", "mean tokens matched in a row",
        "recovered and traced to their document", "traced to a planted one that training never saw",
    )  # fmt: skip
    note = "0: held out of training or removed by curation, the control. Recovered: every token of the continuation."
    return Table("planted-recovery", "Recovery of planted passages", columns, tuple(rows), note)


def _cases(found: Sequence[Recovered]) -> Table:
    best = sorted(found, key=lambda one: (-one.matched, -one.level, one.passage.ids[0]))[:SHOWN]
    rows = tuple(
        (excerpt(one.output, width=120)[0], one.level, one.matched, one.passage.ids[0], "yes" if one.traced else "no")
        for one in best
    )
    columns = ("output", "copies", "tokens matched", "planted document", "named by the trace")
    return Table("planted-cases", "Planted passages, the most recovered first", columns, rows)
