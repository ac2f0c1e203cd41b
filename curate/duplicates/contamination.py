"""What a search for evaluation items says in the report: tallies, tables and findings."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from ...core import Cell, Finding, Score, Table, wilson
from ..privacy import redact
from .suite_index import Hits, SuiteGrams

LISTED, NAMED, LONGEST_NAME = 200, 5, 80


def short_name(name: str) -> str:
    """A name for a sentence or a key of a tally: redacted, at most 80 characters, no tab."""
    return redact(name)[:LONGEST_NAME].replace("\t", " ")


def suite_tallies(grams: SuiteGrams, kept: Hits, every: Hits) -> dict[str, int]:
    """What the report is made of; keys are ``kind<tab>suite[<tab>item]``."""
    suite = short_name(grams.suite)
    documents: Counter[int] = Counter()
    pairs = np.unique(np.stack([kept.keys, kept.texts], axis=1), axis=0)
    owners = [
        np.stack([grams.items[grams.starts[key] : grams.starts[key + 1]]] + [np.full(size, text)], axis=1)
        for key, text in pairs.tolist()
        for size in [grams.starts[key + 1] - grams.starts[key]]
    ]
    if owners:
        documents.update(np.unique(np.concatenate(owners), axis=0)[:, 0].tolist())
    common = np.setdiff1d(grams.items_of(np.unique(every.keys)), np.array(sorted(documents), np.int64))
    counts = {
        f"items\t{suite}": len(grams.names),
        f"measurable\t{suite}": grams.measurable,
        f"contaminated\t{suite}": len(documents),
        f"common\t{suite}": int(common.size),
        f"documents\t{suite}": int(np.unique(kept.texts).size),
        f"ngram\t{suite}": grams.size,
    }
    ranked = sorted(documents.items(), key=lambda pair: (-pair[1], pair[0]))[:LISTED]
    return counts | {f"item\t{suite}\t{short_name(grams.names[item])}": number for item, number in ranked}


def _suites_of(tallies: Mapping[str, int]) -> list[str]:
    return [key.split("\t")[1] for key in tallies if key.startswith("items\t")]


def _share(tallies: Mapping[str, int], suite: str) -> Score | None:
    measurable, found = tallies[f"measurable\t{suite}"], tallies.get(f"contaminated\t{suite}", 0)
    if not measurable:
        return None
    low, high = wilson(found, measurable)
    return Score(
        metric="contaminated-items",
        value=found / measurable,
        n=measurable,
        unit="share of items",
        method="contaminated-items/1 items with a verified n-gram in the corpus, of those long enough to have one",
        low=low,
        high=high,
        interval="Wilson",
        direction="lower",
        slice={"suite": suite},
    )


def suite_table(tallies: Mapping[str, int], documents: int) -> Table:
    """Items of each suite, and the share of them that stands in the corpus."""
    rows: list[tuple[Cell, ...]] = []
    for suite in _suites_of(tallies):
        score = _share(tallies, suite)
        numbers = (score.value, score.low, score.high) if score else (None, None, None)
        counted = (tallies.get(f"{key}\t{suite}", 0) for key in ("ngram", "items", "measurable", "contaminated"))
        more = (tallies.get(f"{key}\t{suite}", 0) for key in ("common", "documents"))
        rows.append((suite, *counted, *numbers, *more))
    columns = ("suite", "n-gram", "items", "long enough", "in the corpus", "share", "low", "high")
    note = (
        f"Of {documents:,} documents. Share: of the items that are long enough for an n-gram, with Wilson's interval "
        "at 95 %. By common n-grams only: items whose matches all stand in more documents than the limit, which are "
        "taken for stock phrases."
    )
    return Table(
        "contaminated-suites",
        "Evaluation items in the corpus",
        (*columns, "by common n-grams only", "documents"),
        tuple(rows),
        note,
    )


def item_table(tallies: Mapping[str, int]) -> Table:
    """The items that stand in most documents."""
    found = [(key.split("\t"), number) for key, number in tallies.items() if key.startswith("item\t")]
    ranked = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:LISTED]
    rows = [(suite, item, number) for (_, suite, item), number in ranked]
    return Table(
        "contaminated-items",
        "Items that stand in the corpus",
        ("suite", "item", "documents"),
        tuple(rows),
        note=f"The {LISTED} found in most documents. Leave them out of the evaluation, or report it with and without.",
    )


def contaminated(tallies: Mapping[str, int], documents: int, action: str) -> tuple[Finding, ...]:
    """HW-C050 where an item of a suite stands in the corpus."""
    hit = [suite for suite in _suites_of(tallies) if tallies.get(f"contaminated\t{suite}")]
    if not hit:
        return ()
    scores = tuple(score for suite in hit for score in [_share(tallies, suite)] if score)
    named = ", ".join(f"{suite} {tallies[f'contaminated{chr(9)}{suite}']:,}" for suite in hit[:NAMED])
    done = "are still in it" if action == "report" else "were taken out by this step"
    return (
        Finding(
            "HW-C050",
            "high" if action == "report" else "medium",
            f"Evaluation items stood in {tallies.get('documents', 0):,} of {documents:,} documents",
            f"Items by suite: {named}. A model trained on them has seen its examination. The passages {done}; what "
            "is paraphrased or translated is not found.",
            "Report results with and without the items of the table 'Items that stand in the corpus'.",
            scores=scores,
        ),
    )


def unmeasurable(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    """HW-C051 where most items of a suite are too short to be looked for."""
    short = [
        (suite, tallies[f"items\t{suite}"] - tallies.get(f"measurable\t{suite}", 0))
        for suite in _suites_of(tallies)
        if 2 * tallies.get(f"measurable\t{suite}", 0) < tallies[f"items\t{suite}"]
    ]
    if not short:
        return ()
    named = ", ".join(f"{suite} {number:,} of {tallies[f'items{chr(9)}{suite}']:,}" for suite, number in short)
    return (
        Finding(
            "HW-C051",
            "low",
            "Evaluation items are too short to be looked for",
            f"They have fewer words than an n-gram: {named}. That none of them was found proves nothing.",
            "Set a smaller 'ngram' for such suites in a step of their own, and expect false matches below 8 words.",
        ),
    )
