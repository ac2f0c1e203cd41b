"""CHAIR: objects that captions name though they are not in the picture."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Exhibit, Finding, InputError, Measurement, NotMeasured, Score, Table
from ...curate import example, redact
from ..answer_file import Row, empty, questions_hash, read_answers
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import clopper_pearson, clustered_rate
from .caption_objects import Objects, objects_of, read_synonyms
from .known_answers import listed

METRIC = "captions"
SHOWN, LISTED = 20, 100


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption: its mentions, and the objects that are in the picture."""

    id: str
    text: str
    present: frozenset[str]
    mentions: tuple[tuple[str, int, int], ...]

    @property
    def invented(self) -> tuple[tuple[str, int, int], ...]:
        """Mentions of objects that are not in the picture."""
        return tuple(one for one in self.mentions if one[0] not in self.present)

    @property
    def named(self) -> int:
        """Objects of the picture that the caption names."""
        return len({name for name, _, _ in self.mentions} & self.present)


@METRICS.register(
    METRIC,
    source="CHAIR: Rohrbach et al. 2018 (arXiv 1809.02156)",
    unit="share of mentions; share of captions; share of objects",
    range="[0, 1]; CHAIR lower is better, recall higher",
    neutral="0",
    needs="file",
    protocol=(
        "mentions of known objects in a caption, longest name first and in singular form, against the objects labelled "
        "in its picture; objects are all labels of the file and their synonyms; bounds clustered by caption"
    ),
    pitfalls=(
        "An object in the picture without a label counts as invented. Only objects with a label somewhere in the "
        "file, or a synonym, are looked for. A caption that says nothing is never wrong: read the recall beside it. "
        "A caption that says there is no dog mentions a dog."
    ),
)
def measure_captions(subject: Subject, captions_file: str, synonyms_file: str | None = None) -> Outcome:
    """Share of mentions (CHAIRi) and captions (CHAIRs) with objects that are not in the picture, and recall of objects.

    ``captions_file`` (.jsonl or .csv) has ``caption`` and ``objects``, those in the picture (a list, or with ;
    between), and ``id`` where there is one. ``synonyms_file`` (.json) is ``{object: [synonyms]}``. Finding HW-H041.
    """
    rows = read_answers(captions_file, ("caption", "objects"), subject.progress).rows
    synonyms = read_synonyms(synonyms_file) if synonyms_file else {}
    labels = [listed(row, "objects") for row in rows]
    objects = objects_of([one for part in labels for one in part], synonyms)
    captions = list(_captions(rows, labels, objects))
    method = f"{len(set(objects.names.values()))} objects{', with synonyms' if synonyms else ''}, captions "
    method += questions_hash(one.id for one in captions)
    scores, items = _scores(captions, method)
    return Outcome(tuple(scores), tuple(_finding(captions, scores)), tuple(_exhibits(captions)), tuple(items))


def _captions(rows: Sequence[Row], labels: Sequence[Sequence[str]], objects: Objects) -> Iterator[Caption]:
    places: dict[str, str] = {}
    for number, (row, own) in enumerate(zip(rows, labels, strict=True), 1):
        name = f"row {number}" if empty(row.values.get("id")) else str(row.values["id"])
        if name in places:
            raise InputError(f"{row.place}: the id {redact(name[:60])!r} stands at {places[name]} already")
        places[name] = row.place
        text = "" if row.values.get("caption") is None else str(row.values["caption"])
        present = frozenset(meant for one in own if (meant := objects.meant(one)) is not None)
        yield Caption(name, text, present, tuple(objects.mentioned(text)))


def _scores(captions: Sequence[Caption], method: str) -> tuple[list[Measurement], list[ItemValues]]:
    """CHAIRi, CHAIRs and recall, each with the items that it is made of."""
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    parts = (
        ("", [len(one.invented) for one in captions], [len(one.mentions) for one in captions], "share of mentions",
         "CHAIRi: mentions of what is not in the picture", "no caption mentions a known object"),
        ("recall", [one.named for one in captions], [len(one.present) for one in captions], "share of objects",
         "objects of the picture that the caption names", "no picture has a labelled object"),
    )  # fmt: skip
    for name, events, trials, unit, what, why in parts:
        metric = f"{METRIC}-{name}" if name else METRIC
        if not sum(trials):
            scores.append(NotMeasured(metric, f"{why}, of {len(captions)}"))
            continue
        found = clustered_rate(events, trials)
        score = Score(
            metric, found.value, found.n, unit, f"{metric}/1 {what}, {method}", found.low, found.high,
            interval="Clopper-Pearson at the effective number of mentions", direction="higher" if name else "lower",
        )  # fmt: skip
        scores.append(score)
        ids = tuple(one.id for one in captions)
        items.append(ItemValues(metric, score.method, {}, ids, np.array(events, float), np.array(trials, float)))
    hit = [bool(one.invented) for one in captions]
    low, high = clopper_pearson(sum(hit), len(hit))
    metric = f"{METRIC}-with-invented"
    score = Score(
        metric, sum(hit) / len(hit), len(hit), "share of captions",
        f"{metric}/1 CHAIRs: captions that name what is not in the picture, {method}", low, high,
        interval="Clopper-Pearson", direction="lower",
    )  # fmt: skip
    scores.insert(1, score)
    items.append(
        ItemValues.of_means(metric, score.method, {}, [one.id for one in captions], [float(one) for one in hit])
    )
    return scores, items


def _finding(captions: Sequence[Caption], scores: Sequence[Measurement]) -> Iterator[Finding]:
    score = next((one for one in scores if one.metric == METRIC), None)
    wrong = [one for one in captions if one.invented]
    if not isinstance(score, Score) or not score.low or not wrong:
        return
    often = Counter(name for one in captions for name, _, _ in one.invented)
    named = ", ".join(
        f"{redact(name[:40])} ({n})" for name, n in sorted(often.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    )
    order = sorted(wrong, key=lambda one: (-len(one.invented), one.id))
    yield Finding(
        "HW-H041",
        "medium",
        "Captions name objects that are not in the picture",
        f"{score.value:.0%} of the mentions ({score.low:.0%} to {score.high:.0%}) in {len(wrong)} of {len(captions)} "
        f"captions are of objects without a label there, most often {named}.",
        "Look at the pictures below: is the object missing, or its label? Objects that often stand beside the labelled "
        "ones are named by habit.",
        (score,),
        tuple(
            example(one.id, one.text, [(a, b) for _, a, b in one.invented],
                    redact(f"in the picture: {', '.join(sorted(one.present))[:200] or 'nothing with a label'}"))
            for one in order[:SHOWN]
        ),
    )  # fmt: skip


def _exhibits(captions: Sequence[Caption]) -> Iterator[Exhibit]:
    said = Counter(name for one in captions for name, _, _ in one.mentions)
    wrong = Counter(name for one in captions for name, _, _ in one.invented)
    there = Counter(name for one in captions for name in one.present)
    found = Counter(name for one in captions for name in one.present & {name for name, _, _ in one.mentions})
    rows = []
    for name in sorted(said | there, key=lambda name: (-wrong[name], -said[name], name))[:LISTED]:
        share = wrong[name] / said[name] if said[name] else None
        rows.append(
            (
                redact(name[:80]),
                said[name],
                wrong[name],
                share,
                there[name],
                found[name] / there[name] if there[name] else None,
            )
        )
    columns = ("Object", "Mentions", "Not in the picture", "Share", "Pictures with it", "Named there")
    if rows:
        yield Table(METRIC, "Objects in captions", columns, tuple(rows), "The most often invented first.")
