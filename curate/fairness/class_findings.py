"""The findings on classes: HW-A088 (the class depends on the group) and HW-A089 (uneven classes)."""

from collections.abc import Iterator

import numpy as np

from ...core import Corpus, Finding
from ..privacy import redact
from .balance import expected_rows
from .class_balance import Association, Classes
from .group_cells import cell_name
from .limits import Limits
from .representation_scores import association_scores, imbalance_score
from .row_examples import first_ids, row_examples

LARGE, LONGEST, EXTREME = 0.5, 120, 100
A088 = (
    "A model can tell the class from the group instead of from what it should look at, and fails where they come "
    "apart. ",
    "Collect rows of the scarce pairs, or balance the pairs with the filter resample or reweigh. Measure errors for "
    "each pair, and the worst of them.",
)
A089 = (
    "A model that always says the largest class is right more often than not, and few rows teach the small ones. ",
    "Report results by class (balanced accuracy), collect more of the small classes, or weigh or resample them.",
)


def class_findings(corpus: Corpus, classes: Classes, limits: Limits) -> Iterator[Finding]:
    """Uneven classes, then each column of groups that goes with the class."""
    ratio = classes.ratio
    if ratio.value >= limits.imbalance and ratio.value > ratio.chance:
        yield _uneven(corpus, classes)
    for place, one in enumerate(classes.associations):
        found = one.strength
        strong = found.value >= limits.association and found.low > 0 and found.value > found.chance
        if strong and len(one.grouped.keys) == 1:
            yield _associated(corpus, classes, place, one)


def _uneven(corpus: Corpus, classes: Classes) -> Finding:
    counts, ratio, name = classes.grouped.counts, classes.ratio, redact(classes.grouped.name)
    least, most = int(np.argmin(counts)), int(np.argmax(counts))
    small, large = (redact(cell_name(classes.grouped.cells[i]))[:LONGEST] for i in (least, most))
    ids = first_ids(corpus, np.flatnonzero(classes.grouped.codes == least))
    value, low, high = classes.balance.effective
    unknown = f"{classes.grouped.unknown:,} rows have no class and are not seen. " if classes.grouped.unknown else ""
    return Finding(
        "HW-A089", "medium" if ratio.value >= EXTREME else "low",
        f"The largest class of {name} has {ratio.value:,.1f} times the rows of the smallest",
        f"{large} has {counts[most]:,} rows and {small} {counts[least]:,}: {ratio.value:,.1f} times ({ratio.low:,.1f} "
        f"to {ratio.high:,.1f}); equal classes show up to {ratio.chance:,.1f} by chance. The {classes.balance.groups} "
        f"classes weigh as much as {value:.1f} ({low:.1f} to {high:.1f}) equal ones. {A089[0]}{unknown}The rows "
        "listed are of the smallest class.",
        A089[1], (imbalance_score(classes),), row_examples(corpus, ids, f"{name}: {small}"), tuple(ids),
    )  # fmt: skip


def _associated(corpus: Corpus, classes: Classes, place: int, one: Association) -> Finding:
    table, found = one.table, one.strength
    expected = expected_rows(table.sum(1).astype(np.float64), table.sum(0).astype(np.float64))
    # standardised residuals: the cell that departs most from independence, and the scarcest against it
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = np.nan_to_num((table - expected) / np.sqrt(expected))
    group, label = np.unravel_index(int(np.argmax(residual)), table.shape)
    few, other = np.unravel_index(int(np.argmin(residual)), table.shape)
    pair, scarce = (
        redact(f"{cell_name(one.grouped.cells[i])} and {cell_name(classes.grouped.cells[j])}")[:LONGEST]
        for i, j in ((group, label), (few, other))
    )
    name, of = redact(one.grouped.name), redact(classes.grouped.name)
    ids = first_ids(corpus, np.flatnonzero((one.grouped.codes == group) & (classes.grouped.codes == label)))
    return Finding(
        "HW-A088", "medium" if found.value >= LARGE else "low", f"{of} goes with {name}: Cramér's V {found.value:.2f}",
        f"Cramér's V is {found.value:.2f} ({found.low:.2f} to {found.high:.2f}; independent columns show up to "
        f"{found.chance:.2f} by chance) over {int(table.sum()):,} rows. Most above independence: {pair}, "
        f"{table[group, label]:,} rows where {expected[group, label]:,.0f} would be; most below: {scarce}, "
        f"{table[few, other]:,} where {expected[few, other]:,.0f} would be. {A088[0]}The rows listed are of the first "
        "pair.",
        A088[1], (association_scores(classes)[place],), row_examples(corpus, ids, pair), tuple(ids),
    )  # fmt: skip
