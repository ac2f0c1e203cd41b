"""Whether curation removed documents about some groups more often than documents about others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...core import MANIFEST, Corpus, Exhibit, Measurement, NotMeasured, Progress, Score, Table, wilson
from .group_gap import GroupGap, group_gap
from .term_counts import IdentityTerms, TermCounts

METRIC = "removal-gap"
MINIMUM = 20


@dataclass(frozen=True, slots=True)
class Removal:
    """Scores and exhibits about removed documents."""

    scores: tuple[Measurement, ...]
    exhibits: tuple[Exhibit, ...]


def removal_rates(corpus: Corpus, kept: TermCounts, terms: IdentityTerms, seed: int, progress: Progress) -> Removal:
    """Share of the documents that mention each group that curation removed, and the gap within each category.

    Looks for the folder ``removed`` beside the corpus, as in a run folder; without one the gap is not measured.
    """
    folder = corpus.folder.parent / "removed"
    if not (folder / MANIFEST).is_file():
        return Removal((NotMeasured(METRIC, "there are no removed documents beside the corpus"),), ())
    gone = Corpus(folder)
    if "text" not in gone.schema.names or not len(gone):
        return Removal((NotMeasured(METRIC, "curation removed no document with a text"),), ())
    removed = terms.count_corpus(gone, progress)
    members = np.concatenate([kept.mentions, removed.mentions]) > 0
    out = np.repeat([0.0, 1.0], [len(kept.words), len(removed.words)])
    gaps = {category: _gap(category, kept, out, members, seed) for category in kept.categories}
    return Removal(tuple(_score(*item) for item in gaps.items()), (_table(kept, out, members, gaps),))


def _gap(category: str, kept: TermCounts, out: np.ndarray, members: np.ndarray, seed: int) -> GroupGap | None:
    columns = kept.columns(category)
    names = [kept.groups[column][1] for column in columns]
    inside = members[:, columns].any(1)
    return group_gap(out[inside], members[inside][:, columns], names, minimum=MINIMUM, seed=seed)


def _score(category: str, gap: GroupGap | None) -> Measurement:
    if gap is None:
        reason = f"fewer than two groups stand in {MINIMUM} kept and removed documents"
        return NotMeasured(METRIC, reason, {"category": category})
    n = sum(gap.counts.values())
    return Score(
        METRIC, gap.gap, n, "difference of shares",
        f"removal-gap/1 largest minus smallest share removed, groups of {MINIMUM} documents or more, 999 permutations",
        interval=f"chance alone gives up to {gap.chance:.3f} in 95 of 100 cases (p = {gap.p:.3f})", direction="lower",
        slice={"category": category},
    )  # fmt: skip


def _table(kept: TermCounts, out: np.ndarray, members: np.ndarray, gaps: dict[str, GroupGap | None]) -> Table:
    columns = (
        "Category",
        "Group",
        "Documents",
        "Removed",
        "Share removed",
        "Low",
        "High",
        "Gap",
        "Gap by chance (95 %)",
    )
    rows = tuple(_rows(kept, out, members, gaps))
    return Table(
        "identity-terms-removal", "Removed documents by group mentioned", columns, rows,
        f"Groups in fewer than {MINIMUM} documents are listed but stand outside the gap.",
    )  # fmt: skip


def _rows(
    kept: TermCounts, out: np.ndarray, members: np.ndarray, gaps: dict[str, GroupGap | None]
) -> Iterator[tuple[str | int | float | None, ...]]:
    for column, (category, group) in enumerate(kept.groups):
        own = out[members[:, column]]
        if not len(own):
            continue
        low, high = wilson(int(own.sum()), len(own))
        gap = gaps[category]
        chance = (gap.gap, gap.chance) if gap and group in gap.means else (None, None)
        yield category, group, len(own), int(own.sum()), float(own.mean()), low, high, *chance
