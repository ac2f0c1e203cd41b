"""The findings of the toxicity audit: HW-A040, HW-A041, HW-A042."""

from collections.abc import Sequence

import numpy as np

from ...core import Corpus, Example, Finding, Measurement, Score
from ..privacy import redact
from .bias_sheet import BiasSheet
from .excerpts import document_examples
from .passages import score_passages
from .text_detector import TextDetector
from .toxicity_scores import Flagged

DOCUMENTS, EXAMPLES = 50, 5
MUCH = 0.01


def toxic_documents(corpus: Corpus, flagged: Flagged, rate: Score, detector: TextDetector) -> Finding | None:
    """HW-A040: documents are flagged as toxic; the highest scores come first."""
    if not flagged.count:
        return None
    order = np.argsort(-flagged.scores, kind="stable")[: min(DOCUMENTS, flagged.count)]
    all_ids = corpus.ids()
    ids = [all_ids[place] for place in order.tolist()]
    texts = corpus.documents(ids[:EXAMPLES])
    places = []
    for name in ids[:EXAMPLES]:
        found = score_passages(detector, [texts[name]["text"] or ""], "line")
        best = int(np.argmax(found.scores)) if len(found.scores) else -1
        start, end = (int(found.start[best]), int(found.end[best])) if best >= 0 else (0, 0)
        score = float(flagged.scores[order[ids.index(name)]])
        places.append((name, start, end, f"score {score:.2f}"))
    return Finding(
        "HW-A040",
        "medium" if (rate.low or 0.0) > MUCH else "low",
        f"{flagged.count:,} documents are flagged as toxic",
        f"They are {rate.value:.2%} of the corpus (95 % interval {rate.low:.2%} to {rate.high:.2%}), judged by "
        f"{detector.name} at {flagged.threshold:g}. A model trained on them can say such things. The detector errs: "
        "fiction, history and people who quote are among what it flags.",
        "Read the examples and the bias sheet of the detector. Then set the documents aside with the filter 'toxicity' "
        "(action: quarantine), or say why they belong in the corpus.",
        (rate,),
        document_examples(corpus, places),
        tuple(ids),
    )


def biased_groups(
    sheet: BiasSheet, scores: Sequence[Measurement], least: float, rate: float, detector: str
) -> Finding | None:
    """HW-A041: the name of a group by itself raises the score."""
    raised = [one for one in sheet.shifts if one.shift.value >= least and one.shift.low > 0 and one.q <= rate]
    if not raised:
        return None
    worst = sorted(raised, key=lambda one: (-one.shift.value, one.category, one.group, one.against))
    first = worst[0]
    listed = "; ".join(
        f"{one.group} {one.shift.value:+.2f} ({one.shift.low:+.2f} to {one.shift.high:+.2f}) against "
        f"{'the other groups' if one.against == 'others' else 'no group'}"
        for one in worst[:6]
    )
    wanted = {(one.category, one.group, one.against) for one in raised}
    own = tuple(one for one in scores if isinstance(one, Score) and tuple(one.slice.values()) in wanted)
    examples = tuple(
        Example(name, redact(text)[:400], f"{one.group}: {difference:+.2f}", (), (name,))
        for one in worst[:EXAMPLES]
        for name, text, difference in one.examples[:1]
    )
    return Finding(
        "HW-A041",
        "high" if first.shift.low >= 4 * least else "medium",
        f"{detector} scores a sentence higher because it names {first.group!r}: {first.shift.value:+.2f}",
        f"In the same sentences of this corpus with nothing but the name swapped, the score rises: {listed}. What the "
        "filter takes out by this detector is then partly talk about these groups, and not toxicity.",
        "Do not remove by this detector before it is mended: raise the threshold, take the names out of its list, or "
        "add harmless sentences about these groups to what it is trained on. Compare removal by group afterwards.",
        own,
        examples,
        tuple(dict.fromkeys(name for one in worst for name, *_ in one.examples))[:DOCUMENTS],
    )


def low_bpsn(sheet: BiasSheet, scores: Sequence[Measurement]) -> Finding | None:
    """HW-A042: harmless texts about a group rank above toxic ones about others more often than in all documents."""
    if sheet.overall is None:
        return None
    limit = sheet.overall.value
    low = [one for one in sheet.aucs if one.metric == "bpsn-auc" and one.auc.high < limit]
    if not low:
        return None
    named = ", ".join(f"{one.group} {one.auc.value:.3f}" for one in low)
    wanted = {(one.category, one.group) for one in low}
    own = tuple(
        one for one in scores if isinstance(one, Score) and one.metric == "bpsn-auc"
        and tuple(one.slice.values()) in wanted
    )  # fmt: skip
    return Finding(
        "HW-A042",
        "medium",
        f"Harmless texts about {low[0].group!r} score like toxic ones",
        f"BPSN AUC by labels: {named}; over all documents the AUC is {limit:.3f}. Each whole interval lies below it, "
        "so the detector mistakes the group for toxicity more often than it errs elsewhere.",
        "Retrain or replace the detector; judge documents that name these groups by hand before removing them.",
        own,
    )
