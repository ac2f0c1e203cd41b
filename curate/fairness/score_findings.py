"""The finding HW-A082 of a column of scores: they fit one group worse than another, or rank it worse."""

from collections.abc import Iterator, Sequence

import numpy as np

from ...core import Corpus, Finding, Severity
from ..privacy import redact
from .row_examples import row_examples
from .score_rates import Fit, Spread
from .scored import ScoredGroups, spread_score

DOCUMENTS, LONGEST, LARGE = 20, 120, 0.1
MEANING = {
    "calibration-in-the-large": "The same score means a different risk in different groups: one threshold for all of "
    "them is too strict for one and too lenient for another.",
    "auc": "The score tells positive from negative rows less well in one group: any threshold errs more there.",
}
ADVICE = {
    "calibration-in-the-large": "Recalibrate the score by group, or find the column that explains the difference, and "
    "look at the labels of the rows listed. Equal calibration and equal error rates exclude each other where base "
    "rates differ: decide which one matters.",
    "auc": "Look at the rows listed: wrong labels and missing columns show there. Collect more rows of the group, and "
    "state for whom the score works worse.",
}


def score_findings(corpus: Corpus, found: Sequence[ScoredGroups], least: float, rate: float) -> Iterator[Finding]:
    """Differences of ``least`` or more, above that of chance, with q at most ``rate``."""
    for one in found:
        for spread, q in one.spreads:
            if spread.value >= least and spread.value > spread.chance and q <= rate:
                yield _finding(corpus, one, spread, q)


def _finding(corpus: Corpus, one: ScoredGroups, spread: Spread, q: float) -> Finding:
    worst = _worst(spread)
    name, of = one.scored.name, one.scored.of
    dimension = redact(one.dimension.name)
    what = "Calibration in the large" if spread.quantity != "auc" else "AUC"
    ids, why = _carriers(corpus, one, spread, worst)
    severity: Severity = "medium" if spread.value >= LARGE else "low"
    return Finding(
        "HW-A082", severity,
        f"{what} of {name} is {_value(spread.least, spread):.3f} for {_who(dimension, spread.least)} and "
        f"{_value(spread.most, spread):.3f} for {_who(dimension, spread.most)}",
        f"{_shown(spread.least, spread, dimension, of)}; {_shown(spread.most, spread, dimension, of)}. The difference "
        f"is {spread.value:.3f} ({spread.low:.3f} to {spread.high:.3f}); chance alone makes one of up to "
        f"{spread.chance:.3f} (95 %), false discovery rate {q:.2g}. {MEANING[spread.quantity]} The rows listed are of "
        f"{_who(dimension, worst)}, {why}.",
        ADVICE[spread.quantity], (spread_score(one, spread),),
        row_examples(corpus, ids, f"{_who(dimension, worst)}, {why}"), tuple(ids),
    )  # fmt: skip


def _worst(spread: Spread) -> Fit:
    """The group that is served worse: with the lower area, or the one whose score is further off."""
    if spread.quantity == "auc":
        return spread.least
    return max(spread.most, spread.least, key=lambda group: abs(group.large[0]))


def _carriers(corpus: Corpus, one: ScoredGroups, spread: Spread, worst: Fit) -> tuple[list[str], str]:
    """Rows of the group whose score is furthest from their label, ranked by how far; ties by id."""
    scored = one.scored
    member = scored.known & (one.dimension.codes == one.dimension.names.index(worst.group))
    away = np.where(member, scored.labels - scored.values, 0.0)
    if spread.quantity == "auc":
        away, why = np.abs(away), "with the score furthest from the label"
    elif worst.large[0] > 0:
        why = "positive with the lowest score"
    else:
        away, why = -away, "negative with the highest score"
    rows = np.flatnonzero(member & (away > 0))
    chosen = rows[np.argsort(-away[rows], kind="stable")[: 10 * DOCUMENTS]]
    ids = corpus.column("id").take(chosen).to_pylist()
    ranked = sorted(zip(ids, away[chosen].tolist(), strict=True), key=lambda pair: (-round(pair[1], 9), pair[0]))
    return [id for id, _ in ranked[:DOCUMENTS]], why


def _value(group: Fit, spread: Spread) -> float:
    return _triple(group, spread)[0]


def _triple(group: Fit, spread: Spread) -> tuple[float, float, float]:
    found = group.large if spread.quantity != "auc" else group.area
    assert found is not None
    return found


def _shown(group: Fit, spread: Spread, dimension: str, of: str) -> str:
    value, low, high = _triple(group, spread)
    if spread.quantity == "auc":
        return f"{_who(dimension, group)}: AUC {value:.3f} ({low:.3f} to {high:.3f}; {group.rows:,} rows)"
    return (
        f"{_who(dimension, group)}: {group.hits / group.rows:.1%} of {group.rows:,} rows are {of}, the mean score is "
        f"{group.mean:.1%}, {value:+.3f} ({low:+.3f} to {high:+.3f})"
    )


def _who(dimension: str, group: Fit) -> str:
    return f"{dimension}: {redact(group.group)}"[:LONGEST]
